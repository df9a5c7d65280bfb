package serve

import (
	"context"
	"io"
	"os/exec"
	"sync"
	"time"

	"ferry/pam/lineage"
	"ferry/pam/protocol"
)

// process is one that carries a transaction out.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan *protocol.Answer // is closed after the last

	once  sync.Once
	state string
}

// maxAnswers is how many a process gives: of the login, and of a session's end.
const maxAnswers = 2

// start starts a process and hands it the request.
func start(cmd *exec.Cmd, q *protocol.Request) (*process, error) {
	p := &process{cmd: cmd, answers: make(chan *protocol.Answer, maxAnswers)}
	var err error
	if p.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go p.read(protocol.NewReader(out, protocol.MaxAnswer))
	// The pipe takes the whole request, so that writing does not wait. If the process
	// has gone already, it will be seen not to answer.
	_ = protocol.WriteRequest(p.in, q)
	clear(q.Secret)
	return p, nil
}

// read reads answers until there are no more, or one that is none.
func (p *process) read(reader *protocol.Reader) {
	defer close(p.answers)
	for range maxAnswers {
		a, err := reader.Answer()
		if err != nil {
			return
		}
		p.answers <- a
	}
	_, _ = reader.Answer() // the end
}

// kill ends the process at once, with all that it has started. It is not to be
// called once the process has been waited for.
func (p *process) kill() { lineage.Kill(p.cmd.Process.Pid) }

// end waits until the process has ended, kills it after a time, and says how it
// ended.
func (p *process) end(grace time.Duration) string {
	p.once.Do(func() {
		_ = p.in.Close()
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		// Waiting closes the pipe, so all answers are read before. A process that left the
		// group may hold the pipe open: that is not waited for.
		for alive := true; alive; {
			select {
			case _, alive = <-p.answers:
			case <-ctx.Done():
				alive = false
			}
		}
		ended := make(chan struct{})
		go func() {
			_ = p.cmd.Wait() // the state says it all
			close(ended)
		}()
		select {
		case <-ended:
		case <-ctx.Done():
			p.kill()
			<-ended
		}
		p.state = p.cmd.ProcessState.String()
	})
	return p.state
}
