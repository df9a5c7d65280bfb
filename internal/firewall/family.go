package firewall

import "net/netip"

// Family is a version of the Internet Protocol.
type Family uint8

// The families. The zero value is both.
const (
	Both Family = 0
	IPv4 Family = 4
	IPv6 Family = 6
)

// String writes "IPv4" or "IPv6".
func (f Family) String() string {
	switch f {
	case IPv4:
		return "IPv4"
	case IPv6:
		return "IPv6"
	default:
		return "IPv4 and IPv6"
	}
}

// Has says whether the address is of the family.
func (f Family) Has(a netip.Addr) bool { return f == Both || f == FamilyOf(a) }

// Everything is the prefix that holds all addresses of the family.
func (f Family) Everything() netip.Prefix {
	if f == IPv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

// FamilyOf is the family of an address.
func FamilyOf(a netip.Addr) Family {
	if a.Is4() || a.Is4In6() {
		return IPv4
	}
	return IPv6
}

// families lists those that both sides have, IPv4 first.
func (f *Facts) families() []Family {
	var found []Family
	for _, family := range []Family{IPv4, IPv6} {
		clients, servers := len(f.Clients) == 0, len(f.Server) == 0
		for _, n := range f.Clients {
			clients = clients || n.IsValid() && FamilyOf(n.Addr()) == family
		}
		for _, a := range f.Server {
			servers = servers || a.IsValid() && FamilyOf(a) == family
		}
		if clients && servers {
			found = append(found, family)
		}
	}
	return found
}

// networksOf gives the networks of one side in one family; nil is everywhere.
func (f *Facts) networksOf(side Side, family Family) []netip.Prefix {
	var nets []netip.Prefix
	if side == Client {
		for _, n := range f.Clients {
			if FamilyOf(n.Addr()) == family && n.Bits() > 0 {
				nets = append(nets, n)
			} else if FamilyOf(n.Addr()) == family {
				return nil
			}
		}
		return nets
	}
	for _, a := range f.Server {
		if FamilyOf(a) == family {
			nets = append(nets, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	return nets
}
