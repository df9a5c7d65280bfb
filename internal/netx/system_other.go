//go:build !linux

package netx

import (
	"context"
	"net"
	"net/netip"
	"syscall"
)

var keepAlive = net.KeepAliveConfig{
	Enable: true, Idle: KeepAliveIdle, Interval: KeepAliveInterval, Count: KeepAliveCount,
}

// Listen implements Network.
func (System) Listen(ctx context.Context, cfg ListenConfig) (net.Listener, error) {
	addr := unmap(cfg.Addr)
	if !addr.Addr().IsValid() {
		return nil, listenError(addr, errNoAddress)
	}
	network := "tcp6"
	switch {
	case addr.Addr().Is4():
		// Package net makes "0.0.0.0" dual-stack for "tcp", not for "tcp4".
		network = "tcp4"
	case addr.Addr() == netip.IPv6Unspecified() && !cfg.V6Only:
		network = "tcp"
	}
	lc := net.ListenConfig{KeepAlive: -1}
	if cfg.KeepAlive {
		lc.KeepAlive, lc.KeepAliveConfig = 0, keepAlive
	}
	// Multipath TCP has no urgent data, and no client asks for it.
	lc.SetMultipathTCP(false)
	return lc.Listen(ctx, network, addr.String())
}

// Dial implements Network.
func (System) Dial(ctx context.Context, cfg DialConfig) (net.Conn, error) {
	local, remote, err := cfg.addresses()
	if err != nil {
		return nil, dialError(local, remote, err)
	}
	d := net.Dialer{KeepAlive: -1}
	if cfg.KeepAlive {
		d.KeepAlive, d.KeepAliveConfig = 0, keepAlive
	}
	d.SetMultipathTCP(false)
	if local.Addr().IsValid() {
		d.LocalAddr = net.TCPAddrFromAddrPort(local)
	}
	if local.Addr().IsValid() || cfg.ReuseAddr {
		d.Control = func(_, _ string, c syscall.RawConn) error {
			return control(c, func(fd uintptr) error { return prepareBind(fd, local, cfg.ReuseAddr) })
		}
	}
	network := "tcp6"
	if remote.Addr().Is4() {
		network = "tcp4"
	}
	return d.DialContext(ctx, network, remote.String())
}
