package netx

import (
	"context"
	"net"
	"net/netip"
	"os"
	"syscall"
)

// Host is one host of a Mem: a Network that sees the others.
type Host struct {
	net          *Mem
	addrs        []netip.Addr
	unprivileged bool
	nextPort     uint16
	listeners    map[uint16][]*memListener
	uses         map[uint16]map[netip.Addr]use
}

var (
	_ Network = (*Host)(nil)
	_ Prober  = (*Host)(nil)
)

// Listen implements Network.
func (h *Host) Listen(ctx context.Context, cfg ListenConfig) (net.Listener, error) {
	addr := unmap(cfg.Addr)
	if !addr.Addr().IsValid() {
		return nil, listenError(addr, errNoAddress)
	}
	if err := ctx.Err(); err != nil {
		return nil, listenError(addr, err)
	}
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	dual := addr.Addr() == netip.IPv6Unspecified() && !cfg.V6Only
	if err := h.mayBind(addr); err != nil {
		return nil, listenError(addr, err)
	}
	port := addr.Port()
	switch {
	case port == 0:
		if port = h.freePort(); port == 0 {
			return nil, listenError(addr, os.NewSyscallError("bind", syscall.EADDRINUSE))
		}
		addr = netip.AddrPortFrom(addr.Addr(), port)
	case h.listened(addr, dual) || h.used(addr, dual, true):
		return nil, listenError(addr, os.NewSyscallError("bind", syscall.EADDRINUSE))
	}
	l := newMemListener(h, addr, dual)
	h.listeners[port] = append(h.listeners[port], l)
	return l, nil
}

// Dial implements Network. What is no host's address gives EHOSTUNREACH at
// once, a host without an address of the family gives ENETUNREACH.
func (h *Host) Dial(ctx context.Context, cfg DialConfig) (net.Conn, error) {
	local, remote, err := cfg.addresses()
	if err != nil {
		return nil, dialError(local, remote, err)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, dialError(local, remote, err)
		}
		c, again, err := h.connect(local, remote, cfg.ReuseAddr)
		if err != nil {
			return nil, dialError(local, remote, err)
		}
		if c != nil {
			return c, nil
		}
		select {
		case <-ctx.Done():
		case <-again:
		}
	}
}

// ProbePort implements Prober.
func (h *Host) ProbePort(addr netip.AddrPort) error {
	addr = unmap(addr)
	err := errNoAddress
	if addr.Addr().IsValid() {
		h.net.mu.Lock()
		err = h.bind(addr, true)
		h.net.mu.Unlock()
	}
	if err != nil {
		return &net.OpError{Op: "bind", Net: "tcp", Addr: net.TCPAddrFromAddrPort(addr), Err: err}
	}
	return nil
}

// connect makes the connection, or fails, or returns a channel that says when
// to try again, where a real network would be silent.
func (h *Host) connect(local, remote netip.AddrPort, reuse bool) (c *memConn, again <-chan struct{}, err error) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if local.Addr().IsValid() {
		if err := h.bind(local, reuse); err != nil {
			return nil, nil, err
		}
	}
	peer, local, remote, err := h.route(local, remote)
	if err != nil {
		return nil, nil, os.NewSyscallError("connect", err)
	}
	if h.net.dropped(local, remote) {
		return nil, h.net.wait(), nil
	}
	l := peer.listener(remote)
	if l == nil {
		return nil, nil, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	if len(l.queue) >= backlog {
		return nil, h.net.wait(), nil
	}
	if local.Port() == 0 {
		port := h.freePort()
		if port == 0 {
			return nil, nil, os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
		}
		local = netip.AddrPortFrom(local.Addr(), port)
	}
	t := tuple{local, remote}
	if h.net.taken(t) {
		return nil, nil, os.NewSyscallError("connect", syscall.EADDRNOTAVAIL)
	}
	release := h.net.hold(h, peer, t, !reuse)
	c, accepted := newMemPair(h.net.buffer, l, local, remote, release)
	l.queue = append(l.queue, accepted)
	l.ready.Signal()
	return c, nil, nil
}

// route finds the host that has the remote address, and completes both ends.
func (h *Host) route(local, remote netip.AddrPort) (peer *Host, from, to netip.AddrPort, err error) {
	addr := remote.Addr()
	if addr.IsUnspecified() { // Linux takes it for this host
		addr = loopback(addr)
	}
	if addr.Is6() && addr.IsLinkLocalUnicast() && addr.Zone() == "" {
		return nil, from, to, syscall.EINVAL
	}
	if addr.IsLoopback() {
		peer = h
	} else {
		peer = h.net.hosts[addr.WithZone("")]
	}
	src := local.Addr()
	if !src.IsValid() || src.IsUnspecified() {
		src = h.source(addr, peer)
	}
	switch {
	case !src.IsValid():
		return nil, from, to, syscall.ENETUNREACH
	case peer == nil:
		return nil, from, to, syscall.EHOSTUNREACH
	case src.IsLoopback() && peer != h:
		return nil, from, to, syscall.EINVAL
	}
	return peer, netip.AddrPortFrom(src, local.Port()), netip.AddrPortFrom(addr, remote.Port()), nil
}

// source is the address from which the host reaches the address, or zero.
func (h *Host) source(to netip.Addr, peer *Host) netip.Addr {
	switch {
	case to.IsLoopback():
		return loopback(to)
	case peer == h:
		return to
	}
	for _, a := range h.addrs {
		if a.Is4() == to.Is4() && a.IsLinkLocalUnicast() == to.IsLinkLocalUnicast() {
			return a
		}
	}
	return netip.Addr{}
}

// loopback is the loopback address of the same family.
func loopback(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.IPv6Loopback()
}

// zoned is the address as this host writes it: a link-local one with the zone
// that the host knows the link by.
func (h *Host) zoned(ap netip.AddrPort) netip.AddrPort {
	a := ap.Addr()
	if a.Is4() || !a.IsLinkLocalUnicast() {
		return ap
	}
	for _, own := range h.addrs {
		if own.Is6() && own.IsLinkLocalUnicast() {
			return netip.AddrPortFrom(a.WithZone(own.Zone()), ap.Port())
		}
	}
	return ap
}
