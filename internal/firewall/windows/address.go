package windows

import (
	"net/netip"
	"slices"

	"ferry/internal/firewall"
)

// A span is a range of addresses of one family, both ends included.
type span struct{ first, last netip.Addr }

// String writes it as a parameter has it.
func (s span) String() string {
	if s.first == s.last {
		return s.first.String()
	}
	return s.first.String() + "-" + s.last.String()
}

// whole has all addresses of a family that a host can have or speak to. Windows has no
// network of no bits, and an IPv6 network must not begin with the unspecified address and
// must not be loopback (MS-FASP 2.2.6), so it is a range without these.
func whole(family firewall.Family) span {
	everything := family.Everything()
	s := span{everything.Addr().Next(), lastOf(everything)}
	if family == firewall.IPv6 {
		s.first = s.first.Next()
	}
	return s
}

// complement has the addresses of a family that are in none of its networks.
func complement(family firewall.Family, nets []netip.Prefix) []span {
	nets = slices.SortedFunc(slices.Values(nets), func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	all := whole(family)
	var others []span
	next := all.first
	for _, n := range nets {
		if first := n.Masked().Addr(); next.Less(first) {
			others = append(others, span{next, first.Prev()})
		}
		last := lastOf(n)
		if last == all.last {
			return others
		}
		if next.Compare(last) <= 0 {
			next = last.Next()
		}
	}
	return append(others, span{next, all.last})
}

// prefixes are the networks that the span is made of, the fewest.
func (s span) prefixes() []netip.Prefix {
	var nets []netip.Prefix
	for next := s.first; ; {
		n := netip.PrefixFrom(next, next.BitLen())
		for bits := n.Bits() - 1; bits >= 0; bits-- {
			wider := netip.PrefixFrom(next, bits)
			if wider.Masked().Addr() != next || s.last.Less(lastOf(wider)) {
				break
			}
			n = wider
		}
		nets = append(nets, n)
		if next = lastOf(n); next == s.last {
			return nets
		}
		next = next.Next()
	}
}

// lastOf is the last address of a network.
func lastOf(n netip.Prefix) netip.Addr {
	bytes := n.Masked().Addr().AsSlice()
	for bit := n.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}
