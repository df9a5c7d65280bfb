package netx

import (
	"net"
	"net/netip"
	"slices"
)

// AddrPort is the address and port of a, with an IPv4-mapped IPv6 address, as a
// dual-stack listener gives it, turned into the IPv4 address that it is. What
// has no address (nil, or the end of a pipe) gives the zero AddrPort.
func AddrPort(a net.Addr) netip.AddrPort {
	var ap netip.AddrPort
	switch a := a.(type) {
	case nil:
		return netip.AddrPort{}
	case interface{ AddrPort() netip.AddrPort }:
		ap = a.AddrPort()
	default:
		var err error
		if ap, err = netip.ParseAddrPort(a.String()); err != nil {
			return netip.AddrPort{}
		}
	}
	return unmap(ap)
}

// LocalAddrPort is AddrPort of the connection's local address.
func LocalAddrPort(c net.Conn) netip.AddrPort { return AddrPort(c.LocalAddr()) }

// RemoteAddrPort is AddrPort of the connection's remote address.
func RemoteAddrPort(c net.Conn) netip.AddrPort { return AddrPort(c.RemoteAddr()) }

// unmap turns an IPv4-mapped address into IPv4.
func unmap(ap netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// LocalAddresses are the addresses of this host's interfaces that are up, for
// printing where it can be reached: loopback last, link-local ones left out, each once.
// It is empty where the system will not say.
func LocalAddresses() []netip.Addr {
	interfaces, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var outer, loopback []netip.Addr
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 {
			continue
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // it went away meanwhile
		}
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			switch ip, _ := netip.AddrFromSlice(n.IP); {
			case !ip.IsValid() || ip.Unmap().IsLinkLocalUnicast():
			case ip.Unmap().IsLoopback():
				loopback = append(loopback, ip.Unmap())
			case !slices.Contains(outer, ip.Unmap()):
				outer = append(outer, ip.Unmap())
			}
		}
	}
	return append(outer, loopback...)
}
