package dtp

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"ferry/internal/netx"
)

// Limiter holds bytes back to a rate. golang.org/x/time/rate.Limiter is one.
type Limiter interface {
	// WaitN waits until n bytes may pass; n is at most Burst.
	WaitN(ctx context.Context, n int) error
	// Burst is the most that may pass at once, at least 1.
	Burst() int
}

// Rules are what a transfer is held to.
type Rules struct {
	// Stall is how long no byte may move (data_connection_timeout). 0 is for
	// ever.
	Stall time.Duration
	// Limiter holds the rate; nil does not. It may be shared, so nothing is
	// taken from it that is not moved: what comes, and what the kernel moves, is
	// paid for afterwards.
	Limiter Limiter
	// Chunk is the most that one call moves; 0 chooses (trans_chunk_size).
	Chunk int
	// Kernel lets the kernel move the bytes between file and socket
	// (use_sendfile).
	Kernel bool
	// Moved counts the bytes of the file while they move; nil does not.
	Moved *atomic.Int64
}

// Stream is an open data connection under its rules. Reading and writing fail
// with an *Error once the connection broke or stood still for too long, and with
// the context's cause once that is cancelled, which takes effect at once.
type Stream struct {
	conn  net.Conn // the guard, or TLS on top of it
	guard *guard
	ctx   context.Context
	rules Rules

	tls    *secured // nil in clear
	unhook func() bool
}

// NewStream takes over conn. Close or Abort must be called.
func NewStream(ctx context.Context, conn net.Conn, rules Rules) *Stream {
	g := newGuard(ctx, conn, rules.Stall)
	s := &Stream{conn: g, guard: g, ctx: ctx, rules: rules}
	if s.rules.Moved == nil {
		s.rules.Moved = new(atomic.Int64)
	}
	s.unhook = context.AfterFunc(ctx, g.interrupt)
	return s
}

// Write sends p.
func (s *Stream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part, err := s.allow(p[n:])
		if err != nil {
			return n, err
		}
		m, err := s.conn.Write(part)
		n += m
		s.rules.Moved.Add(int64(m))
		if err != nil {
			return n, s.explain(err)
		}
	}
	return n, nil
}

// Read receives into p. io.EOF is the peer's end of the data.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.conn.Read(p[:min(len(p), s.portion(len(p)))])
	s.rules.Moved.Add(int64(n))
	if err != nil {
		return n, s.explain(err)
	}
	return n, s.pay(n)
}

// allow cuts p to what the rules let pass now, after having waited for it.
func (s *Stream) allow(p []byte) ([]byte, error) {
	if s.rules.Limiter == nil {
		return p, nil
	}
	n := s.portion(len(p))
	return p[:n], s.pay(n)
}

// pay waits until n bytes, a portion at most, may pass.
func (s *Stream) pay(n int) error {
	if s.rules.Limiter == nil || n == 0 {
		return nil
	}
	if err := s.rules.Limiter.WaitN(s.ctx, n); err != nil {
		return stopReason(s.ctx, err)
	}
	s.guard.rest() // waiting for the limiter is not standing still
	return nil
}

// portion is how much of n may go at once.
func (s *Stream) portion(n int) int {
	if s.rules.Limiter != nil {
		n = min(n, s.rules.Limiter.Burst())
	}
	if s.rules.Chunk > 0 {
		n = min(n, s.rules.Chunk)
	}
	return max(n, 1)
}

// explain gives an error of TLS a cause; what the guard says has one.
func (s *Stream) explain(err error) error {
	if err == nil || s.tls == nil {
		return err
	}
	return s.tls.explain(err)
}

// Moved is the number of bytes that went over so far.
func (s *Stream) Moved() int64 { return s.rules.Moved.Load() }

// Close ends the connection in good order. What was written still reaches the
// peer.
func (s *Stream) Close() error {
	defer s.unhook()
	if s.tls != nil {
		return s.tls.close()
	}
	return s.guard.Conn.Close()
}

// Abort closes the connection so that the peer sees a failure, not an end: what
// was received may not pass for a whole file.
func (s *Stream) Abort() {
	s.unhook()
	_ = netx.Abort(s.guard.Conn)
}

func isEOF(err error) bool { return errors.Is(err, io.EOF) }

// stopReason is why a context ended, or err if it did not.
func stopReason(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
