package peers

import (
	"net"
	"os/exec"
	"sync"
	"testing"
)

// NameInetutilsFTPd is the name of inetutils' ftpd in .peers/bin.
const NameInetutilsFTPd = "inetutils-ftpd"

// InetutilsFTPd serves with the ftpd of inetutils, on IPv4, as inetd does: a
// process for each connection, which is its standard input and output. cfg.Host
// must be set, whose users log in; cfg.Options are command line arguments. The
// address is returned, as there is no process that lasts.
func InetutilsFTPd(t testing.TB, cfg Config) (addr string) {
	t.Helper()
	path := Need(t, NameInetutilsFTPd)
	cfg.fill(t)
	listen, err := freePort(false)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.ListenTCP("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			conn, err := l.AcceptTCP()
			if err != nil {
				return
			}
			cmd, err := serveConn(cfg, path, conn)
			if err != nil {
				t.Errorf("start %s: %v", NameInetutilsFTPd, err)
				continue
			}
			// It ends when its client has gone, which the test sees to.
			sessions.Go(func() { _ = wait(cmd) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		sessions.Wait()
	})
	return l.Addr().String()
}

// serveConn hands a connection over to a process of its own.
func serveConn(cfg Config, path string, conn *net.TCPConn) (*exec.Cmd, error) {
	defer func() { _ = conn.Close() }() // the process has it
	file, err := conn.File()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	cmd := exec.Command(path, cfg.Options...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = file, file, file
	if err := launchOn(cfg.Host, cmd); err != nil {
		return nil, err
	}
	return cmd, nil
}
