package netx

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
)

// Mem is a network in memory, made of hosts. Connections are reliable byte
// streams that behave as Linux's do where FTP can tell: half-close, end, reset,
// a bounded amount of bytes under way, the bind rules of SO_REUSEADDR. Nothing takes time and
// nothing runs in the background: what waits, waits for another call or for a
// deadline. Made within a testing/synctest bubble, all its waiting is durable.
type Mem struct {
	mu      sync.Mutex // guards all but the streams of connections
	buffer  int
	hosts   map[netip.Addr]*Host
	drops   []*drop
	tuples  map[tuple]struct{}
	changed chan struct{} // closed and nil again when a waiting Dial should look again
}

// tuple is the name of a connection as the side that dialled sees it.
type tuple struct{ local, remote netip.AddrPort }

// drop is one rule of the network's firewall.
type drop struct {
	match func(from, to netip.AddrPort) bool
}

// defaultBuffer is how many bytes may be under way in each direction.
const defaultBuffer = 64 << 10

// NewMem makes a network without hosts.
func NewMem() *Mem {
	return &Mem{
		buffer: defaultBuffer,
		hosts:  make(map[netip.Addr]*Host),
		tuples: make(map[tuple]struct{}),
	}
}

// SetBuffer sets how many bytes may be under way in each direction of the
// connections made from now on: at least 1, and 64 KiB at first.
func (m *Mem) SetBuffer(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.buffer = max(n, 1)
}

// Host adds a host with these addresses, in order of preference as a source.
// Each host also has loopback addresses (127.0.0.0/8 and ::1), which lead to
// itself; giving one is allowed and says nothing. A link-local address needs its zone. It panics
// if another host has one of the addresses, as a test cannot mean that.
func (m *Mem) Host(addrs ...netip.Addr) *Host {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := &Host{
		net:       m,
		nextPort:  firstEphemeral,
		listeners: make(map[uint16][]*memListener),
		uses:      make(map[uint16]map[netip.Addr]use),
	}
	for _, a := range addrs {
		if a = a.Unmap(); a.IsLoopback() {
			continue
		}
		if !a.IsValid() || a.IsUnspecified() || m.hosts[a.WithZone("")] != nil {
			panic(fmt.Sprintf("netx: address %v is no host's, or already another host's", a))
		}
		m.hosts[a.WithZone("")] = h
		h.addrs = append(h.addrs, a)
	}
	return h
}

// Privileged says whether the host lets a process bind ports below 1024, which
// it does at first. Without the privilege that gives EACCES.
func (m *Mem) Privileged(h *Host, privileged bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h.unprivileged = !privileged
}

// Drop loses the packets that would open a connection from one address to
// another, as a firewall without an answer does: such a Dial hangs until its
// context ends, or until remove is called. A zero address stands for every
// address. Connections that exist are left alone.
func (m *Mem) Drop(from, to netip.Addr) (remove func()) {
	return m.DropFunc(func(f, t netip.AddrPort) bool {
		return (!from.IsValid() || sameHost(from, f.Addr())) && (!to.IsValid() || sameHost(to, t.Addr()))
	})
}

// DropFunc does the same for whatever match says. The source port is 0 where
// the dialler has not asked for one. match is called with the network locked: it
// must not call it.
func (m *Mem) DropFunc(match func(from, to netip.AddrPort) bool) (remove func()) {
	d := &drop{match}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drops = append(m.drops, d)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.drops = slices.DeleteFunc(m.drops, func(o *drop) bool { return o == d })
		m.wake()
	}
}

func sameHost(a, b netip.Addr) bool { return a.Unmap().WithZone("") == b.WithZone("") }

// dropped reports whether a rule loses the opening of such a connection.
func (m *Mem) dropped(from, to netip.AddrPort) bool {
	return slices.ContainsFunc(m.drops, func(d *drop) bool { return d.match(from, to) })
}

// wait returns a channel that is closed at the next wake.
func (m *Mem) wait() <-chan struct{} {
	if m.changed == nil {
		m.changed = make(chan struct{})
	}
	return m.changed
}

// wake makes every waiting Dial look again.
func (m *Mem) wake() {
	if m.changed != nil {
		close(m.changed)
		m.changed = nil
	}
}
