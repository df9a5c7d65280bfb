package sandbox_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"ferry/ftp"
	"ferry/internal/peers"
	"ferry/internal/sys"
)

func TestMain(m *testing.M) { peers.Main(m) }

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root has power to give up")
	}
}

// client is a session with the server.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func login(t testing.TB, s *peers.Server) *client {
	t.Helper()
	c := connect(t, s)
	c.send("USER anonymous", "331")
	c.send("PASS x@example.com", "230")
	c.send("TYPE I", "200")
	return c
}

func connect(t testing.TB, s *peers.Server) *client {
	t.Helper()
	conn, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	c := &client{t, conn, bufio.NewReader(conn)}
	c.want("220")
	return c
}

// want reads a reply of one line with the code.
func (c *client) want(code string) string {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, code) {
		c.t.Fatalf("reply %q, %v; want %s", line, err, code)
	}
	return line
}

func (c *client) send(line, code string) string {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, line+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
	return c.want(code)
}

// passive runs a command with a passive data connection, to which it writes, or
// from which it reads.
func (c *client) passive(line, upload string) string {
	c.t.Helper()
	port, err := ftp.ParseExtPassive(c.send("EPSV", "229"))
	if err != nil {
		c.t.Fatal(err)
	}
	data, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = data.Close() }()
	c.send(line, "150")
	var text []byte
	if upload != "" {
		_, err = io.WriteString(data, upload)
		_ = data.Close()
	} else {
		text, err = io.ReadAll(data)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.want("226")
	return string(text)
}

// active retrieves a file over an active data connection, and returns the port
// that it came from.
func (c *client) active(line string) (text string, port int) {
	c.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c.send(fmt.Sprintf("EPRT |1|127.0.0.1|%d|", l.Addr().(*net.TCPAddr).Port), "200")
	if _, err := io.WriteString(c.conn, line+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
	data, err := l.Accept()
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = data.Close() }()
	b, err := io.ReadAll(data)
	if err != nil {
		c.t.Fatal(err)
	}
	c.want("150")
	c.want("226")
	return string(b), data.RemoteAddr().(*net.TCPAddr).Port
}

// TestServerHasNoPower looks at every thread of a real server that root has
// started, while it serves.
func TestServerHasNoPower(t *testing.T) {
	needRoot(t)
	s := peers.Ferry(t, peers.Config{Write: true, Options: []string{"text_userdb_names=YES"}})
	if err := os.WriteFile(filepath.Join(s.Root, "file"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		c := login(t, s)
		if got := c.passive("RETR file", ""); got != "text" {
			t.Errorf("the file says %q", got)
		}
		if got := c.passive("LIST", ""); !strings.Contains(got, " root ") {
			t.Errorf("the listing knows no names: %s", got)
		}
	}
	c := login(t, s)
	c.passive("STOR "+peers.Incoming+"/new", "text")
	c.send("MKD "+peers.Incoming+"/dir", "257")
	c.send("RNFR "+peers.Incoming+"/new", "350")
	c.send("RNTO "+peers.Incoming+"/dir/new", "250")
	info, err := os.Stat(filepath.Join(s.Root, peers.Incoming, "dir", "new"))
	if err != nil {
		t.Fatal(err)
	}
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if uid == 0 {
		t.Error("an upload belongs to root")
	}
	hasNoPower(t, s, uid, 0)
	// The kernel says by the owner of this that no other process of the user may
	// trace it (proc(5), PR_SET_DUMPABLE).
	switch info, err := os.Stat(fmt.Sprintf("/proc/%d/fd", s.PID())); {
	case err != nil:
		t.Error(err)
	case info.Sys().(*syscall.Stat_t).Uid != 0:
		t.Error("another process of the user may trace the server")
	}
	s.Await(t, `msg="the process is confined" user=`)
	s.Await(t, ` capabilities=none no_new_privs=true landlock="abi `)
}

// hasNoPower wants every thread to be uid, with these capabilities and nothing
// more.
func hasNoPower(t *testing.T, s *peers.Server, uid int, keep sys.CapSet) {
	t.Helper()
	threads, err := sys.Threads(s.PID())
	if err != nil {
		t.Fatal(err)
	}
	for _, th := range threads {
		if th.UIDs != [4]int{uid, uid, uid, uid} || uid != 0 && (th.GIDs[0] == 0 || th.GIDs != [4]int{th.GIDs[0], th.GIDs[0], th.GIDs[0], th.GIDs[0]} || len(th.Groups) > 0) {
			t.Errorf("thread %d is user %v, group %v, groups %v; want user %d", th.ID, th.UIDs, th.GIDs, th.Groups, uid)
		}
		if th.Permitted != keep || th.Effective != keep || th.Inheritable|th.Ambient|th.Bounding != 0 || !th.NoNewPrivs {
			t.Errorf("thread %d has %+v", th.ID, th)
		}
	}
}

// TestShareHasNoPower looks at the share of a directory by root.
func TestShareHasNoPower(t *testing.T) {
	needRoot(t)
	s := peers.FerryDir(t, peers.Config{Options: []string{"port_enable=NO"}})
	c := login(t, s)
	c.passive("NLST", "")
	s.Await(t, `msg="the process is confined"`)
	hasNoPower(t, s, 0, 0)
}

// TestRunAsLaunchingUser keeps root where the settings say so, as what files see.
func TestRunAsLaunchingUser(t *testing.T) {
	needRoot(t)
	s := peers.Ferry(t, peers.Config{Options: []string{"run_as_launching_user=YES"}})
	s.Await(t, "the change of the user: run_as_launching_user=YES")
	hasNoPower(t, s, 0, sys.Capabilities(sys.CapChown, sys.CapDACOverride, sys.CapFowner, sys.CapFsetid))
}

// TestLandlockOff says so where it is switched off.
func TestLandlockOff(t *testing.T) {
	s := peers.Ferry(t, peers.Config{Options: []string{"landlock_enable=NO"}})
	s.Await(t, "Landlock: landlock_enable=NO")
}

// networkEnv marks a test process in a network of its own.
const networkEnv = "FERRY_TEST_NETWORK"

// TestActiveFromPort20 transfers from port 20 after the server has become somebody
// else, in a network of the test's own, where that port is free.
func TestActiveFromPort20(t *testing.T) {
	needRoot(t)
	if os.Getenv(networkEnv) == "" {
		own, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(own, "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), networkEnv+"=1")
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
			t.Errorf("in a network of its own: %v\n%s", err, out)
		}
		return
	}
	loopbackUp(t)
	s := peers.Ferry(t, peers.Config{Options: []string{"connect_from_port_20=YES"}})
	if err := os.WriteFile(filepath.Join(s.Root, "file"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		text, port := login(t, s).active("RETR file")
		if text != "text" || port != 20 {
			t.Errorf("%q came from port %d", text, port)
		}
	}
	s.Await(t, "capabilities=net_bind_service no_new_privs=true")
	threads, err := sys.Threads(s.PID())
	if err != nil {
		t.Fatal(err)
	}
	if threads[0].UIDs[0] == 0 {
		t.Error("the server is still root")
	}
	hasNoPower(t, s, threads[0].UIDs[0], sys.Capabilities(sys.CapNetBindService))
}

// loopbackUp starts the loopback interface of a new network.
func loopbackUp(t *testing.T) {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(fd) }()
	request := struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); errno != 0 {
		t.Fatal(errno)
	}
}
