package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"

	"ferry/internal/sys"
	"ferry/vfs"
)

// Session is the store of one user, at the Client's end. All methods may be
// called from several goroutines at once; their calls take turns.
type Session struct {
	sock *socket
	// turn holds one token: whoever has put it there may use the socket.
	turn chan struct{}
	over chan struct{} // closed at the end
	last atomic.Uint32 // the newest handle
	// changes counts what was changed through this session: entries that were
	// read before have to be looked at again.
	changes atomic.Uint64

	mu    sync.Mutex
	cause error // why it is over
}

var (
	_ vfs.FS         = (*Session)(nil)
	_ vfs.Chmodder   = (*Session)(nil)
	_ vfs.Chowner    = (*Session)(nil)
	_ vfs.TimeSetter = (*Session)(nil)
	_ vfs.LinkReader = (*Session)(nil)
	_ vfs.Enterer    = (*Session)(nil)
)

func newSession(sock *socket) *Session {
	return &Session{sock: sock, turn: make(chan struct{}, 1), over: make(chan struct{})}
}

// Close ends the session, and with it the thread that is the user. Writers that
// have not ended are aborted by the broker. Files that are open stay usable.
func (s *Session) Close() error {
	if !s.end(fs.ErrClosed) {
		return fs.ErrClosed
	}
	return nil
}

// end makes every call give cause from now on, and reports whether it was the
// first.
func (s *Session) end(cause error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause != nil {
		return false
	}
	s.cause = cause
	close(s.over)
	_ = s.sock.close() // wakes whoever waits
	return true
}

func (s *Session) why() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cause
}

// request is one call.
type request struct {
	op     operation
	opName string // for the error
	name   string
	// handle is what the request makes or uses, to be released if the caller
	// does not wait for the answer; 0 is none.
	handle uint32
	put    func(e *encoder) // writes the rest of the request
	// take reads the answer, and owns the descriptor that came with it; it is
	// called while the turn lasts. nil: the answer is empty.
	take func(d *decoder, passed int) error
}

// fail says which operation failed on which name.
func (r *request) fail(err error) error {
	return &fs.PathError{Op: r.opName, Path: r.name, Err: err}
}

// buffers are for messages: idle sessions hold none.
var buffers = sync.Pool{New: func() any { return new([maxMessage]byte) }}

// do makes one call. If ctx ends meanwhile, it returns at once; the call comes
// to its end in the background, what it made is released, and the calls after
// it wait for that.
func (s *Session) do(ctx context.Context, r request) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return r.fail(ctx.Err())
	case <-s.over:
		return r.fail(s.why())
	}
	buf := buffers.Get().(*[maxMessage]byte)
	n, passed, err := s.exchange(ctx, &r, buf)
	if errors.Is(err, errLeft) {
		go s.finish(&r, buf)
		return r.fail(ctx.Err())
	}
	if err == nil {
		err = s.understand(&r, buf[:n], passed)
	}
	buffers.Put(buf)
	<-s.turn
	return err
}

// errLeft is given by exchange where the answer is still to come.
var errLeft = errors.New("the caller did not wait")

// exchange sends a request and receives the answer. An error but errLeft is the
// end of the session.
func (s *Session) exchange(ctx context.Context, r *request, buf *[maxMessage]byte) (n, passed int, err error) {
	e := encoder{b: buf[:0]}
	e.u8(byte(r.op))
	r.put(&e)
	if err := s.sock.send(e.b, -1); err != nil {
		return 0, -1, s.lost(r, err)
	}
	if ctx.Done() == nil {
		n, passed, err = s.sock.receive(buf[:])
	} else {
		woken := make(chan struct{})
		stop := context.AfterFunc(ctx, func() {
			s.sock.interrupt()
			close(woken)
		})
		n, passed, err = s.sock.receive(buf[:])
		if !stop() {
			<-woken
			s.sock.resume()
			if isInterrupt(err) {
				return 0, -1, errLeft
			}
		}
	}
	if err != nil {
		return 0, -1, s.lost(r, err)
	}
	return n, passed, nil
}

// lost ends the session after an error of the socket, and gives the error that
// the caller gets.
func (s *Session) lost(r *request, err error) error {
	if errors.Is(err, io.EOF) || isHangUp(err) {
		s.end(ErrGone)
	} else {
		s.end(fmt.Errorf("%w: %w", ErrGone, err))
	}
	return r.fail(s.why())
}

// understand reads an answer.
func (s *Session) understand(r *request, message []byte, passed int) error {
	d := decoder{b: message}
	switch d.u8() {
	case answerFault:
		list := d.faults()
		if d.end() == nil && passed < 0 {
			return rebuilt(list)
		}
	case answerDone:
		if r.take != nil {
			err := r.take(&d, passed)
			if !errors.Is(err, errMalformed) {
				return err
			}
			passed = -1
		} else if d.end() == nil && passed < 0 {
			return nil
		}
	}
	if passed >= 0 {
		_ = sys.ClosePassed(passed) // it was not asked for
	}
	return s.lost(r, errMalformed)
}

// finish ends a call for whose answer nobody waits, and gives the turn back.
func (s *Session) finish(r *request, buf *[maxMessage]byte) {
	defer func() {
		buffers.Put(buf)
		<-s.turn
	}()
	_, passed, err := s.sock.receive(buf[:])
	if passed >= 0 {
		_ = sys.ClosePassed(passed) // nothing was written
	}
	if err != nil {
		_ = s.lost(r, err)
		return
	}
	if r.handle != 0 {
		release := s.release(r.handle)
		if n, passed, err := s.exchange(context.Background(), &release, buf); err == nil {
			_ = s.understand(&release, buf[:n], passed) // the caller was told that it ended
		}
	}
}

// release ends whatever a handle is.
func (s *Session) release(handle uint32) request {
	return request{op: opRelease, opName: "release", put: func(e *encoder) { e.u32(handle) }}
}

// newHandle is never 0, and not in use unless somebody holds one for four
// thousand million calls.
func (s *Session) newHandle() uint32 {
	for {
		if h := s.last.Add(1); h != 0 {
			return h
		}
	}
}
