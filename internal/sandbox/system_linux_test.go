package sandbox_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"ferry/internal/peers"
	"ferry/internal/sys"
)

// TestSystemUsersServer looks at both processes of a real server for system users,
// while one is logged in: the one that talks to the network has no power, and the
// broker can become somebody, and nothing else that root can.
func TestSystemUsersServer(t *testing.T) {
	peers.NeedHost(t)
	dir := t.TempDir()
	for name := dir; name != "/" && name != os.TempDir(); name = filepath.Dir(name) {
		if err := os.Chmod(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, uid := range map[string]int{"ann": 41001, "bob": 41002} {
		home := filepath.Join(dir, "srv", "home", name)
		if err := errors.Join(os.MkdirAll(home, 0o755), os.Chown(home, uid, uid)); err != nil {
			t.Fatal(err)
		}
	}
	s := peers.Ferry(t, peers.Config{
		Write: true, Options: []string{"local_umask=022"},
		Host: &peers.Host{Dir: dir, Users: []peers.HostUser{{Name: "ann", Password: "secret", UID: 41001}, {Name: "bob", Password: "secret", UID: 41002}}},
	})
	closed := filepath.Join(dir, "srv", "home", "bob", "closed")
	if err := os.WriteFile(closed, []byte("bob's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(closed, 41002, 41002); err != nil {
		t.Fatal(err)
	}
	c := connect(t, s)
	c.send("USER ann", "331")
	c.send("PASS secret", "230")
	c.send("TYPE I", "200")
	c.send("EPSV", "229")
	c.send("RETR /srv/home/bob/closed", "550 Failed to open file: permission denied.")
	c.passive("STOR new", "text")
	c.send("MKD below", "257")
	for _, name := range []string{"new", "below"} {
		info, err := os.Stat(filepath.Join(dir, "srv", "home", "ann", name))
		if err != nil {
			t.Fatal(err)
		}
		if st := info.Sys().(*syscall.Stat_t); st.Uid != 41001 || st.Gid != 41001 {
			t.Errorf("%s belongs to %d:%d", name, st.Uid, st.Gid)
		}
	}
	s.Await(t, `msg="the process is confined" user=nobody capabilities=none no_new_privs=true landlock="abi `)
	s.Await(t, `msg="the process is confined" process=broker user=0 capabilities=setgid,setuid no_new_privs=true landlock=off off="Landlock: system users see every directory (local_enable=YES)"`)
	for _, th := range threadsOf(t, s.PID()) {
		if th.UIDs[0] == 0 || th.Permitted|th.Effective|th.Inheritable|th.Ambient|th.Bounding != 0 || !th.NoNewPrivs {
			t.Errorf("network process: %+v", th)
		}
	}
	become := sys.Capabilities(sys.CapSetuid, sys.CapSetgid)
	ann := 0
	for _, th := range threadsOf(t, brokerOf(t, s.PID())) {
		switch {
		case th.UIDs[3] == 41001: // the one for files
			ann++
			if th.Permitted|th.Effective != 0 || th.GIDs[0] != 41001 {
				t.Errorf("the thread of a session: %+v", th)
			}
		case th.UIDs[0] != 0 || th.Permitted != become || th.Bounding != 0 || !th.NoNewPrivs:
			t.Errorf("broker: %+v", th)
		}
	}
	if ann != 1 {
		t.Errorf("%d threads are ann", ann)
	}
	c.send("QUIT", "221")
}

func threadsOf(t *testing.T, pid int) []sys.Thread {
	t.Helper()
	threads, err := sys.Threads(pid)
	if err != nil {
		t.Fatal(err)
	}
	return threads
}

// brokerOf finds the broker that a server has started.
func brokerOf(t *testing.T, pid int) int {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if err != nil {
			continue // the thread has ended
		}
		for _, child := range strings.Fields(string(text)) {
			number, err := strconv.Atoi(child)
			if err != nil {
				t.Fatal(err)
			}
			return number
		}
	}
	t.Fatal("the server has no broker")
	return 0
}

// The broker dies: the server says so, and ends rather than refuse everybody.
func TestServerEndsWithItsBroker(t *testing.T) {
	needRoot(t)
	s := peers.Ferry(t, peers.Config{})
	c := login(t, s)
	if err := syscall.Kill(brokerOf(t, s.PID()), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	c.want("421")
	s.Wait()
	if !strings.Contains(s.Output(), "the broker has died") {
		t.Errorf("it says only\n%s", s.Output())
	}
}
