package peers

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Incoming is the folder in the root of every server where anonymous may
// write, if the options say so. (vsftpd refuses a root that is itself
// writable.)
const Incoming = "incoming"

// startLimit is how long a server may take until it greets.
const startLimit = 30 * time.Second

// Config says how a server is to be started. The zero value is a server on an
// IPv4 loopback address, read-only and empty but for Incoming.
type Config struct {
	// Root is the folder that anonymous sees as "/". Empty: a new temporary
	// one with Incoming in it.
	Root string
	// IPv6 listens on ::1 instead of 127.0.0.1.
	IPv6 bool
	// Write lets anonymous store, append, rename, delete and make directories.
	Write bool
	// Options are further lines of the server's own configuration, which win
	// over the starter's: "name=value" of vsftpd.conf(5) for vsftpd and ferry,
	// a directive for ProFTPD, a command line argument for Pure-FTPd.
	Options []string
	// Users are further accounts by name, with their passwords. Only ferry can
	// have them: the others ask the system's password database.
	Users map[string]string
	// Host is the machine whose users log in, for vsftpd and ferry: then nobody
	// else does unless the options say so, and Root and Users are not used.
	Host *Host
}

// fill gives the configuration a root if it has none.
func (cfg *Config) fill(t testing.TB) {
	t.Helper()
	if cfg.Host != nil {
		NeedHost(t)
		cfg.Host.write(t)
		cfg.Root = cfg.Host.Dir
		cfg.IPv6 = cfg.IPv6 || cfg.Host.DebianConf
		return
	}
	if cfg.Root == "" {
		cfg.Root = NewRoot(t)
	}
}

// Server is a running FTP server that ends with its test.
type Server struct {
	Name string // NameVsftpd, ...
	Addr string // host:port of the control connection
	Root string // the folder that anonymous sees as "/", or the host's
	proc *process
	// implicit servers speak TLS before they greet.
	implicit bool
}

// Dial opens a control connection.
func (s *Server) Dial() (net.Conn, error) {
	c, err := net.DialTimeout("tcp", s.Addr, startLimit)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", s.Name, err)
	}
	return c, nil
}

// Stop ends the server and its sessions at once. It may be called more than
// once; the test calls it at its end.
func (s *Server) Stop() { s.proc.stop() }

// PID is the number of the server's process.
func (s *Server) PID() int { return s.proc.cmd.Process.Pid }

// Wait returns when the server has ended by itself, or was ended by a signal.
func (s *Server) Wait() { <-s.proc.done }

// Output is what the server has printed so far: its complaints, not a log.
func (s *Server) Output() string { return s.proc.output() }

// program is one way to start a server.
type program struct {
	name string
	path string
	env  []string // added to the environment
	// setup writes the files that the server needs to dir and returns its
	// arguments.
	setup func(dir string, listen *net.TCPAddr) (args []string, err error)
}

// start runs the program on a free port and waits until it greets. The
// configuration must be filled.
func (pr program) start(t testing.TB, cfg Config) *Server {
	t.Helper()
	// The port is free when it is chosen, and may be taken when the server
	// binds it: then the server ends, and another port is tried.
	var failures []string
	for range 4 {
		s, err := pr.try(t, cfg)
		if err == nil {
			t.Cleanup(s.Stop)
			return s
		}
		failures = append(failures, err.Error())
	}
	t.Fatalf("start %s:\n%s", pr.name, strings.Join(failures, "\n"))
	return nil
}

// try is one attempt on one port.
func (pr program) try(t testing.TB, cfg Config) (*Server, error) {
	listen, err := freePort(cfg.IPv6)
	if err != nil {
		return nil, err
	}
	dir := t.TempDir()
	args, err := pr.setup(dir, listen)
	if err != nil {
		return nil, err
	}
	p, err := startProcess(cfg.Host, dir, pr.path, args, pr.env)
	if err != nil {
		return nil, err
	}
	s := &Server{Name: pr.name, Addr: listen.String(), Root: cfg.Root, proc: p, implicit: slices.Contains(cfg.Options, "implicit_ssl=YES")}
	if err := s.waitReady(); err != nil {
		s.Stop()
		return nil, fmt.Errorf("%w; it printed: %s", err, strings.TrimSpace(s.Output()))
	}
	return s, nil
}

// waitReady returns when the server has greeted on its port.
func (s *Server) waitReady() error {
	deadline := time.NewTimer(startLimit)
	defer deadline.Stop()
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		err := s.greeted()
		switch {
		case errors.Is(err, errGreeting):
			return err
		case err == nil && !s.proc.ended():
			return nil
		}
		select {
		case <-s.proc.done:
			return fmt.Errorf("%s ended before it listened on %s: %w", s.Name, s.Addr, errEnded(s.proc.err))
		case <-deadline.C:
			return fmt.Errorf("%s did not greet on %s within %v: %w", s.Name, s.Addr, startLimit, err)
		case <-retry.C:
		}
	}
}

// errGreeting is a server that is up, and says that it cannot serve.
var errGreeting = errors.New("the server refuses to serve")

// errEnded names the end of a process that had no error.
func errEnded(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// greeted opens a session and ends it in good order, so that it counts for
// nothing.
func (s *Server) greeted() error {
	c, err := net.DialTimeout("tcp", s.Addr, startLimit)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // both directions are done by then
	if err := c.SetDeadline(time.Now().Add(startLimit)); err != nil {
		return err
	}
	if s.implicit {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true}) // whoever it is
	}
	r := bufio.NewReader(c)
	greeting, err := r.ReadString('\n')
	if err != nil {
		return fmt.Errorf("read the greeting: %w", err)
	}
	if !strings.HasPrefix(greeting, "220") {
		return fmt.Errorf("%w: %q", errGreeting, greeting)
	}
	if _, err := fmt.Fprintf(c, "QUIT\r\n"); err != nil {
		return err
	}
	for err == nil {
		_, err = r.ReadString('\n')
	}
	return nil // the server has hung up
}

// NewRoot makes a temporary folder to be served, with an Incoming folder that
// every user of the system may write to. It is removed with the test.
func NewRoot(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	incoming := filepath.Join(root, Incoming)
	if err := os.Mkdir(incoming, 0o777); err != nil {
		t.Fatal(err)
	}
	// Whatever the umask is; and the folder around root is made for this user
	// alone, while a server becomes another.
	for dir, mode := range map[string]os.FileMode{filepath.Dir(root): 0o755, root: 0o755, incoming: 0o777} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	return root
}
