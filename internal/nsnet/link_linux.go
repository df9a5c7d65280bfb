package nsnet

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// carrierWait is how long Connect waits for the kernel to see both ends of a cable.
// It takes below a millisecond; a machine may be busy.
const carrierWait = 5 * time.Second

// links is a netlink socket, and by it the interfaces, addresses and routes of the
// namespace in which it was opened, from whatever thread it is used.
type links struct{ handle *netlink.Handle }

// openLinks opens the socket in the namespace of the calling thread.
func openLinks() (*links, error) {
	handle, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("open a netlink socket: %w", err)
	}
	return &links{handle}, nil
}

func (l *links) close() { l.handle.Close() }

// up brings an interface up.
func (l *links) up(name string) error {
	link, err := l.handle.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find interface %s: %w", name, err)
	}
	if err := l.handle.LinkSetUp(link); err != nil {
		return fmt.Errorf("bring interface %s up: %w", name, err)
	}
	return nil
}

// withLinks lends f the host's netlink socket.
func (h *Host) withLinks(f func(*links) error) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.closed {
		return os.ErrClosed
	}
	return f(h.links)
}

// Connect lays a cable between two hosts: a veth pair, both ends up and with their
// addresses, which can be used at once. Both ends may be of one host. If it fails
// there is no cable.
func (w *World) Connect(a, b Port) error {
	if err := w.connect(a, b); err != nil {
		return fmt.Errorf("connect %s and %s: %w", a, b, err)
	}
	return nil
}

func (w *World) connect(a, b Port) error {
	for _, p := range []Port{a, b} {
		if err := p.check(); err != nil {
			return err
		}
		if w.Host(p.Host.name) != p.Host {
			return fmt.Errorf("host %s is not of this world", p.Host.name)
		}
	}
	if err := a.lay(b); err != nil {
		return fmt.Errorf("make a veth pair: %w", err)
	}
	for _, step := range []func(Port) error{Port.configure, Port.await} {
		for _, p := range []Port{a, b} {
			if err := step(p); err != nil {
				a.remove()
				return fmt.Errorf("%s: %w", p, err)
			}
		}
	}
	return nil
}

// lay makes the pair with its ends where they belong.
func (p Port) lay(peer Port) error {
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = p.Name, p.MTU
	veth := netlink.NewVeth(attrs)
	veth.PeerName, veth.PeerMTU = peer.Name, uint32(peer.MTU)
	// The peer's namespace stays open while its host lends its links. One host's
	// lock is not taken twice: a Close between would stop it for good.
	if peer.Host == p.Host {
		return p.Host.withLinks(func(l *links) error { return l.handle.LinkAdd(veth) })
	}
	return peer.Host.withLinks(func(*links) error {
		veth.PeerNamespace = netlink.NsFd(int(peer.Host.ns.Fd()))
		return p.Host.withLinks(func(l *links) error { return l.handle.LinkAdd(veth) })
	})
}

// configure gives the interface its addresses and brings it up.
func (p Port) configure() error {
	return p.Host.withLinks(func(l *links) error {
		link, err := l.handle.LinkByName(p.Name)
		if err != nil {
			return fmt.Errorf("find the interface: %w", err)
		}
		for _, prefix := range p.Addrs {
			addr := &netlink.Addr{IPNet: &net.IPNet{
				IP:   prefix.Addr().AsSlice(),
				Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen()),
			}}
			if prefix.Addr().Is6() {
				// Not even tentative until a worker of the kernel has run.
				addr.Flags = unix.IFA_F_NODAD
			}
			if err := l.handle.AddrAdd(link, addr); err != nil {
				return fmt.Errorf("add address %s: %w", prefix, err)
			}
		}
		if err := l.handle.LinkSetUp(link); err != nil {
			return fmt.Errorf("bring the interface up: %w", err)
		}
		return nil
	})
}

// await waits until the kernel has seen that both ends are up. It does so by a
// worker, and drops what is sent before. Since Linux 6.8 the question waits for
// the worker; before that it is asked again.
func (p Port) await() error {
	return p.Host.withLinks(func(l *links) error {
		for deadline := time.Now().Add(carrierWait); ; time.Sleep(time.Millisecond) {
			link, err := l.handle.LinkByName(p.Name)
			switch {
			case err != nil:
				return fmt.Errorf("find the interface: %w", err)
			case link.Attrs().OperState == netlink.OperUp:
				return nil
			case time.Now().After(deadline):
				return fmt.Errorf("the interface is %s, not up, after %v", link.Attrs().OperState, carrierWait)
			}
		}
	})
}

// remove takes the cable away.
func (p Port) remove() {
	_ = p.Host.withLinks(func(l *links) error {
		link, err := l.handle.LinkByName(p.Name)
		if err == nil {
			err = l.handle.LinkDel(link)
		}
		return err
	})
}

// Route sends what is for dst to the gateway via, which must be a neighbour of the
// host. The prefix 0.0.0.0/0 or ::/0 is the default route. A second route to the
// same prefix is an error.
func (h *Host) Route(dst netip.Prefix, via netip.Addr) error {
	if !via.IsValid() || via.Is6() != dst.Addr().Is6() || via.Zone() != "" {
		return fmt.Errorf("host %s: route %s via %s: the gateway must be an address of the same family, without a zone", h.name, dst, via)
	}
	return h.route(fmt.Sprintf("route %s via %s", dst, via), dst, netlink.Route{Gw: via.AsSlice()})
}

// Drop makes the host a black hole for dst: what it is to forward there vanishes,
// and its own programs get EINVAL. It wins over other routes to the same prefix,
// not over one to a part of it.
func (h *Host) Drop(dst netip.Prefix) error {
	return h.route(fmt.Sprintf("drop %s", dst), dst, netlink.Route{Type: unix.RTN_BLACKHOLE})
}

// Reject is like Drop, but the sender is told by ICMP that the destination cannot
// be reached: dialling says EHOSTUNREACH in IPv4 and ENETUNREACH in IPv6, on the
// host itself too.
func (h *Host) Reject(dst netip.Prefix) error {
	return h.route(fmt.Sprintf("reject %s", dst), dst, netlink.Route{Type: unix.RTN_UNREACHABLE})
}

// route adds a route; step names it in an error.
func (h *Host) route(step string, dst netip.Prefix, route netlink.Route) error {
	if !dst.IsValid() || dst.Addr().Is4In6() {
		return fmt.Errorf("host %s: %s: not a prefix of IPv4 or IPv6", h.name, step)
	}
	dst = dst.Masked()
	route.Dst = &net.IPNet{IP: dst.Addr().AsSlice(), Mask: net.CIDRMask(dst.Bits(), dst.Addr().BitLen())}
	err := h.withLinks(func(l *links) error {
		if route.Type == 0 {
			return l.handle.RouteAdd(&route)
		}
		// The network of an interface has a route of its own, of metric 0 in IPv4,
		// which this one takes the place of, and of metric 256 in IPv6, which it precedes.
		if dst.Addr().Is6() {
			route.Priority = 1
		}
		return l.handle.RouteReplace(&route)
	})
	if err != nil {
		return fmt.Errorf("host %s: %s: %w", h.name, step, err)
	}
	return nil
}
