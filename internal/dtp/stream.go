package dtp

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"ferry/ftp"
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
	// Limiter holds the rate; nil does not.
	Limiter Limiter
	// Chunk is the most that one call moves; 0 chooses (trans_chunk_size).
	Chunk int
	// Kernel lets the kernel move the bytes between file and socket where that
	// is faster (use_sendfile).
	Kernel bool
	// Moved counts the bytes on the wire while they move; nil does not.
	Moved *atomic.Int64
}

// Stream is an open data connection under its rules. Reading and writing fail
// with an *Error once the connection broke or stood still for too long, and with
// the context's cause once that is cancelled, which takes effect at once.
type Stream struct {
	conn  net.Conn
	ctx   context.Context
	rules Rules
	tick  time.Duration

	deadline time.Time // what is set on conn
	lastMove time.Time
	unacked  int // bytes in the send queue when last looked at

	unhook func() bool
}

// NewStream takes over conn. Close must be called.
func NewStream(ctx context.Context, conn net.Conn, rules Rules) *Stream {
	s := &Stream{conn: conn, ctx: ctx, rules: rules, tick: tickOf(rules.Stall)}
	if s.rules.Moved == nil {
		s.rules.Moved = new(atomic.Int64)
	}
	s.unhook = context.AfterFunc(ctx, s.interrupt)
	return s
}

// tickOf is how often a transfer that stands still is looked at: the error of
// the stall limit.
func tickOf(stall time.Duration) time.Duration {
	if stall <= 0 {
		return time.Minute
	}
	return min(max(stall/50, 20*time.Millisecond), 5*time.Second)
}

// interrupt wakes whatever blocks on the connection.
func (s *Stream) interrupt() { _ = s.conn.SetDeadline(time.Unix(1, 0)) }

// Write sends p.
func (s *Stream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part, err := s.allow(p[n:])
		if err != nil {
			return n, err
		}
		s.arm()
		m, err := s.conn.Write(part)
		n += m
		if err := s.settle(int64(m), err, true); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Read receives into p. io.EOF is the peer's end of the data.
func (s *Stream) Read(p []byte) (n int, err error) {
	for {
		part, err := s.allow(p)
		if err != nil {
			return 0, err
		}
		s.arm()
		n, err := s.conn.Read(part)
		if errors.Is(err, io.EOF) {
			s.rules.Moved.Add(int64(n))
			return n, io.EOF
		}
		if err := s.settle(int64(n), err, false); err != nil || n > 0 {
			return n, err
		}
	}
}

// allow cuts p to what the rules let pass now, after having waited for it.
func (s *Stream) allow(p []byte) ([]byte, error) {
	if s.rules.Limiter == nil {
		return p, nil
	}
	n := s.portion(len(p))
	if err := s.rules.Limiter.WaitN(s.ctx, n); err != nil {
		return nil, s.stopCause(err)
	}
	s.lastMove = time.Time{} // waiting for the limiter is not standing still
	return p[:n], nil
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

// arm sees to it that the next call on the connection returns within a tick or
// two.
func (s *Stream) arm() {
	now := time.Now()
	if s.lastMove.IsZero() {
		s.lastMove = now
	}
	if s.deadline.Sub(now) > s.tick {
		return
	}
	s.deadline = now.Add(2 * s.tick)
	_ = s.conn.SetDeadline(s.deadline)
	if s.ctx.Err() != nil {
		s.interrupt() // it may have come between
	}
}

// settle counts n bytes that moved and judges err: nil means go on.
func (s *Stream) settle(n int64, err error, sending bool) error {
	if n > 0 {
		s.rules.Moved.Add(n)
		s.lastMove = time.Now()
	}
	if err == nil {
		return nil
	}
	if s.ctx.Err() != nil {
		return s.stopCause(s.ctx.Err())
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return &Error{Cause: ftp.CauseDataReset, Seen: netx.RemoteAddrPort(s.conn), Err: err}
	}
	// Nothing moved for a tick as far as this end's calls show. A slow reader
	// may still be emptying a large send queue.
	if sending && n == 0 {
		if queued, ok := netx.Unacked(s.conn); ok && queued != s.unacked {
			s.unacked, s.lastMove = queued, time.Now()
		}
	}
	if s.rules.Stall > 0 && time.Since(s.lastMove) >= s.rules.Stall {
		return &Error{Cause: ftp.CauseDataTimeout, Seen: netx.RemoteAddrPort(s.conn), Err: os.ErrDeadlineExceeded}
	}
	return nil
}

// stopCause is why the context ended, or err if it did not.
func (s *Stream) stopCause(err error) error {
	if cause := context.Cause(s.ctx); cause != nil {
		return cause
	}
	return err
}

// Moved is the number of bytes that went over the wire so far.
func (s *Stream) Moved() int64 { return s.rules.Moved.Load() }

// Close closes the connection. What was written still reaches the peer.
func (s *Stream) Close() error {
	s.unhook()
	return s.conn.Close()
}

// Abort closes the connection so that the peer sees a failure, not an end: what
// was received may not pass for a whole file.
func (s *Stream) Abort() {
	s.unhook()
	_ = netx.Abort(s.conn)
}
