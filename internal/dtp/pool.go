package dtp

import (
	"container/list"
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// PoolConfig says which ports a Pool has and how it shares them.
type PoolConfig struct {
	// Network listens.
	Network netx.Network
	// Min and Max are the first and the last port of the passive range. The
	// range is exact: every port of it is tried, and no other is ever used.
	Min, Max uint16
	// TurnTimeout is how long Listen waits while every port of the range has a
	// session waiting for the same client address. 0 does not wait.
	TurnTimeout time.Duration
	// BadPeerTimeout is how long Passive.Open goes on waiting for the right
	// peer once a wrong one has come. 0 means at once.
	BadPeerTimeout time.Duration
	// KeepIdle is how many listeners stay open for a while though nobody waits on
	// them, so that the next session need not open one.
	KeepIdle int
	// Stranger, if set, is told of every connection that no session waited for.
	// It must not block.
	Stranger func(Stranger)
}

// Stranger is a connection to a passive port that no session waited for. It is
// closed already.
type Stranger struct {
	Port netip.AddrPort // the passive port
	Peer netip.AddrPort // who connected
	// Waiting tells how many sessions waited on the port for somebody else.
	Waiting int
}

// Pool is the passive port range that all sessions of a server share. A port
// serves many clients at once: a connection belongs to the session that waits on
// the port for the connection's peer address. Two sessions never wait on one port
// for one address. Ports are drawn at random (RFC 2577 §8): from the whole range, or once many
// listeners are kept mostly among these, which are renewed all the time. So most transfers
// open none.
//
// Where the peer address proves nothing a port is leased to one session alone.
type Pool struct {
	cfg PoolConfig

	mu        sync.Mutex
	ports     map[netip.AddrPort]*port
	idle      []*port     // nobody waits on them; in no order
	turns     list.List   // of *turn, in the order of their coming
	strangers []Stranger  // not told of yet
	sweeper   *time.Timer // runs while there are ports
	closed    bool
	wg        sync.WaitGroup
}

// turn is a session that waits for a slot.
type turn struct {
	want slot
	got  chan *Passive // buffered; a Passive that was made for it
}

// slot is what a session needs a port for.
type slot struct {
	local netip.Addr
	peer  netip.Addr
	any   bool // whoever connects is right, so the port cannot be shared
	avoid uint16
}

// ErrPoolClosed is returned by Listen after Close.
var ErrPoolClosed = errors.New("dtp: passive port pool is closed")

// NewPool makes a pool. A range that is empty or upside down has no port: Listen
// reports that it is exhausted.
func NewPool(cfg PoolConfig) *Pool {
	return &Pool{cfg: cfg, ports: make(map[netip.AddrPort]*port)}
}

// Listen finds a port on the address local for a client at peer, and returns the
// waiting Passive. With anyPeer whoever connects is taken for the client
// (pasv_promiscuous), and the port is not shared meanwhile. The port avoid, if it
// is not 0, is only given if there is no other: a session that asks anew may still
// have a connection under way to its last port, which would be taken for the new
// one.
//
// The error is an *Error with CausePassiveRangeBusy or CausePassiveSlotBusy, the
// context's, or ErrPoolClosed.
func (p *Pool) Listen(ctx context.Context, local, peer netip.Addr, anyPeer bool, avoid uint16) (*Passive, error) {
	want := slot{local: local.Unmap(), peer: peerKey(peer), any: anyPeer, avoid: avoid}
	p.mu.Lock()
	ps, shared, err := p.find(ctx, want)
	if ps != nil || !shared || p.cfg.TurnTimeout <= 0 {
		p.unlock()
		if ps == nil && err == nil {
			err = &Error{Cause: ftp.CausePassiveSlotBusy}
		}
		return ps, err
	}
	t := &turn{want: want, got: make(chan *Passive, 1)}
	elem := p.turns.PushBack(t)
	p.unlock()

	timer := time.NewTimer(p.cfg.TurnTimeout)
	defer timer.Stop()
	select {
	case ps := <-t.got:
		if ps == nil {
			return nil, ErrPoolClosed
		}
		return ps, nil
	case <-timer.C:
		err = &Error{Cause: ftp.CausePassiveSlotBusy}
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	p.mu.Lock()
	p.turns.Remove(elem)
	p.mu.Unlock()
	select {
	case ps := <-t.got: // in the very last instant
		if ps != nil {
			return ps, nil
		}
		return nil, ErrPoolClosed
	default:
		return nil, err
	}
}

// find tries every port of the range once, in an order that nobody can guess.
// shared reports that a port was passed over only because sessions wait there
// now: it is worth waiting. p.mu is held, and let go of while a port is opened.
func (p *Pool) find(ctx context.Context, want slot) (ps *Passive, shared bool, err error) {
	if p.closed {
		return nil, false, ErrPoolClosed
	}
	if p.cfg.Min == 0 || p.cfg.Max < p.cfg.Min {
		return nil, false, &Error{Cause: ftp.CausePassiveRangeBusy, Err: errors.New("the passive range is empty")}
	}
	n := int(p.cfg.Max) - int(p.cfg.Min) + 1
	if ps := p.drawKept(want, n); ps != nil {
		return ps, false, nil
	}
	first, step := rand.IntN(n), strideOf(n)
	for i, k := 0, first; i <= n; i, k = i+1, (k+step)%n {
		number := uint16(int(p.cfg.Min) + k)
		if i == n { // after all others
			if number = want.avoid; number < p.cfg.Min || number > p.cfg.Max {
				break
			}
		} else if number == want.avoid {
			continue
		}
		at := netip.AddrPortFrom(want.local, number)
		pt := p.ports[at]
		if pt != nil {
			if ps := pt.admit(want); ps != nil {
				return ps, false, nil
			}
			shared = true
			continue
		}
		ps, openErr := p.open(ctx, at, want)
		if ps != nil {
			return ps, false, nil
		}
		if p.closed {
			return nil, false, ErrPoolClosed
		}
		err = openErr
		switch netx.Classify(err) {
		case netx.AddrInUse, netx.Permission:
			continue // this port is not to be had, another may be
		case netx.Refused, netx.Timeout, netx.Unreachable, netx.AddrNotAvail, netx.Other:
		}
		break // the same for every port: no such address, no descriptor left
	}
	if shared {
		return nil, true, nil
	}
	return nil, false, &Error{Cause: ftp.CausePassiveRangeBusy, Expected: netip.AddrPortFrom(want.local, 0), Err: err}
}

// strideOf returns a random number without a common factor with n, so that
// steps of it visit all of n.
func strideOf(n int) int {
	if n <= 2 {
		return 1
	}
	for {
		s := 1 + rand.IntN(n-1)
		if gcd(s, n) == 1 {
			return s
		}
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// peerKey is the form of an address by which connections are matched: without
// the IPv4-in-IPv6 form and without a zone, which only says by which interface
// a packet came.
func peerKey(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// Stats is a look at the pool at one instant.
type Stats struct {
	Ports    int // size of the range
	Open     int // listeners
	Waiting  int // sessions that wait for a connection
	Queueing int // sessions that wait for a port
}

// Stats counts.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{Open: len(p.ports), Queueing: p.turns.Len()}
	if p.cfg.Min != 0 && p.cfg.Max >= p.cfg.Min {
		s.Ports = int(p.cfg.Max) - int(p.cfg.Min) + 1
	}
	for _, pt := range p.ports {
		s.Waiting += pt.waiting()
	}
	return s
}

// Close closes every listener and waits until nothing of the pool runs. What
// waits in Open or Listen fails.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	for _, pt := range p.ports {
		for _, ps := range pt.slots {
			ps.giveUp()
		}
		if pt.lease != nil {
			pt.lease.giveUp()
		}
		pt.shut()
	}
	for e := p.turns.Front(); e != nil; e = e.Next() {
		e.Value.(*turn).got <- nil
	}
	p.turns.Init()
	if p.sweeper != nil {
		p.sweeper.Stop()
	}
	p.unlock()
	p.wg.Wait()
	return nil
}
