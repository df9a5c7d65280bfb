package serve

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"ferry/pam/protocol"
)

// Server runs transactions.
type Server struct {
	// Command makes the process of a transaction, which reads one request from its
	// standard input and writes answers to its standard output.
	Command func() *exec.Cmd
	// Parallel is the number of logins at once, Waiting that of those that wait
	// for their turn, and Sessions that of the sessions that are held.
	Parallel, Waiting, Sessions int
	// Timeout is the longest that a login takes, and CloseTimeout the end of a
	// session.
	Timeout, CloseTimeout time.Duration

	out struct {
		sync.Mutex
		w io.Writer
	}
	turns chan struct{}

	mu       sync.Mutex
	running  map[uint64]*transaction
	sessions int
	ended    sync.WaitGroup
}

// Serve answers requests until there are no more; then it ends all sessions. An
// error says why the requests cannot be read.
func (s *Server) Serve(in io.Reader, out io.Writer) error {
	s.out.w = out
	s.turns = make(chan struct{}, s.Parallel)
	s.running = make(map[uint64]*transaction)
	s.answer(&protocol.Answer{Hello: protocol.Version})
	reader := protocol.NewReader(in, protocol.MaxRequest)
	var fault error
	for fault == nil {
		var q *protocol.Request
		if q, fault = reader.Request(); fault == nil {
			fault = s.take(q)
		}
	}
	s.mu.Lock()
	for _, t := range s.running {
		t.cancel()
	}
	s.mu.Unlock()
	s.ended.Wait()
	if errors.Is(fault, io.EOF) {
		return nil
	}
	return fmt.Errorf("reading requests: %w", fault)
}

// take begins what a request asks for.
func (s *Server) take(q *protocol.Request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.running[q.ID]
	switch {
	case q.Op == protocol.OpClose:
		if known { // else it has ended meanwhile, and that is on its way
			t.cancel()
		}
		return nil
	case q.Op != protocol.OpOpen:
		return fmt.Errorf("an operation %.16q that is none", q.Op)
	case known:
		return fmt.Errorf("the number %d is taken", q.ID)
	case len(s.running)-s.sessions >= s.Parallel+s.Waiting || q.Session && s.sessions >= s.Sessions:
		clear(q.Secret)
		s.answer(&protocol.Answer{ID: q.ID, Reason: protocol.ReasonBusy, Text: "too many logins or sessions at once"})
		return nil
	}
	t = &transaction{server: s, request: q, cancelled: make(chan struct{})}
	s.running[q.ID] = t
	s.ended.Go(func() { t.run(); s.forget(q.ID) })
	return nil
}

// forget is what comes after the last answer.
func (s *Server) forget(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id].held {
		s.sessions--
	}
	delete(s.running, id)
}

// hold counts a session, if there is room for one.
func (s *Server) hold(t *transaction) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions >= s.Sessions {
		return false
	}
	s.sessions++
	t.held = true
	return true
}

// answer writes an answer. That nobody reads any more is seen where requests are
// read.
func (s *Server) answer(a *protocol.Answer) {
	s.out.Lock()
	defer s.out.Unlock()
	_ = protocol.WriteAnswer(s.out.w, a)
}
