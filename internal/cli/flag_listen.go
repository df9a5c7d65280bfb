package cli

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"ferry/internal/netx"
)

// listenFlag is --listen: where to listen, each time it is given one more.
type listenFlag struct {
	addrs []netip.AddrPort
}

// String implements pflag.Value. It is what the help shows as the default.
func (f *listenFlag) String() string { return "" }

// Type implements pflag.Value: what the help calls the argument.
func (f *listenFlag) Type() string { return "[address]:port" }

// Set implements pflag.Value: ADDRESS:PORT, :PORT or PORT. Port 0 is any free
// one.
func (f *listenFlag) Set(text string) error {
	want := errors.New("want ADDRESS:PORT, :PORT or PORT, such as 192.168.1.5:2121, [::1]:2121 or 2121")
	if port, err := strconv.ParseUint(strings.TrimPrefix(text, ":"), 10, 16); err == nil {
		f.addrs = append(f.addrs, everyAddress(uint16(port)))
		return nil
	}
	addr, err := netip.ParseAddrPort(text)
	if err != nil {
		if _, err := netip.ParseAddr(text); err == nil {
			want = errors.New("the port is missing: want ADDRESS:PORT, an IPv6 address in brackets")
		}
		return want
	}
	f.addrs = append(f.addrs, netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port()))
	return nil
}

// everyAddress is the port at every address of the machine, IPv6 and IPv4, or
// IPv4 alone where there is no IPv6.
func everyAddress(port uint16) netip.AddrPort {
	if netx.ProbePort(netip.AddrPortFrom(netip.IPv6Unspecified(), 0)) != nil {
		return netip.AddrPortFrom(netip.IPv4Unspecified(), port)
	}
	return netip.AddrPortFrom(netip.IPv6Unspecified(), port)
}
