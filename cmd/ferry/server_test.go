package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long an event may keep a test waiting; it is for tests that
// would hang otherwise.
const patience = time.Minute

// transcript collects output and lets somebody wait for a piece of it.
type transcript struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed, and made anew, with each change
	closed  bool
}

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

// Write implements io.Writer.
func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.changed)
	t.changed = make(chan struct{})
	return t.text.Write(b)
}

// end says that nothing more will come.
func (t *transcript) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// match waits for a match, and returns its groups; nil if none came.
func (t *transcript) match(re *regexp.Regexp) []string {
	limit := time.After(patience)
	for {
		t.mu.Lock()
		found, closed, changed := re.FindStringSubmatch(t.text.String()), t.closed, t.changed
		t.mu.Unlock()
		if found != nil || closed {
			return found
		}
		select {
		case <-changed:
		case <-limit:
			return nil
		}
	}
}

// server is a ferry that runs, or one that a ferry has put into the background.
type server struct {
	cmd      *exec.Cmd // nil for one in the background
	process  *os.Process
	out, err *transcript
	ended    chan struct{} // closed when it has ended
	failure  error         // how; read after ended
}

// launch starts ferry; prepare may change the command before.
func launch(ts *testscript.TestScript, a []string, prepare func(*exec.Cmd)) *server {
	path, err := exec.LookPath("ferry")
	ts.Check(err)
	env := append(os.Environ(), "GORACE="+raceSettings)
	for len(a) > 0 && strings.Contains(a[0], "=") && !strings.HasPrefix(a[0], "-") {
		env, a = append(env, a[0]), a[1:]
	}
	s := &server{out: newTranscript(), err: newTranscript(), ended: make(chan struct{})}
	s.cmd = exec.Command(path, a...)
	s.cmd.Dir, s.cmd.Env = ts.MkAbs("."), env
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.err
	if prepare != nil {
		prepare(s.cmd)
	}
	ts.Check(s.cmd.Start())
	s.process = s.cmd.Process
	go func() {
		s.failure = s.cmd.Wait()
		s.out.end()
		s.err.end()
		close(s.ended)
	}()
	stageOf(ts).add(s)
	return s
}

func (s *server) kill() {
	_ = s.process.Kill() // it may have ended
	if s.cmd != nil {
		<-s.ended
	}
}

var (
	urlLine = regexp.MustCompile(`(?m)ftp://(127\.0\.0\.1:\d+)/\n`)
	logLine = regexp.MustCompile(`(?m)msg=listening address=(127\.0\.0\.1:\d+) pid=(\d+)\n`)
)

func cmdStart(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	s := launch(ts, a, nil)
	// It prints a block without a file, and writes a log with one. The one that
	// does not come is empty when the process has ended, at the latest.
	found := make(chan []string, 2)
	go func() { found <- s.out.match(urlLine) }()
	go func() { found <- s.err.match(logLine) }()
	for range cap(found) {
		if m := <-found; m != nil {
			ts.Setenv("ADDR", m[1])
			return
		}
	}
	ts.Fatalf("ferry does not serve\n%s%s", s.out, s.err)
}

func cmdInetd(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	unixOnly(ts)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer l.Close()
	ours, err := net.Dial("tcp", l.Addr().String())
	ts.Check(err)
	theirs, err := l.Accept()
	ts.Check(err)
	defer theirs.Close()
	tcp, ok := theirs.(*net.TCPConn)
	if !ok {
		ts.Fatalf("the connection is no TCP connection")
	}
	f, err := tcp.File()
	ts.Check(err)
	defer f.Close()
	launch(ts, a, func(cmd *exec.Cmd) { cmd.Stdin, cmd.Stdout, cmd.Stderr = f, f, f })
	stageOf(ts).client = newClient(ts, ours)
}

func cmdInetwait(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	unixOnly(ts)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	defer l.Close()
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		ts.Fatalf("the listener is no TCP listener")
	}
	f, err := tcp.File()
	ts.Check(err)
	defer f.Close()
	launch(ts, a, func(cmd *exec.Cmd) { cmd.Stdin = f })
	ts.Setenv("ADDR", l.Addr().String())
}

func cmdSignal(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	sig := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[a[0]]
	if sig == nil {
		ts.Fatalf("no such signal")
	}
	ts.Check(stageOf(ts).server.process.Signal(sig))
}

func cmdAwait(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	s := stageOf(ts).server
	if s.err.match(regexp.MustCompile(a[0])) == nil {
		ts.Fatalf("it does not say %q, but\n%s", a[0], s.err)
	}
}

func cmdEnded(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	s := stageOf(ts).server
	select {
	case <-s.ended:
	case <-time.After(patience):
		ts.Fatalf("it does not end; it said\n%s%s", s.out, s.err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(s.out.String()), 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("err"), []byte(s.err.String()), 0o666))
	status := 0
	var failed *exec.ExitError
	if errors.As(s.failure, &failed) {
		status = failed.ExitCode()
	} else {
		ts.Check(s.failure)
	}
	if strconv.Itoa(status) != a[0] {
		ts.Fatalf("exit status %d, want %s; it said\n%s%s", status, a[0], s.out, s.err)
	}
}

func cmdDetached(ts *testscript.TestScript, neg bool, a []string) {
	args(ts, neg, false, a, 1)
	m := logLine.FindStringSubmatch(ts.ReadFile(a[0]))
	if m == nil {
		ts.Fatalf("%s tells of no server", a[0])
	}
	ts.Setenv("ADDR", m[1])
	pid, err := strconv.Atoi(m[2])
	ts.Check(err)
	process, err := os.FindProcess(pid)
	ts.Check(err)
	stageOf(ts).add(&server{process: process})
}
