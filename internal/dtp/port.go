package dtp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"ferry/internal/netx"
)

// port is one open port of a Pool. Its fields belong to Pool.mu.
type port struct {
	pool *Pool
	addr netip.AddrPort
	ln   net.Listener // nil while it is being opened
	// now is ln if it can be asked for what is there already. Then nobody accepts but
	// when a session wants its connection, which mostly is there by then.
	now       netx.Accepter
	accepting bool // accept runs
	wanting   int  // sessions that wait for accept to bring their connection

	slots map[netip.Addr]*Passive
	lease *Passive // the only one that may wait here, whoever connects
	// idle is the place in Pool.idle while nobody waits, since idleFrom; else it is -1.
	idle     int
	idleFrom time.Time
}

// open opens the port at and lets want wait on it. Pool.mu is held, and let go of
// while the system works.
func (p *Pool) open(ctx context.Context, at netip.AddrPort, want slot) (*Passive, error) {
	pt := &port{pool: p, addr: at, slots: make(map[netip.Addr]*Passive), idle: -1}
	p.ports[at] = pt
	p.mu.Unlock()
	ln, err := p.cfg.Network.Listen(ctx, netx.ListenConfig{Addr: at, V6Only: true})
	p.mu.Lock()
	if err == nil && p.closed {
		err = ErrPoolClosed
		_ = ln.Close()
	}
	if err != nil {
		delete(p.ports, at)
		return nil, err
	}
	pt.ln = ln
	pt.now, _ = ln.(netx.Accepter)
	ps := pt.admit(want)
	p.serveTurns(pt)
	if pt.now == nil {
		pt.startAccepting()
	}
	p.startSweeping()
	return ps, nil
}

// admit lets want wait on the port, or returns nil if it cannot. What has come before
// is not for it.
func (pt *port) admit(want slot) *Passive {
	if pt.ln == nil || pt.lease != nil || want.any && len(pt.slots) > 0 {
		return nil
	}
	if _, taken := pt.slots[want.peer]; taken {
		return nil
	}
	pt.sweep()
	pt.pool.unidle(pt)
	ps := &Passive{port: pt, slot: want, arrived: make(chan struct{}, 1)}
	if want.any {
		pt.lease = ps
	} else {
		pt.slots[want.peer] = ps
	}
	return ps
}

// release takes ps off the port, which then serves whoever waits for his turn,
// or stays open for the next.
func (pt *port) release(ps *Passive) {
	switch {
	case pt.lease == ps:
		pt.lease = nil
	case pt.slots[ps.slot.peer] == ps:
		delete(pt.slots, ps.slot.peer)
	default:
		return
	}
	pt.unwant(ps)
	p := pt.pool
	if p.closed || p.ports[pt.addr] != pt {
		return
	}
	p.serveTurns(pt)
	if pt.waiting() == 0 {
		p.keep(pt)
	}
}

// serveTurns gives room on the port to those who wait for it, first come first
// served.
func (p *Pool) serveTurns(pt *port) {
	for e := p.turns.Front(); e != nil; {
		t, next := e.Value.(*turn), e.Next()
		if t.want.local == pt.addr.Addr() {
			if ps := pt.admit(t.want); ps != nil {
				p.turns.Remove(e)
				t.got <- ps
			}
		}
		e = next
	}
}

// waiting counts the sessions that wait on the port.
func (pt *port) waiting() int {
	n := len(pt.slots)
	if pt.lease != nil {
		n++
	}
	return n
}

// shut closes the port.
func (pt *port) shut() {
	pt.pool.unidle(pt)
	delete(pt.pool.ports, pt.addr)
	if pt.ln != nil {
		_ = pt.ln.Close()
	}
}

// maxSweep is how many connections are accepted at once while others wait for the pool.
const maxSweep = 32

// maxSweeps times as many may wait at a port at one time, as systems are set.
const maxSweeps = 4096 / maxSweep

// sweep accepts what is there already, and hands it out; more says that not all was. Pool.mu
// is held.
func (pt *port) sweep() (more bool) {
	if pt.now == nil {
		return false
	}
	for range maxSweep {
		conn, err := pt.now.AcceptNow()
		if conn == nil || err != nil {
			return false // an error comes again when somebody waits
		}
		pt.deliver(conn)
	}
	return true
}

// sweepAll is sweep to the end, but for a flood that never ends. mu is let go of meanwhile.
func (pt *port) sweepAll() {
	for range maxSweeps {
		if !pt.sweep() {
			return
		}
		pt.pool.unlock()
		pt.pool.mu.Lock()
	}
}

// want has the port accept for ps, which cannot go on without its connection.
func (pt *port) want(ps *Passive) {
	if pt.now == nil || ps.wanting {
		return
	}
	ps.wanting = true
	if pt.wanting++; !pt.accepting {
		_ = pt.now.SetDeadline(time.Time{})
		pt.startAccepting()
	}
}

// unwant takes want back; the last one stops the accepting.
func (pt *port) unwant(ps *Passive) {
	if !ps.wanting {
		return
	}
	ps.wanting = false
	if pt.wanting--; pt.wanting == 0 && pt.accepting {
		_ = pt.now.SetDeadline(time.Unix(1, 0))
	}
}

func (pt *port) startAccepting() {
	pt.accepting = true
	pt.pool.wg.Go(pt.accept)
}

// acceptPause is how long a port rests when accepting fails, for want of
// descriptors mostly.
const acceptPause = 20 * time.Millisecond

// accept hands each connection to the session that waits for it, and closes
// what nobody waits for: as long as the port is open, or, if it can be asked, as
// long as somebody wants it to.
func (pt *port) accept() {
	p := pt.pool
	for {
		conn, err := pt.ln.Accept()
		p.mu.Lock()
		if err == nil {
			pt.deliver(conn)
		}
		over := p.ports[pt.addr] != pt || pt.now != nil && pt.wanting == 0
		if over {
			pt.accepting = false
		} else if pt.now != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			_ = pt.now.SetDeadline(time.Time{}) // somebody wants it again
			err = nil
		}
		p.unlock()
		if over {
			return
		}
		if err != nil {
			time.Sleep(acceptPause)
		}
	}
}

// deliver hands a connection to the session that waits for it, or closes it. Pool.mu is
// held.
func (pt *port) deliver(conn net.Conn) {
	p, peer := pt.pool, netx.RemoteAddrPort(conn)
	ps := pt.lease
	if ps == nil {
		ps = pt.slots[peerKey(peer.Addr())]
	}
	if ps != nil {
		pt.unwant(ps)
		ps.offer(conn)
		return
	}
	waiting := pt.waiting()
	for _, ps := range pt.slots {
		ps.refuse(peer)
	}
	_ = conn.Close()
	if p.cfg.Stranger != nil {
		p.strangers = append(p.strangers, Stranger{Port: pt.addr, Peer: peer, Waiting: waiting})
	}
}
