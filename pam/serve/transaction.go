package serve

import (
	"fmt"
	"sync"
	"time"

	"ferry/pam/protocol"
)

// transaction is one request and its process.
type transaction struct {
	server  *Server
	request *protocol.Request

	once      sync.Once
	cancelled chan struct{}
	held      bool // counts among the sessions; the server's lock guards it
}

// cancel ends the transaction: at once while it logs in, in good order when it is
// a session.
func (t *transaction) cancel() { t.once.Do(func() { close(t.cancelled) }) }

// run waits for its turn and carries the transaction out, up to the last answer.
func (t *transaction) run() {
	defer clear(t.request.Secret)
	s := t.server
	select {
	case <-t.cancelled:
		t.fail(protocol.ReasonCancelled, "nobody wants to know any more")
		return
	case s.turns <- struct{}{}:
	}
	p, err := start(s.Command(), t.request)
	if err != nil {
		<-s.turns
		t.fail(protocol.ReasonCrashed, err.Error())
		return
	}
	opened := t.login(p)
	if opened {
		<-s.turns
		t.session(p)
		p.end(s.CloseTimeout)
		return
	}
	p.end(s.CloseTimeout)
	<-s.turns
}

// login passes the first answer on, and says whether a session is to be held.
func (t *transaction) login(p *process) (opened bool) {
	timer := time.NewTimer(t.server.Timeout)
	defer timer.Stop()
	select {
	case <-t.cancelled:
		p.kill()
		t.fail(protocol.ReasonCancelled, "nobody wants to know any more")
	case <-timer.C:
		p.kill()
		t.fail(protocol.ReasonTimeout, fmt.Sprintf("a PAM module took longer than %v", t.server.Timeout))
	case a, alive := <-p.answers:
		switch {
		case !alive:
			t.fail(protocol.ReasonCrashed, p.end(t.server.CloseTimeout))
		case a.OK && t.request.Session && !t.server.hold(t):
			t.fail(protocol.ReasonBusy, "too many sessions at once")
			t.finish(p)
		default:
			a.ID = t.request.ID
			t.server.answer(a)
			return a.OK && t.request.Session
		}
	}
	return false
}

// session waits for the end of a session and says how it was.
func (t *transaction) session(p *process) {
	select {
	case <-t.cancelled:
	case a, alive := <-p.answers: // before its time
		t.closed(p, a, alive)
		return
	}
	a, alive := t.finish(p)
	t.closed(p, a, alive)
}

// finish lets the process close the session, and waits for it, but not for ever.
func (t *transaction) finish(p *process) (a *protocol.Answer, alive bool) {
	_ = p.in.Close()
	timer := time.NewTimer(t.server.CloseTimeout)
	defer timer.Stop()
	select {
	case a, alive = <-p.answers:
	case <-timer.C:
		p.kill()
		a = &protocol.Answer{Reason: protocol.ReasonTimeout, Text: "a PAM module took too long to close the session"}
		alive = true
	}
	return a, alive
}

// closed is the last answer of a session.
func (t *transaction) closed(p *process, a *protocol.Answer, alive bool) {
	if !alive {
		a = &protocol.Answer{Reason: protocol.ReasonCrashed, Text: p.end(t.server.CloseTimeout)}
	}
	a.ID, a.OK, a.Closed = t.request.ID, false, true
	t.server.answer(a)
}

// fail is the answer when the process gives none.
func (t *transaction) fail(reason, text string) {
	t.server.answer(&protocol.Answer{ID: t.request.ID, Reason: reason, Text: text})
}
