package netx

import (
	"net/netip"
	"os"
	"slices"
	"syscall"
)

// The ports that a host gives by itself, one after the other and then round:
// Linux's default range.
const (
	firstEphemeral = 32768
	lastEphemeral  = 60999
)

// use counts the connections that hold a local address and port: exclusive ones
// were dialled without ReuseAddr, accepted ones always share.
type use struct{ total, exclusive int }

// owns reports whether the address is the host's own.
func (h *Host) owns(a netip.Addr) bool {
	return a.IsLoopback() || slices.ContainsFunc(h.addrs, func(o netip.Addr) bool { return sameHost(o, a) })
}

// mayBind checks the address and the privilege.
func (h *Host) mayBind(addr netip.AddrPort) error {
	switch p := addr.Port(); {
	case !addr.Addr().IsUnspecified() && !h.owns(addr.Addr()):
		return os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)
	case h.unprivileged && 0 < p && p < 1024:
		return os.NewSyscallError("bind", syscall.EACCES)
	}
	return nil
}

// bind reports whether a socket that will dial can be bound to the address.
func (h *Host) bind(addr netip.AddrPort, reuse bool) error {
	if err := h.mayBind(addr); err != nil {
		return err
	}
	if addr.Port() != 0 && (h.listened(addr, false) || h.used(addr, false, reuse)) {
		return os.NewSyscallError("bind", syscall.EADDRINUSE)
	}
	return nil
}

// listened reports whether a listener holds the address and port, or part of
// what they stand for.
func (h *Host) listened(addr netip.AddrPort, dual bool) bool {
	return slices.ContainsFunc(h.listeners[addr.Port()], func(l *memListener) bool {
		return covers(l.addr.Addr(), l.dual, addr.Addr()) || covers(addr.Addr(), dual, l.addr.Addr())
	})
}

// used reports whether connections hold the address and port so that a socket
// which shares (or does not) cannot be bound to it.
func (h *Host) used(addr netip.AddrPort, dual, share bool) bool {
	for a, u := range h.uses[addr.Port()] {
		if covers(addr.Addr(), dual, a) && (u.exclusive > 0 || !share) {
			return true
		}
	}
	return false
}

// covers reports whether a socket bound to the address gets what is sent to b.
func covers(bound netip.Addr, dual bool, b netip.Addr) bool {
	if bound.IsUnspecified() {
		return dual || bound.Is4() == b.Is4()
	}
	return sameHost(bound, b.WithZone(""))
}

// listener is the one that gets connections to the address.
func (h *Host) listener(to netip.AddrPort) *memListener {
	for _, l := range h.listeners[to.Port()] {
		if covers(l.addr.Addr(), l.dual, to.Addr()) {
			return l
		}
	}
	return nil
}

// freePort takes the next port that nobody uses; 0 if there is none.
func (h *Host) freePort() uint16 {
	for range lastEphemeral - firstEphemeral + 1 {
		p := h.nextPort
		if h.nextPort++; h.nextPort > lastEphemeral {
			h.nextPort = firstEphemeral
		}
		if len(h.listeners[p]) == 0 && len(h.uses[p]) == 0 {
			return p
		}
	}
	return 0
}

// taken reports whether there is such a connection, dialled by either side.
func (m *Mem) taken(t tuple) bool {
	_, there := m.tuples[t]
	_, back := m.tuples[tuple{t.remote, t.local}]
	return there || back
}

// hold enters a connection, and returns what takes it out again. That may be
// called any number of times, without the lock.
func (m *Mem) hold(from, to *Host, t tuple, exclusive bool) (release func()) {
	m.tuples[t] = struct{}{}
	from.hold(t.local, exclusive, 1)
	to.hold(t.remote, false, 1)
	held := true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if !held {
			return
		}
		held = false
		delete(m.tuples, t)
		from.hold(t.local, exclusive, -1)
		to.hold(t.remote, false, -1)
	}
}

// hold counts one connection at the local address more or less.
func (h *Host) hold(ap netip.AddrPort, exclusive bool, n int) {
	at := h.uses[ap.Port()]
	if at == nil {
		at = make(map[netip.Addr]use)
		h.uses[ap.Port()] = at
	}
	a := ap.Addr().WithZone("")
	u := at[a]
	u.total += n
	if exclusive {
		u.exclusive += n
	}
	if at[a] = u; u.total > 0 {
		return
	}
	if delete(at, a); len(at) == 0 {
		delete(h.uses, ap.Port())
	}
}
