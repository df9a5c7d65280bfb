package broker

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/internal/sys"
	"ferry/vfs"
)

// The test program is each process of these tests: a broker, or one that starts
// a broker and is killed.
const (
	asBroker  = "-broker"
	asStarter = "-starter"
	asMain    = "-main"
)

// What a program does before main, it does on its main thread, and the lock
// keeps main there.
func init() {
	if len(os.Args) > 1 && os.Args[1] == asMain {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case asBroker:
			os.Exit(beBroker())
		case asStarter:
			os.Exit(beStarter())
		case asMain:
			os.Exit(beMain())
		}
	}
	os.Exit(m.Run())
}

// The exit codes of a broker of the tests.
const (
	exitServed = iota
	exitNoSocket
	exitFailed
	exitDoneMissing
)

// beBroker serves until the Client has gone, and says by its exit code whether
// the sessions that it made were all ended.
func beBroker() int {
	conn, err := Inherit()
	if err != nil {
		return exitNoSocket
	}
	begun, ended := 0, make(chan struct{}, 1000)
	s := &Server{
		Log:    slog.New(slog.NewTextHandler(os.Stderr, nil)),
		asSelf: sys.Euid() != 0,
		Grant: func(ctx context.Context, request []byte) (*Grant, error) {
			if string(request) == "die" {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
			g, err := grantAll(ctx, request)
			if err == nil {
				begun++ // the tests log in one by one
				g.Done = func() { ended <- struct{}{} }
			}
			return g, err
		},
	}
	if err := s.Serve(context.Background(), conn); err != nil {
		return exitFailed
	}
	if len(ended) != begun {
		return exitDoneMissing
	}
	return exitServed
}

// beStarter starts a broker, makes a session and a file that is being written,
// says so with the broker's number, and waits to be killed.
func beStarter() int {
	cmd := exec.Command(os.Args[0], asBroker)
	cmd.Stderr = os.Stderr
	c, _, err := Start(context.Background(), cmd, AllCapabilities)
	if err != nil {
		return exitFailed
	}
	s, _, err := c.Grant(context.Background(), []byte(os.Args[2]))
	if err != nil {
		return exitFailed
	}
	w, err := s.Create(context.Background(), "/part", vfs.CreateOptions{Perm: 0o644})
	if err != nil {
		return exitFailed
	}
	if _, err := w.Write([]byte("part")); err != nil {
		return exitFailed
	}
	_, _ = io.WriteString(os.Stdout, strconv.Itoa(cmd.Process.Pid)+"\n")
	select {}
}

// beMain asks for a thread of its own from the main thread.
func beMain() int {
	if !sys.OnMainThread() {
		return exitFailed
	}
	on := true
	onOwnThread(func() { on = sys.OnMainThread() })
	if on || !sys.OnMainThread() {
		return exitFailed
	}
	return exitServed
}

// TestMainThreadIsSpared calls for a thread that ends, from the one that cannot.
func TestMainThreadIsSpared(t *testing.T) {
	needLinux(t)
	if out, err := exec.Command(os.Args[0], asMain).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// start starts a broker process of the tests.
func start(t testing.TB, keep uint64) (*Client, func() error, *exec.Cmd) {
	t.Helper()
	needLinux(t)
	cmd := exec.Command(os.Args[0], asBroker)
	cmd.Stderr = os.Stderr
	c, wait, err := Start(t.Context(), cmd, keep)
	must(t, err)
	t.Cleanup(func() {
		_ = c.Close() // the test may have done it
		_ = wait()
	})
	return c, wait, cmd
}

// TestProcess works with a broker in another process, and ends it.
func TestProcess(t *testing.T) {
	c, wait, _ := start(t, AllCapabilities)
	dir, id := t.TempDir(), (*Identity)(nil)
	if sys.Euid() == 0 {
		dir, id = home(t, alice), &alice
	}
	s := enter(t, c, login{Identity: id, Root: dir})
	must(t, upload(s, "/f", vfs.CreateOptions{Perm: 0o666}))
	if got, err := readAll(s, "/f"); got != "content" || err != nil {
		t.Errorf("the file holds %q, %v", got, err)
	}
	if uid, _, mode := ownerOf(t, dir+"/f"); mode != 0o666 || id != nil && uid != id.UID {
		t.Errorf("the file is of %d with %v", uid, mode)
	}
	must(t, c.Close())
	if err := wait(); err != nil {
		t.Errorf("the broker's end: %v", err)
	}
	<-c.Gone()
	if _, err := s.Stat(t.Context(), "/f"); !errors.Is(err, ErrGone) {
		t.Errorf("Stat after the end = %v", err)
	}
}

// TestProcessIsLimited looks at every thread of a broker that was started with
// few capabilities, before and after it has become somebody.
func TestProcessIsLimited(t *testing.T) {
	needRoot(t)
	const chown, setgid, setuid, setpcap = 1 << 0, 1 << 6, 1 << 7, 1 << 8
	before := threads(t)
	for range 3 { // from threads that are thrown away
		c, _, cmd := start(t, chown|setgid|setuid)
		s := enter(t, c, login{Identity: &alice, Root: home(t, alice)})
		must(t, upload(s, "/f", vfs.CreateOptions{Perm: 0o600}))
		users := make(map[string]int)
		for tid, is := range threadsOf(t, strconv.Itoa(cmd.Process.Pid)) {
			users[is["Uid"]]++
			if is["CapBnd"] != "00000000000000c1" || is["NoNewPrivs"] != "1" || is["CapInh"] != noCapabilities || is["CapAmb"] != noCapabilities {
				t.Errorf("thread %s: bounding %s, no_new_privs %s, inheritable %s", tid, is["CapBnd"], is["NoNewPrivs"], is["CapInh"])
			}
			want := "00000000000000c1"
			if is["Uid"] != fourNumbers(0, 0) {
				want = noCapabilities
			}
			if is["CapPrm"] != want || is["CapEff"] != want {
				t.Errorf("thread %s of %s: permitted %s, effective %s, want %s", tid, is["Uid"], is["CapPrm"], is["CapEff"], want)
			}
		}
		if users[fourNumbers(nobody, alice.UID)] != 1 || len(users) != 2 {
			t.Errorf("threads by users: %v", users)
		}
	}
	own := threads(t)[strconv.Itoa(os.Getpid())]
	for tid, is := range threads(t) {
		for _, name := range []string{"CapBnd", "CapPrm", "CapEff", "NoNewPrivs"} {
			if was := before[strconv.Itoa(os.Getpid())][name]; is[name] != was && is["Uid"] == own["Uid"] {
				t.Errorf("thread %s of this process has %s %s, was %s", tid, name, is[name], was)
			}
		}
	}
	// Without the power to limit, nothing is started.
	if mask, err := strconv.ParseUint(own["CapEff"], 16, 64); err != nil || mask&setpcap == 0 {
		t.Errorf("the test has not the power that it needs: %v", err)
	}
}

// TestBrokerDies kills the broker while it is waited for: all calls end.
func TestBrokerDies(t *testing.T) {
	c, wait, cmd := start(t, AllCapabilities)
	dir, id := t.TempDir(), (*Identity)(nil)
	if sys.Euid() == 0 {
		dir, id = home(t, alice), &alice
	}
	s := enter(t, c, login{Identity: id, Root: dir})
	w, err := s.Create(t.Context(), "/f", vfs.CreateOptions{Perm: 0o600})
	must(t, err)
	_, err = w.Write([]byte("part"))
	must(t, err)
	if _, _, err := c.Grant(t.Context(), []byte("die")); !errors.Is(err, ErrGone) {
		t.Errorf("the login that killed the broker = %v", err)
	}
	<-c.Gone()
	if err := wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("wait = %v", err)
	}
	if again := wait(); again == nil {
		t.Error("wait says something else the second time")
	}
	var listed error
	for _, listed = range s.List(t.Context(), "/") {
		continue
	}
	_, _, grantErr := c.Grant(t.Context(), nil)
	for what, err := range map[string]error{
		"Stat": errOf(s.Stat(t.Context(), "/f")), "Open": errOf(s.Open(t.Context(), "/f", 0)), "List": listed,
		"Create": errOf(s.Create(t.Context(), "/g", vfs.CreateOptions{})), "Commit": w.Commit(t.Context()), "Grant": grantErr,
	} {
		if !errors.Is(err, ErrGone) {
			t.Errorf("%s after the death = %v", what, err)
		}
	}
	if cmd.ProcessState == nil {
		t.Error("the process was not waited for")
	}
}

// TestStarterDies kills the process that uses a broker: the broker ends the
// session, removes what was not whole, and goes.
func TestStarterDies(t *testing.T) {
	needLinux(t)
	dir, id := t.TempDir(), (*Identity)(nil)
	if sys.Euid() == 0 {
		dir, id = home(t, alice), &alice
	}
	starter := exec.Command(os.Args[0], asStarter, string(login{Identity: id, Root: dir}.request(t)))
	starter.Stderr = os.Stderr
	out, err := starter.StdoutPipe()
	must(t, err)
	must(t, starter.Start())
	line := make([]byte, 20)
	n, err := out.Read(line)
	must(t, err)
	broker := strings.TrimSpace(string(line[:n]))
	if names := listDir(t, dir); len(names) != 1 {
		t.Errorf("before: %q", names)
	}
	must(t, starter.Process.Kill())
	_ = starter.Wait() // it was killed
	eventually(t, "the broker goes, and the part of a file with it", func() bool {
		_, err := os.Stat("/proc/" + broker)
		state, _ := os.ReadFile("/proc/" + broker + "/stat")
		gone := err != nil || strings.Contains(string(state), ") Z ") // nobody may wait for it
		return gone && len(listDir(t, dir)) == 0
	})
}

// TestStartFails starts what is no broker.
func TestStartFails(t *testing.T) {
	needLinux(t)
	if _, _, err := Start(t.Context(), exec.Command("/none/at/all"), AllCapabilities); err == nil {
		t.Error("Start of nothing succeeds")
	}
	_, _, err := Start(t.Context(), exec.Command("/bin/false"), AllCapabilities)
	if !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("Start of a program that ends = %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _, err = Start(ctx, exec.Command("/bin/sleep", "100"), AllCapabilities)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Start of a program that does not serve = %v", err)
	}
	// A broker that is started by hand says what it is.
	err = exec.Command(os.Args[0], asBroker).Run()
	if e, ok := errors.AsType[*exec.ExitError](err); !ok || e.ExitCode() != exitNoSocket {
		t.Errorf("a broker without a socket = %v", err)
	}
}
