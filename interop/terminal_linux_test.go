package interop_test

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"ferry/internal/peers"
)

// terminalPatience is how long a program may take to say something.
const terminalPatience = 30 * time.Second

// terminal is a pseudo terminal with a program on it, as a person would use it: the
// test types, and waits for what the program says.
type terminal struct {
	t    *testing.T
	file *os.File
	cmd  *exec.Cmd
	dir  string // the program's working directory

	mu    sync.Mutex
	news  *sync.Cond
	text  []byte // what was said, without escape sequences
	at    int    // what of it the test has seen
	ended bool
	late  bool
}

// startTerminal runs ferry, or ferry as ftp, with these arguments, in a directory
// and a home of its own; further ones of the environment stand in env.
func startTerminal(t *testing.T, home, name string, env []string, args ...string) *terminal {
	t.Helper()
	program := peers.BuildFerry(t)
	dir := t.TempDir()
	cmd := exec.Command(program, args...)
	cmd.Args[0] = name
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_STATE_HOME="+home+"/state", "TERM=xterm", "PAGER=cat")
	cmd.Env = append(cmd.Env, env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	x := &terminal{t: t, file: file, cmd: cmd, dir: dir}
	x.news = sync.NewCond(&x.mu)
	go x.listen()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // its status is wait's business
		_ = file.Close()       // nothing more is read
		if t.Failed() {
			t.Logf("the terminal:\n%s", x.all())
		}
	})
	return x
}

// listen takes down what the program says.
func (x *terminal) listen() {
	const (
		plain = iota
		escape
		sequence
	)
	state := plain
	b := make([]byte, 4096)
	for {
		n, err := x.file.Read(b)
		x.mu.Lock()
		for _, c := range b[:n] {
			switch {
			case state == plain && c == 0x1b:
				state = escape
			case state == escape && c == '[':
				state = sequence
			case state == escape, state == sequence && c >= '@' && c <= '~':
				state = plain
			case state == plain:
				x.text = append(x.text, c)
			}
		}
		x.ended = err != nil
		x.news.Broadcast()
		x.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (x *terminal) all() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.text)
}

// expect waits until the program says text, behind all that was waited for before,
// and gives what it has said until then.
func (x *terminal) expect(text string) string {
	x.t.Helper()
	timer := time.AfterFunc(terminalPatience, func() {
		x.mu.Lock()
		x.late = true
		x.news.Broadcast()
		x.mu.Unlock()
	})
	defer timer.Stop()
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		said := string(x.text[x.at:])
		if before, _, ok := strings.Cut(said, text); ok {
			x.at += len(before) + len(text)
			return before
		}
		if x.ended || x.late {
			x.t.Fatalf("the program does not say %q but %q", text, said)
		}
		x.news.Wait()
	}
}

// send types keys.
func (x *terminal) send(keys string) {
	x.t.Helper()
	if _, err := x.file.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// do types a line behind the prompt, and waits for the next prompt; what was said
// between is the answer.
func (x *terminal) do(line, prompt string) string {
	x.t.Helper()
	x.send(line + "\r")
	x.expect("\n") // the end of the line that is echoed
	return x.expect(prompt)
}

// resize changes the size of the window.
func (x *terminal) resize(columns uint16) {
	x.t.Helper()
	if err := pty.Setsize(x.file, &pty.Winsize{Rows: 24, Cols: columns}); err != nil {
		x.t.Fatal(err)
	}
}

// quit ends the program, whose exit status must be 0.
func (x *terminal) quit() {
	x.t.Helper()
	x.send("bye\r")
	x.gone()
}

// gone waits until the program has ended well.
func (x *terminal) gone() {
	x.t.Helper()
	if err := x.cmd.Wait(); err != nil {
		x.t.Errorf("it ends with %v", err)
	}
}
