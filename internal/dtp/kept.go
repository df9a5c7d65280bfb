package dtp

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// Listeners on which nobody waits are kept for a while. Those of them that can be asked for
// what has come are asked when a session wants its connection, and by a sweep else: it
// closes strangers.

const (
	// sweepEvery is how long a stranger may stay connected at most.
	sweepEvery = time.Second
	// keptFor is how long a listener that nobody uses stays open.
	keptFor = time.Minute
	// freshOneIn of so many draws is from the whole range, though many listeners are kept: so
	// these change, and nobody can learn them.
	freshOneIn = 16
)

// unlock lets go of mu, and tells of the strangers that were met meanwhile.
func (p *Pool) unlock() {
	met := p.strangers
	p.strangers = nil
	p.mu.Unlock()
	for _, s := range met {
		p.cfg.Stranger(s)
	}
}

// keep notes that nobody waits on the port any more, and closes one for which there is
// no room.
func (p *Pool) keep(pt *port) {
	pt.idle, pt.idleFrom = len(p.idle), time.Now()
	p.idle = append(p.idle, pt)
	for len(p.idle) > p.cfg.KeepIdle {
		p.idle[rand.IntN(len(p.idle))].shut()
	}
}

// unidle takes a port off those on which nobody waits.
func (p *Pool) unidle(pt *port) {
	if pt.idle < 0 {
		return
	}
	last := len(p.idle) - 1
	p.idle[pt.idle] = p.idle[last]
	p.idle[pt.idle].idle = pt.idle
	p.idle[last] = nil
	p.idle, pt.idle = p.idle[:last], -1
}

// drawKept draws one of the kept listeners, if there are many and the range, of n ports, is
// larger than all that may be kept.
func (p *Pool) drawKept(want slot, n int) *Passive {
	if n <= p.cfg.KeepIdle || len(p.idle) < (p.cfg.KeepIdle+1)/2 || len(p.idle) == 0 || rand.IntN(freshOneIn) == 0 {
		return nil
	}
	for range 4 { // of another address, or the one to avoid: draw again
		pt := p.idle[rand.IntN(len(p.idle))]
		if pt.addr.Addr() == want.local && pt.addr.Port() != want.avoid {
			return pt.admit(want)
		}
	}
	return nil
}

// startSweeping sees to it that every port is looked at from time to time. mu is held.
func (p *Pool) startSweeping() {
	if p.sweeper == nil {
		p.sweeper = time.AfterFunc(sweepEvery, p.sweep)
	}
}

// sweep looks at every port, and goes on as long as there are some.
func (p *Pool) sweep() {
	p.mu.Lock()
	defer p.unlock()
	now := time.Now()
	for _, pt := range slices.Collect(maps.Values(p.ports)) {
		if !pt.accepting {
			pt.sweepAll()
		}
		if pt.idle >= 0 && now.Sub(pt.idleFrom) >= keptFor {
			pt.shut()
		}
	}
	if p.closed {
		return
	}
	if len(p.ports) == 0 {
		p.sweeper = nil
		return
	}
	p.sweeper.Reset(sweepEvery)
}
