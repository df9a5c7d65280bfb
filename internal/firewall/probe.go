package firewall

import (
	"net/netip"
	"slices"
)

// Probes are packets that find every difference between the plan and another
// ruleset: each kind of both directions, from and to addresses and ports at the
// edges of all that a rule names and just beyond. Where answers pass by themselves,
// packets of established connections are only those of connections that the plan
// lets open; others cannot be.
func (p *Plan) Probes() []Packet {
	var probes []Packet
	for _, family := range p.Families {
		clients, servers := p.edges(Client, family), p.edges(Server, family)
		ports := p.edgePorts()
		for _, toward := range []Side{Server, Client} {
			from, to := clients, servers
			if toward == Client {
				from, to = servers, clients
			}
			for _, src := range from {
				for _, dst := range to {
					for _, sport := range ports {
						for _, dport := range ports {
							pair := Packet{Toward: toward, Proto: TCP, Src: netip.AddrPortFrom(src, sport), Dst: netip.AddrPortFrom(dst, dport)}
							probes = append(probes, p.states(pair)...)
						}
					}
					probes = append(probes, p.others(toward, src, dst)...)
				}
			}
		}
	}
	return probes
}

// states are the packets of one direction of one connection.
func (p *Plan) states(pair Packet) []Packet {
	opening := pair
	opening.Opens = true
	if !p.Facts.Stateful() {
		return []Packet{opening, pair}
	}
	turned := pair
	turned.Toward, turned.Src, turned.Dst = pair.Toward.Other(), pair.Dst, pair.Src
	var packets []Packet
	kinds := []Packet{{State: New}}
	if p.Facts.Tracking == Helper {
		kinds = append(kinds, Packet{State: Related, Helper: true}, Packet{State: Related})
	}
	if p.Facts.Tracking == Knock {
		kinds = append(kinds, Packet{State: New, Knocked: true})
	}
	for _, kind := range kinds {
		opened := false
		for _, first := range []Packet{pair, turned} {
			first.State, first.Helper, first.Knocked, first.Opens = kind.State, kind.Helper, kind.Knocked, true
			opened = opened || p.Verdict(first) == Accept
			if first.Toward == pair.Toward {
				packets = append(packets, first)
			}
		}
		if opened || !p.Ruleset.Stateful {
			going := pair
			going.State, going.Helper = Established, kind.Helper
			packets = append(packets, going)
		}
	}
	return packets
}

// others are packets of other protocols than TCP, and of the host with itself.
func (p *Plan) others(toward Side, src, dst netip.Addr) []Packet {
	base := Packet{Toward: toward, Src: netip.AddrPortFrom(src, 0), Dst: netip.AddrPortFrom(dst, 0)}
	var packets []Packet
	for kind := Unreachable; kind <= Echo; kind++ {
		if src.Is4() && (kind == PacketTooBig || kind == NeighborDiscovery) {
			continue
		}
		message := base
		message.Proto, message.ICMP = ICMP, kind
		if p.Facts.Stateful() {
			switch kind {
			case Echo:
				message.State = New
			case NeighborDiscovery: // connection tracking leaves it out
			default:
				message.State = Related
			}
		}
		packets = append(packets, message)
	}
	udp := base
	udp.Proto, udp.Src, udp.Dst = UDP, netip.AddrPortFrom(src, 53), netip.AddrPortFrom(dst, 33000)
	if p.Facts.Stateful() {
		udp.State = New
	}
	packets = append(packets, udp)
	if p.Facts.Host() {
		local := udp
		local.Local = true
		packets = append(packets, local)
	}
	return packets
}

// edges are addresses of a side: the first and last of each network, and those just
// outside.
func (p *Plan) edges(side Side, family Family) []netip.Addr {
	outside := map[Family]netip.Addr{IPv4: netip.MustParseAddr("203.0.113.77"), IPv6: netip.MustParseAddr("2001:db8:ffff::77")}[family]
	found := []netip.Addr{outside}
	nets := p.Facts.networksOf(side, family)
	for _, n := range nets {
		first, last := n.Addr(), lastOf(n)
		found = append(found, first, last, first.Prev(), last.Next())
	}
	if len(nets) == 0 {
		found = append(found, family.Everything().Addr().Next().Next())
	}
	found = slices.DeleteFunc(found, func(a netip.Addr) bool { return !a.IsValid() || FamilyOf(a) != family })
	slices.SortFunc(found, netip.Addr.Compare)
	return slices.Compact(found)
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

// edgePorts are the ports at the edges of all ranges, those just outside, and a few
// that must be closed.
func (p *Plan) edgePorts() []uint16 {
	ports := []uint16{1, 20, 22, 80, 1023, 1024, 2000, 65535}
	add := func(q Ports) {
		if q.Any() {
			return
		}
		ports = append(ports, q.From, q.To)
		if q.From > 1 {
			ports = append(ports, q.From-1)
		}
		if q.To < 65535 {
			ports = append(ports, q.To+1)
		}
	}
	for _, r := range p.Rules {
		for _, q := range slices.Concat(r.From.Ports, r.To.Ports) {
			add(q)
		}
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}
