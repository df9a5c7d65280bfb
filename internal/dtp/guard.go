package dtp

import (
	"context"
	"errors"
	"net"
	"os"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// guard is a data connection that is held to the limit on standing still, and
// that its context breaks off at once. It stands below TLS, whose writes cannot
// be taken up again after a deadline.
type guard struct {
	net.Conn
	ctx   context.Context
	stall time.Duration
	tick  time.Duration

	deadline time.Time // what is set on the connection
	lastMove time.Time
	unacked  int  // bytes in the send queue when last looked at
	ended    bool // the peer's end was read
}

func newGuard(ctx context.Context, conn net.Conn, stall time.Duration) *guard {
	return &guard{Conn: conn, ctx: ctx, stall: stall, tick: tickOf(stall)}
}

// tickOf is how often a connection that stands still is looked at: the error of
// the stall limit.
func tickOf(stall time.Duration) time.Duration {
	if stall <= 0 {
		return time.Minute
	}
	return min(max(stall/50, 20*time.Millisecond), 5*time.Second)
}

// interrupt wakes whatever blocks on the connection.
func (g *guard) interrupt() { _ = g.Conn.SetDeadline(time.Unix(1, 0)) }

// Write writes all of p, however often a deadline passes.
func (g *guard) Write(p []byte) (n int, err error) {
	for n < len(p) {
		g.arm()
		m, err := g.Conn.Write(p[n:])
		n += m
		if err := g.settle(int64(m), err, true); err != nil {
			return n, err
		}
	}
	return n, nil
}

// Read reads something. io.EOF is the peer's end.
func (g *guard) Read(p []byte) (int, error) {
	for {
		g.arm()
		n, err := g.Conn.Read(p)
		if err := g.settle(int64(n), err, false); err != nil || n > 0 {
			return n, err
		}
	}
}

// SetDeadline and its kind do nothing: the guard has the deadlines.
func (g *guard) SetDeadline(time.Time) error      { return nil }
func (g *guard) SetReadDeadline(time.Time) error  { return nil }
func (g *guard) SetWriteDeadline(time.Time) error { return nil }

// NetConn is the connection that is guarded.
func (g *guard) NetConn() net.Conn { return g.Conn }

// rest makes the limit count anew: the next thing to wait for is not the peer.
func (g *guard) rest() { g.lastMove = time.Time{} }

// arm sees to it that the next call on the connection returns within a tick or
// two.
func (g *guard) arm() {
	now := time.Now()
	if g.lastMove.IsZero() {
		g.lastMove = now
	}
	if g.deadline.Sub(now) > g.tick {
		return
	}
	g.deadline = now.Add(2 * g.tick)
	_ = g.Conn.SetDeadline(g.deadline)
	if g.ctx.Err() != nil {
		g.interrupt() // it may have come between
	}
}

// settle notes that n bytes moved and judges err: nil means go on.
func (g *guard) settle(n int64, err error, sending bool) error {
	if n > 0 {
		g.lastMove = time.Now()
	}
	switch {
	case err == nil:
		return nil
	case g.ctx.Err() != nil:
		return context.Cause(g.ctx)
	case isEOF(err):
		g.ended = true
		return err
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return &Error{Cause: ftp.CauseDataReset, Seen: netx.RemoteAddrPort(g.Conn), Err: err}
	}
	// Nothing moved for a tick as far as this end's calls show. A slow reader
	// may still be emptying a large send queue.
	if sending && n == 0 {
		if queued, ok := netx.Unacked(g.Conn); ok && queued != g.unacked {
			g.unacked, g.lastMove = queued, time.Now()
		}
	}
	if g.stall > 0 && time.Since(g.lastMove) >= g.stall {
		return &Error{Cause: ftp.CauseDataTimeout, Seen: netx.RemoteAddrPort(g.Conn), Err: os.ErrDeadlineExceeded}
	}
	return nil
}
