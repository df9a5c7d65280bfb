package dtp

import (
	"container/list"
	"context"
	"net"
	"net/netip"
	"time"

	"ferry/internal/netx"
)

// port is one open port of a Pool. Its fields belong to Pool.mu.
type port struct {
	pool  *Pool
	addr  netip.AddrPort
	ln    net.Listener // nil while it is being opened
	slots map[netip.Addr]*Passive
	lease *Passive      // the only one that may wait here, whoever connects
	idle  *list.Element // in Pool.idle while nobody waits
}

// open opens the port at and lets want wait on it. Pool.mu is held, and let go of
// while the system works.
func (p *Pool) open(ctx context.Context, at netip.AddrPort, want slot) (*Passive, error) {
	pt := &port{pool: p, addr: at, slots: make(map[netip.Addr]*Passive)}
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
	ps := pt.admit(want)
	p.serveTurns(pt)
	p.wg.Add(1)
	go pt.accept()
	return ps, nil
}

// admit lets want wait on the port, or returns nil if it cannot.
func (pt *port) admit(want slot) *Passive {
	if pt.ln == nil || pt.lease != nil || want.any && len(pt.slots) > 0 {
		return nil
	}
	if _, taken := pt.slots[want.peer]; taken {
		return nil
	}
	if pt.idle != nil {
		pt.pool.idle.Remove(pt.idle)
		pt.idle = nil
	}
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
	p := pt.pool
	if p.closed || p.ports[pt.addr] != pt {
		return
	}
	p.serveTurns(pt)
	if pt.waiting() > 0 {
		return
	}
	pt.idle = p.idle.PushBack(pt)
	for p.idle.Len() > p.cfg.KeepIdle {
		p.idle.Front().Value.(*port).shut()
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
	if pt.idle != nil {
		pt.pool.idle.Remove(pt.idle)
		pt.idle = nil
	}
	delete(pt.pool.ports, pt.addr)
	if pt.ln != nil {
		_ = pt.ln.Close()
	}
}

// acceptPause is how long a port rests when accepting fails, for want of
// descriptors mostly.
const acceptPause = 20 * time.Millisecond

// accept hands each connection to the session that waits for it, and closes
// what nobody waits for.
func (pt *port) accept() {
	p := pt.pool
	defer p.wg.Done()
	for {
		conn, err := pt.ln.Accept()
		if err != nil {
			p.mu.Lock()
			gone := p.ports[pt.addr] != pt
			p.mu.Unlock()
			if gone {
				return
			}
			time.Sleep(acceptPause)
			continue
		}
		pt.deliver(conn)
	}
}

func (pt *port) deliver(conn net.Conn) {
	p, peer := pt.pool, netx.RemoteAddrPort(conn)
	p.mu.Lock()
	ps := pt.lease
	if ps == nil {
		ps = pt.slots[peerKey(peer.Addr())]
	}
	if ps != nil {
		ps.offer(conn)
		p.mu.Unlock()
		return
	}
	waiting := pt.waiting()
	for _, ps := range pt.slots {
		ps.refuse(peer)
	}
	p.mu.Unlock()
	_ = conn.Close()
	if p.cfg.Stranger != nil {
		p.cfg.Stranger(Stranger{Port: pt.addr, Peer: peer, Waiting: waiting})
	}
}
