package serve

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ferry/pam/protocol"
)

// bench is a server whose transactions are shell scripts.
type bench struct {
	*testing.T
	in      io.WriteCloser
	answers *protocol.Reader
	done    chan error
}

// newBench starts a server. The script is the process of every transaction.
func newBench(t *testing.T, script string, change func(*Server)) *bench {
	t.Helper()
	s := &Server{
		Command: func() *exec.Cmd {
			cmd := exec.Command("sh", "-c", script)
			cmd.Stderr = os.Stderr
			return cmd
		},
		Parallel: 4, Waiting: 4, Sessions: 4, Timeout: time.Minute, CloseTimeout: time.Minute,
	}
	if change != nil {
		change(s)
	}
	theirs, in := io.Pipe()
	answers, out := io.Pipe()
	b := &bench{T: t, in: in, answers: protocol.NewReader(answers, protocol.MaxAnswer), done: make(chan error, 1)}
	go func() {
		b.done <- s.Serve(theirs, out)
		_ = out.Close()
	}()
	t.Cleanup(func() { _ = in.Close(); _ = answers.Close() })
	if a := b.answer(); a.Hello != protocol.Version {
		t.Fatalf("it says %+v first", a)
	}
	return b
}

func (b *bench) ask(q *protocol.Request) {
	b.Helper()
	if err := protocol.WriteRequest(b.in, q); err != nil {
		b.Fatal(err)
	}
}

func (b *bench) open(id uint64, session bool) {
	b.Helper()
	b.ask(&protocol.Request{ID: id, Op: protocol.OpOpen, User: []byte("alice"), Session: session, Secret: []byte("secret")})
}

func (b *bench) close(id uint64) {
	b.Helper()
	b.ask(&protocol.Request{ID: id, Op: protocol.OpClose})
}

func (b *bench) answer() *protocol.Answer {
	b.Helper()
	a, err := b.answers.Answer()
	if err != nil {
		b.Fatal(err)
	}
	return a
}

// end ends the input and waits for the server.
func (b *bench) end() {
	b.Helper()
	_ = b.in.Close()
	if rest, err := b.answers.Answer(); err == nil {
		b.Errorf("at the end it says %+v", rest)
	}
	if err := <-b.done; err != nil {
		b.Error(err)
	}
}

const session = `read -r request; echo '{"ok":true}'; cat >/dev/null; echo '{"closed":true}'`

func TestLogins(t *testing.T) {
	b := newBench(t, `read -r request; echo '{"ok":true,"account":{"uid":7}}'`, nil)
	for id := range uint64(3) {
		b.open(id+1, false)
		if a := b.answer(); a.ID != id+1 || !a.OK || a.Account.UID != 7 {
			t.Errorf("the answer is %+v", a)
		}
		b.close(id + 1) // comes too late, and does no harm
	}
	b.end()
}

// TestRequestIsPassedOn looks at what a process is given.
func TestRequestIsPassedOn(t *testing.T) {
	b := newBench(t, `read -r request; printf '{"reason":"x","text":"%s"}\n' "$(head -c 6)"`, nil)
	b.open(1, false)
	if a := b.answer(); a.Reason != "x" || a.Text != "secret" {
		t.Errorf("the answer is %+v", a)
	}
	b.end()
}

func TestSessions(t *testing.T) {
	b := newBench(t, session, func(s *Server) { s.Sessions = 2 })
	for id := range uint64(2) {
		b.open(id, true)
		if a := b.answer(); a.ID != id || !a.OK {
			t.Errorf("the answer is %+v", a)
		}
	}
	b.open(2, true)
	if a := b.answer(); a.ID != 2 || a.Reason != protocol.ReasonBusy {
		t.Errorf("the session too many: %+v", a)
	}
	b.close(0)
	if a := b.answer(); a.ID != 0 || !a.Closed || a.OK || a.Reason != "" {
		t.Errorf("the end of a session: %+v", a)
	}
	_ = b.in.Close() // and with it the other
	if a := b.answer(); a.ID != 1 || !a.Closed {
		t.Errorf("the end of a session: %+v", a)
	}
	b.end()
}

// TestFaults are processes that do not do what they should.
func TestFaults(t *testing.T) {
	short := func(s *Server) { s.Timeout = 50 * time.Millisecond }
	shortClose := func(s *Server) { s.CloseTimeout = 50 * time.Millisecond }
	for _, test := range []struct {
		name, script string
		change       func(*Server)
		session      bool
		want         string // what is in the last answer
	}{
		{"no answer", "exit 3", nil, false, "crashed: exit status 3"},
		{"killed", "kill -9 $$", nil, false, "crashed: signal: killed"},
		{"no JSON", "echo hello", nil, false, "crashed: exit status 0"},
		{"much", "head -c 2000000 /dev/zero; exec sleep 1000", shortClose, false, "crashed: signal: killed"},
		{"hangs", "sleep 1000 & wait", short, false, "timeout: a PAM module took longer than 50ms"},
		{"hangs in a session of its own", "setsid -w sleep 1000", short, false, "timeout: a PAM module took longer than 50ms"},
		{"hangs at the end", `echo '{"ok":true}'; sleep 1000`, shortClose, true, "timeout: a PAM module took too long to close the session"},
		{"ends early", `echo '{"ok":true}'; exit 4`, nil, true, "crashed: exit status 4"},
		{"ends with a complaint", `echo '{"ok":true}'; cat >/dev/null; echo '{"reason":"x","text":"y"}'`, nil, true, "x: y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, "read -r request; "+test.script, test.change)
			b.open(1, test.session)
			if test.session {
				if a := b.answer(); !a.OK {
					t.Errorf("the answer is %+v", a)
				}
				b.close(1)
			}
			a := b.answer()
			if a.ID != 1 || a.OK || a.Closed != test.session || a.Reason+": "+a.Text != test.want {
				t.Errorf("the answer is %+v, want %q", a, test.want)
			}
			b.end()
		})
	}
	b := newBench(t, "", func(s *Server) { s.Command = func() *exec.Cmd { return exec.Command("/nonesuch") } })
	b.open(1, false)
	if a := b.answer(); a.Reason != protocol.ReasonCrashed {
		t.Errorf("without a program: %+v", a)
	}
	b.end()
}

// TestTurns lets few in at once; others wait, and too many are sent away.
func TestTurns(t *testing.T) {
	b := newBench(t, "read -r request; exec sleep 1000", func(s *Server) { s.Parallel, s.Waiting = 1, 1 })
	b.open(1, false)
	b.open(2, false)
	b.open(3, false)
	if a := b.answer(); a.ID != 3 || a.Reason != protocol.ReasonBusy {
		t.Errorf("the one too many: %+v", a)
	}
	for _, id := range []uint64{2, 1} {
		b.close(id)
		if a := b.answer(); a.ID != id || a.Reason != protocol.ReasonCancelled {
			t.Errorf("the one that was cancelled: %+v", a)
		}
	}
	b.open(4, false)
	_ = b.in.Close()
	if a := b.answer(); a.ID != 4 || a.Reason != protocol.ReasonCancelled {
		t.Errorf("the one that was under way: %+v", a)
	}
	b.end()
}

func TestBadRequests(t *testing.T) {
	for _, text := range []string{
		"hello\n", `{"id":1,"op":"dance"}` + "\n", `{"id":1}` + "\n", strings.Repeat("x", protocol.MaxRequest+1),
		`{"id":1,"op":"open","session":true}` + "\n" + `{"id":1,"op":"open"}` + "\n", `{"id":1,"op":"open","secret":9}` + "\nabc",
	} {
		s := &Server{
			Command:  func() *exec.Cmd { return exec.Command("sh", "-c", session) },
			Parallel: 1, Waiting: 1, Sessions: 1, Timeout: time.Minute, CloseTimeout: time.Minute,
		}
		var out bytes.Buffer
		if err := s.Serve(bufio.NewReader(strings.NewReader(text)), &out); err == nil {
			t.Errorf("%.40q is taken; it says %s", text, out.String())
		}
	}
}
