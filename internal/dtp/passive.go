package dtp

import (
	"context"
	"net"
	"net/netip"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// maxPending is how many connections may wait on one slot before the transfer
// command comes: a client may have tried again. The oldest goes first.
const maxPending = 4

// Passive is an endpoint that waits on a port of a Pool (PASV and EPSV at the
// server, PORT and EPRT at the client).
type Passive struct {
	port    *port
	slot    slot
	arrived chan struct{} // has a token when something has changed

	// These belong to Pool.mu.
	pending []net.Conn
	wanting bool           // the port accepts for it
	wrong   netip.AddrPort // the first wrong peer
	wrongAt time.Time
	over    bool
}

var _ Endpoint = (*Passive)(nil)

// Addr is the address and port that listens.
func (ps *Passive) Addr() netip.AddrPort { return ps.port.addr }

// Ready reports that a connection is here already, so that Open will not wait.
func (ps *Passive) Ready() bool {
	p := ps.port.pool
	p.mu.Lock()
	defer p.unlock()
	ps.port.sweepAll()
	return len(ps.pending) > 0
}

// OpenNow does what Open does if a connection is here already, and returns nil if none is.
func (ps *Passive) OpenNow() net.Conn {
	p := ps.port.pool
	p.mu.Lock()
	defer p.unlock()
	ps.port.sweepAll()
	if ps.over || len(ps.pending) == 0 {
		return nil
	}
	return ps.take()
}

// Open waits for the client. Of several connections the newest that the client has not
// closed counts; the others are closed. The port is free for other sessions from
// then on. The limit in time is the context's (accept_timeout): the error is
// CausePassiveNoConnection, or CausePassivePeerMismatch when only wrong peers
// came, and that as soon as PoolConfig.BadPeerTimeout has passed since.
func (ps *Passive) Open(ctx context.Context) (net.Conn, error) {
	p, start := ps.port.pool, time.Now()
	var timer *time.Timer
	for {
		p.mu.Lock()
		ps.port.sweepAll()
		if ps.over {
			p.unlock()
			return nil, net.ErrClosed
		}
		if len(ps.pending) > 0 {
			conn := ps.take()
			p.unlock()
			return conn, nil
		}
		ps.port.want(ps)
		wrong, since := ps.wrong, ps.wrongAt
		p.unlock()

		var late <-chan time.Time
		if wrong.IsValid() {
			if since.Before(start) {
				since = start
			}
			left := p.cfg.BadPeerTimeout - time.Since(since)
			if left <= 0 {
				_ = ps.Close()
				return nil, ps.failure(ctx, wrong)
			}
			if timer == nil {
				timer = time.NewTimer(left)
				defer timer.Stop()
			}
			late = timer.C
		}
		select {
		case <-ps.arrived:
		case <-late:
		case <-ctx.Done():
			_ = ps.Close()
			return nil, ps.failure(ctx, wrong)
		}
	}
}

// failure is what Open reports when nobody came who should have.
func (ps *Passive) failure(ctx context.Context, wrong netip.AddrPort) error {
	if cause := stopped(ctx); cause != nil {
		return cause
	}
	expected := netip.AddrPortFrom(ps.slot.peer, 0)
	if wrong.IsValid() {
		return &Error{Cause: ftp.CausePassivePeerMismatch, Expected: expected, Seen: wrong}
	}
	return &Error{Cause: ftp.CausePassiveNoConnection, Expected: expected, Err: ctx.Err()}
}

// take picks the connection and ends the waiting. Pool.mu is held.
func (ps *Passive) take() net.Conn {
	pick := len(ps.pending) - 1
	for i := pick; i >= 0 && len(ps.pending) > 1; i-- {
		if !netx.PeerClosed(ps.pending[i]) {
			pick = i
			break
		}
	}
	conn := ps.pending[pick]
	ps.pending[pick] = nil
	ps.giveUp()
	ps.port.release(ps)
	return conn
}

// offer adds a connection from the right peer. Pool.mu is held.
func (ps *Passive) offer(conn net.Conn) {
	if len(ps.pending) == maxPending {
		_ = ps.pending[0].Close()
		ps.pending = append(ps.pending[:0], ps.pending[1:]...)
	}
	ps.pending = append(ps.pending, conn)
	ps.signal()
}

// refuse notes that a wrong peer has come. Pool.mu is held.
func (ps *Passive) refuse(peer netip.AddrPort) {
	if !ps.wrong.IsValid() {
		ps.wrong, ps.wrongAt = peer, time.Now()
		ps.signal()
	}
}

func (ps *Passive) signal() {
	select {
	case ps.arrived <- struct{}{}:
	default:
	}
}

// giveUp closes what came and was not wanted. Pool.mu is held.
func (ps *Passive) giveUp() {
	ps.over = true
	for _, conn := range ps.pending {
		if conn != nil {
			_ = conn.Close()
		}
	}
	ps.pending = nil
	ps.signal()
}

// Close gives the slot back. What came and was not opened is closed.
func (ps *Passive) Close() error {
	p := ps.port.pool
	p.mu.Lock()
	defer p.unlock()
	if !ps.over {
		ps.giveUp()
		ps.port.release(ps)
	}
	return nil
}
