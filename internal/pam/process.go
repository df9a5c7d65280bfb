package pam

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// patience is how long the program may take to read a request, and to end: its
// own limits, which are for the modules, are shorter than the latter.
const (
	sendPatience  = 10 * time.Second
	closePatience = 45 * time.Second
	// stderrPatience is how long a process that a module has left behind may hold the
	// standard error open.
	stderrPatience = time.Second
)

// process is one run of ferry-pam.
type process struct {
	cmd  *exec.Cmd
	gone chan struct{} // is closed when it has ended

	write sync.Mutex
	in    *os.File

	mu      sync.Mutex
	last    uint64
	waiting map[uint64]*dialogue
	fault   error
}

// dialogue is a request whose last answer has not come.
type dialogue struct {
	answers chan *answer // has room for all
	session bool
	givenUp bool
}

// launch starts the program and waits for its first word.
func launch(ctx context.Context, options Options) (*process, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	cmd := exec.Command(options.Path, "serve")
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	cmd.Dir = "/"
	cmd.WaitDelay = stderrPatience
	said := &tail{w: options.Stderr}
	cmd.Stderr = said
	theirs, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdin = theirs
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	_ = theirs.Close()
	if err != nil {
		_ = in.Close()
		return nil, fmt.Errorf("starting ferry-pam: %w", err)
	}
	p := &process{cmd: cmd, in: in, gone: make(chan struct{}), waiting: make(map[uint64]*dialogue)}
	hello := make(chan error, 1)
	go p.read(bufio.NewReader(out), hello, said)
	select {
	case err := <-hello:
		if err == nil {
			return p, nil
		}
		<-p.gone
		return nil, fmt.Errorf("starting ferry-pam: %w", p.why())
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		<-p.gone
		return nil, fmt.Errorf("starting ferry-pam: %w", ctx.Err())
	}
}

// read hands out answers until the program ends.
func (p *process) read(r *bufio.Reader, hello chan<- error, said *tail) {
	a, err := receive(r)
	if err == nil && a.Hello != version {
		err = fmt.Errorf("it says %.64q, want %q: it is of another version", a.Hello, version)
	}
	hello <- err
	for err == nil {
		if a, err = receive(r); err == nil {
			p.hand(a)
		}
	}
	// Without answers the program is of no use, whatever it does.
	_ = p.cmd.Process.Kill()
	p.write.Lock()
	_ = p.in.Close()
	p.write.Unlock()
	state := p.cmd.Wait()
	switch {
	case !errors.Is(err, io.EOF):
	case state != nil:
		err = state
	default:
		err = errors.New("it was done")
	}
	p.mu.Lock()
	p.fault = faultOf(err, said.String())
	p.mu.Unlock()
	close(p.gone)
}

// hand hands an answer to whom it concerns.
func (p *process) hand(a *answer) {
	p.mu.Lock()
	d := p.waiting[a.ID]
	abandoned := d != nil && d.givenUp
	if d != nil && (!a.OK || !d.session) {
		delete(p.waiting, a.ID)
	}
	p.mu.Unlock()
	if d == nil || abandoned {
		return
	}
	select {
	case d.answers <- a:
	default: // more than there can be
	}
}

// why says why the program has ended.
func (p *process) why() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// ask sends a request; its answers come from a channel.
func (p *process) ask(q *request, password []byte) (uint64, <-chan *answer, error) {
	d := &dialogue{answers: make(chan *answer, 2), session: q.Session}
	p.mu.Lock()
	p.last++
	q.ID = p.last
	p.waiting[q.ID] = d
	p.mu.Unlock()
	if err := p.send(q, password); err != nil {
		return 0, nil, err
	}
	return q.ID, d.answers, nil
}

// send sends a message, unless the program is ending. One that cannot be sent whole would spoil all that come
// after it, so the program is ended then.
func (p *process) send(q *request, password []byte) error {
	p.write.Lock()
	_ = p.in.SetWriteDeadline(time.Now().Add(sendPatience))
	err := send(p.in, q, password)
	p.write.Unlock()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrClosed):
		// It is closing all sessions, or has ended.
		if q.Op == "close" {
			return nil
		}
	default:
		_ = p.cmd.Process.Kill()
	}
	<-p.gone
	return p.why()
}

// giveUp ends a login that nobody waits for; its answers are dropped.
func (p *process) giveUp(id uint64) {
	p.mu.Lock()
	if d := p.waiting[id]; d != nil {
		d.givenUp = true
	}
	p.mu.Unlock()
	_ = p.send(&request{ID: id, Op: "close"}, nil)
}

// closeSession asks for the end of a session.
func (p *process) closeSession(id uint64) error {
	select {
	case <-p.gone: // and all sessions have been closed, or never will be
		return p.why()
	default:
		return p.send(&request{ID: id, Op: "close"}, nil)
	}
}

// close ends the program: it closes all sessions when its input ends.
func (p *process) close() error {
	p.write.Lock()
	_ = p.in.Close()
	p.write.Unlock()
	timer := time.NewTimer(closePatience)
	defer timer.Stop()
	select {
	case <-p.gone:
		return nil
	case <-timer.C:
		_ = p.cmd.Process.Kill()
		<-p.gone
		return fmt.Errorf("ferry-pam did not end within %v", closePatience)
	}
}

// tail passes on what is written, and keeps the end of it for an error.
type tail struct {
	w io.Writer

	mu   sync.Mutex
	text []byte
}

// longestTail is the most bytes that are kept.
const longestTail = 512

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, text...)
	if extra := len(t.text) - longestTail; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	if t.w != nil {
		_, _ = t.w.Write(text) // a log that fails is no reason to end the program
	}
	return len(text), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
