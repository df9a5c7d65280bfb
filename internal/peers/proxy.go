package peers

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Proxy is a proxy that runs, and ends with its test.
type Proxy struct {
	Addr string // host:port
	proc *process
}

// Output is what the proxy has printed so far: a line or more for each connection.
func (p *Proxy) Output() string { return p.proc.output() }

// Microsocks starts microsocks, a proxy of SOCKS version 5, which asks for the user
// and password if there is one.
func Microsocks(t testing.TB, user, password string) *Proxy {
	t.Helper()
	return startProxy(t, "microsocks", func(_ string, listen *net.TCPAddr) ([]string, error) {
		args := []string{"-i", listen.IP.String(), "-p", strconv.Itoa(listen.Port)}
		if user != "" {
			args = append(args, "-u", user, "-P", password)
		}
		return args, nil
	})
}

// Tinyproxy starts tinyproxy, a proxy of HTTP with CONNECT to every port, which
// asks for the user and password if there is one.
func Tinyproxy(t testing.TB, user, password string) *Proxy {
	t.Helper()
	return startProxy(t, "tinyproxy", func(dir string, listen *net.TCPAddr) ([]string, error) {
		config := fmt.Sprintf("Listen %s\nPort %d\nTimeout 60\nMaxClients 50\nLogLevel Connect\n", listen.IP, listen.Port)
		if user != "" {
			config += fmt.Sprintf("BasicAuth %s %s\n", user, password)
		}
		file := filepath.Join(dir, "tinyproxy.conf")
		return []string{"-d", "-c", file}, os.WriteFile(file, []byte(config), 0o600)
	})
}

// FTPProxy starts ftp-proxy of the Proxy-Suite, which is told the server by USER
// user@host, and knows no TLS, no EPSV and no MLSD. It dials the client from any of
// many ports: it would not share port 20 with the servers of other tests.
func FTPProxy(t testing.TB) *Proxy {
	t.Helper()
	return startProxy(t, "ftp-proxy", func(dir string, listen *net.TCPAddr) ([]string, error) {
		config := fmt.Sprintf("[-Global-]\nServerType standalone\nListen %s\nPort %d\nAllowMagicUser yes\nDestinationAddress 127.0.0.1\n"+
			"DestinationTransferMode passive\nForkLimit 40\nLogLevel INF\nLogDestination %s\nPidFile %s\n"+
			"SockBindRand yes\nActiveMinDataPort 20000\nActiveMaxDataPort 60000\n",
			listen.IP, listen.Port, filepath.Join(dir, "messages"), filepath.Join(dir, "pid"))
		file := filepath.Join(dir, "ftp-proxy.conf")
		return []string{"-n", "-d", "-f", file}, os.WriteFile(file, []byte(config), 0o600)
	})
}

// startProxy starts a program that listens where it is told.
func startProxy(t testing.TB, name string, setup func(dir string, listen *net.TCPAddr) ([]string, error)) *Proxy {
	t.Helper()
	path := Need(t, name)
	try := func() (*Proxy, error) {
		listen, err := freePort(false)
		if err != nil {
			return nil, err
		}
		dir := t.TempDir()
		args, err := setup(dir, listen)
		if err != nil {
			return nil, err
		}
		proc, err := startProcess(nil, dir, path, args, nil)
		if err != nil {
			return nil, err
		}
		if err := proc.awaitListener("tcp", listen.String()); err != nil {
			proc.stop()
			return nil, fmt.Errorf("%w; it printed: %s", err, strings.TrimSpace(proc.output()))
		}
		return &Proxy{listen.String(), proc}, nil
	}
	var failures []string
	for range 4 { // a port may be taken before the program has it
		p, err := try()
		if err == nil {
			t.Cleanup(p.proc.stop)
			return p
		}
		failures = append(failures, err.Error())
	}
	t.Fatalf("start %s:\n%s", name, strings.Join(failures, "\n"))
	return nil
}
