package words

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"
)

// Wildcard is the mask of an IPv4 network turned around, as access lists want it: it
// has ones where addresses may differ.
func Wildcard(n netip.Prefix) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(uint64(1)<<(32-n.Bits())-1))
	return netip.AddrFrom4(b)
}

// Masked reads an IPv4 address and its wildcard as a network. A wildcard that is that
// of no network is an error, as most often it is a mask.
func Masked(address, wildcard string) (netip.Prefix, error) {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no IPv4 address", address)
	}
	w, err := netip.ParseAddr(wildcard)
	if err != nil || !w.Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no wildcard such as 0.0.0.255", wildcard)
	}
	b := w.As4()
	ones := binary.BigEndian.Uint32(b[:])
	if ones&(ones+1) != 0 {
		return netip.Prefix{}, fmt.Errorf("wildcard %s is not that of a network: is it a mask?", wildcard)
	}
	return Network(netip.PrefixFrom(a, bits.LeadingZeros32(ones)))
}

// Network refuses an address inside of a network where the network is meant.
func Network(n netip.Prefix) (netip.Prefix, error) {
	if !n.IsValid() || n.Addr().Is4In6() || n != n.Masked() {
		return n, fmt.Errorf("%s is no network: it has bits of a host", n)
	}
	return n, nil
}

// Host is the network of one address.
func Host(text string) (netip.Prefix, error) {
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" || a.Is4In6() {
		return netip.Prefix{}, fmt.Errorf("%q is no IP address", text)
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
