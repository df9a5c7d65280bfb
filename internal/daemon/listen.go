package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"ferry/internal/config"
	"ferry/internal/netx"
)

// ErrNothingToListen is returned by New when the settings neither listen nor
// hand a connection over.
var ErrNothingToListen = errors.New("500 OOPS: vsftpd: not configured for standalone, must be started from inetd: set listen=YES or listen_ipv6=YES")

// listener is a control listener.
type listener struct {
	net.Listener
	implicit bool // TLS comes first
}

// implicit reports that TLS comes first wherever the settings listen.
func (d *Daemon) implicit() bool { return d.transport != nil && d.opts.Settings.ImplicitSSL }

// listen opens the control listeners.
func (d *Daemon) listen(ctx context.Context) error {
	switch {
	case d.opts.Conn != nil:
		return nil
	case d.opts.Listener != nil:
		d.listeners = []listener{{d.opts.Listener, d.implicit()}}
		return nil
	}
	addrs := d.opts.Listen
	if addrs == nil {
		var err error
		if addrs, err = listenAddrs(&d.opts.Settings); err != nil {
			return err
		}
	}
	if len(addrs) == 0 {
		return ErrNothingToListen
	}
	second := d.opts.Settings.ImplicitSSLPort
	if second > 65535 {
		return oops(fmt.Sprintf("bad port: %d", second), "implicit_ssl_port", nil)
	}
	for _, addr := range addrs {
		if err := d.listenAt(ctx, addr, d.implicit()); err != nil {
			return err
		}
		if d.transport != nil && second != 0 {
			if err := d.listenAt(ctx, netip.AddrPortFrom(addr.Addr(), uint16(second)), true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Daemon) listenAt(ctx context.Context, addr netip.AddrPort, implicit bool) error {
	l, err := netx.System{}.Listen(ctx, netx.ListenConfig{Addr: addr, KeepAlive: true})
	if err != nil {
		return listenError(addr, err)
	}
	d.listeners = append(d.listeners, listener{l, implicit})
	return nil
}

// listenAddrs is where the settings want it.
func listenAddrs(s *config.Settings) ([]netip.AddrPort, error) {
	text, option, any := s.ListenAddress, "listen_address", netip.IPv4Unspecified()
	switch {
	case s.ListenIPv6:
		text, option, any = s.ListenAddress6, "listen_address6", netip.IPv6Unspecified()
	case !s.Listen:
		return nil, nil
	}
	if s.ListenPort == 0 || s.ListenPort > 65535 {
		return nil, oops(fmt.Sprintf("bad port: %d", s.ListenPort), "listen_port", nil)
	}
	addr := any
	if text != "" {
		var err error
		if addr, err = netip.ParseAddr(text); err != nil || addr.Is4() != any.Is4() {
			return nil, oops("bad "+option+": "+text, option, err)
		}
	}
	return []netip.AddrPort{netip.AddrPortFrom(addr, uint16(s.ListenPort))}, nil
}

// listenError says what to do about a port that cannot be had.
func listenError(addr netip.AddrPort, err error) error {
	hint := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		hint = "another program has that port; stop it, or choose another with --listen or listen_port"
	case errors.Is(err, syscall.EACCES):
		hint = "ports below 1024 need root or CAP_NET_BIND_SERVICE; choose another with --listen or listen_port"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "no interface of this machine has that address"
	}
	if hint == "" {
		return fmt.Errorf("500 OOPS: could not bind listening socket %s: %w", addr, err)
	}
	return fmt.Errorf("500 OOPS: could not bind listening socket %s: %w\n%s", addr, err, hint)
}
