//go:build unix

package sys

import (
	"io"
	"net"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// helperEnv tells the test binary that it was started as a super-server does.
const helperEnv = "FERRY_TEST_INHERITED_SOCKET"

// role is what a test has started the test binary again for; nil if for nothing.
var role func() func()

func TestMain(m *testing.M) {
	if role != nil {
		if play := role(); play != nil {
			play()
			return
		}
	}
	if os.Getenv(helperEnv) != "" {
		serveInherited()
		return
	}
	os.Exit(m.Run())
}

// serveInherited says over the socket what kind it is, and to standard error
// what nobody should hear.
func serveInherited() {
	kind, c, l, err := InheritedSocket(0)
	if err != nil || kind == SocketNone {
		_, _ = os.Stdout.WriteString("no socket")
		os.Exit(1)
	}
	if kind == SocketListening {
		if c, err = l.Accept(); err != nil {
			os.Exit(1)
		}
	}
	_, _ = os.Stderr.WriteString("for the log")
	_, _ = c.Write([]byte(kind.String()))
	_ = c.Close()
	_, _ = io.ReadAll(os.Stdin) // of /dev/null: the peer sees the end although this process goes on
	_, _ = os.Stdout.WriteString("for nobody")
}

// filer is a socket that can be handed to another process.
type filer interface{ File() (*os.File, error) }

func start(t *testing.T, socket filer) *exec.Cmd {
	t.Helper()
	f, err := socket.File()
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), helperEnv+"=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, f
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	return cmd
}

func listen(t *testing.T) *net.TCPListener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.(*net.TCPListener)
}

func TestInheritedConnection(t *testing.T) {
	l := listen(t)
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	cmd := start(t, server.(*net.TCPConn))
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(client); string(got) != "connected" || err != nil {
		t.Errorf("the client hears %q, %v", got, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestInheritedListener(t *testing.T) {
	l := listen(t)
	cmd := start(t, l)
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	if got, err := io.ReadAll(client); string(got) != "listening" || err != nil {
		t.Errorf("the client hears %q, %v", got, err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestInheritedNothing(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	dgram, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(dgram) }()
	idle, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(idle) }()
	for what, fd := range map[string]int{
		"a pipe": int(r.Fd()), "a datagram socket": dgram, "an unconnected socket": idle, "nothing open": 1 << 20,
	} {
		kind, c, l, err := InheritedSocket(fd)
		if kind != SocketNone || c != nil || l != nil || err != nil {
			t.Errorf("InheritedSocket of %s = %v, %v, %v, %v", what, kind, c, l, err)
		}
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the pipe was touched: %d, %v", n, err)
	}
}
