package firewallproof

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"ferry/internal/firewall"
	"ferry/internal/nsnet"
)

// A scene is a client, a router and a server, the rules in force on one of them.
type scene struct {
	plan   *firewall.Plan
	family firewall.Family
	hosts  map[firewall.Side]*nsnet.Host
	router *nsnet.Host
	wall   *nsnet.Host // where the rules are
	// probes are the plan's for this family, with addresses that the ends have.
	probes []firewall.Packet
	// client is the address that the client speaks from, server the server's own, and
	// dialled the one that the client knows.
	client, server, dialled netip.Addr
	next                    uint16 // the port of the next last packet
	limit                   time.Duration
	besides                 func(*firewall.Plan, *firewall.Packet) bool
}

// The addresses of the cables, and those that ends have where the plan names none.
var (
	cables = map[firewall.Family]map[firewall.Side][2]string{
		firewall.IPv4: {firewall.Client: {"172.31.1.1/30", "172.31.1.2/30"}, firewall.Server: {"172.31.2.1/30", "172.31.2.2/30"}},
		firewall.IPv6: {firewall.Client: {"fdfe:1::1/64", "fdfe:1::2/64"}, firewall.Server: {"fdfe:2::1/64", "fdfe:2::2/64"}},
	}
	usual = map[firewall.Family]map[firewall.Side]netip.Addr{
		firewall.IPv4: {firewall.Client: netip.MustParseAddr("192.0.2.7"), firewall.Server: netip.MustParseAddr("198.51.100.5")},
		firewall.IPv6: {firewall.Client: netip.MustParseAddr("2001:db8:1::7"), firewall.Server: netip.MustParseAddr("2001:db8:2::5")},
	}
	strangers = map[firewall.Family]map[firewall.Side]netip.Addr{
		firewall.IPv4: {firewall.Client: netip.MustParseAddr("100.64.7.7"), firewall.Server: netip.MustParseAddr("100.64.8.8")},
		firewall.IPv6: {firewall.Client: netip.MustParseAddr("2001:db8:f7::7"), firewall.Server: netip.MustParseAddr("2001:db8:f8::8")},
	}
	// oddities are networks whose addresses no host can have.
	oddities = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("::/96")}
)

// newScene builds the three hosts. Nothing is in force yet.
func newScene(w *nsnet.World, plan *firewall.Plan, family firewall.Family, limit time.Duration) (*scene, error) {
	s := &scene{
		plan: plan, family: family, hosts: make(map[firewall.Side]*nsnet.Host), next: 50000, limit: limit,
		client: usual[family][firewall.Client], server: usual[family][firewall.Server],
	}
	for _, n := range plan.Facts.Clients {
		if firewall.FamilyOf(n.Addr()) == family {
			if s.client = n.Addr(); !n.IsSingleIP() {
				s.client = n.Addr().Next()
			}
			break
		}
	}
	for _, a := range plan.Facts.Server {
		if firewall.FamilyOf(a) == family {
			s.server = a
			break
		}
	}
	s.dialled = s.server
	for _, tr := range plan.Translations {
		if tr.Server == s.server && tr.Toward == firewall.Server && !tr.Masquerade {
			s.dialled = tr.Public
		}
	}
	held := s.occupy()
	var err error
	if s.router, err = w.AddHost(fmt.Sprintf("router%d", family)); err != nil {
		return nil, err
	}
	for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
		if err := s.lay(w, side, held[side]); err != nil {
			return nil, err
		}
	}
	s.wall = map[firewall.Place]*nsnet.Host{
		firewall.AtServer: s.hosts[firewall.Server], firewall.AtClient: s.hosts[firewall.Client], firewall.Between: s.router,
	}[plan.Facts.At]
	return s, s.router.Sysctl(map[firewall.Family]string{firewall.IPv4: "net.ipv4.ip_forward", firewall.IPv6: "net.ipv6.conf.all.forwarding"}[family], "1")
}

// occupy chooses the addresses of both ends: those that the probes speak of, where
// a host can have them, each at one end only.
func (s *scene) occupy() map[firewall.Side][]netip.Addr {
	held := map[firewall.Side][]netip.Addr{
		firewall.Client: {s.client, strangers[s.family][firewall.Client]},
		firewall.Server: {s.server, strangers[s.family][firewall.Server]},
	}
	at := func(side firewall.Side, a netip.Addr) netip.Addr {
		other := side.Other()
		switch {
		case slices.ContainsFunc(oddities, func(n netip.Prefix) bool { return n.Contains(a) }):
			return usual[s.family][side]
		case a == s.dialled && s.dialled != s.server, slices.Contains(held[other], a):
			return strangers[s.family][side]
		case !slices.Contains(held[side], a):
			held[side] = append(held[side], a)
		}
		return a
	}
	at(firewall.Client, usual[s.family][firewall.Client])
	at(firewall.Server, usual[s.family][firewall.Server])
	seen := make(map[firewall.Packet]bool)
	for _, p := range s.plan.Probes() {
		if firewall.FamilyOf(p.Src.Addr()) != s.family {
			continue
		}
		p.Src = netip.AddrPortFrom(at(p.Toward.Other(), p.Src.Addr()), p.Src.Port())
		p.Dst = netip.AddrPortFrom(at(p.Toward, p.Dst.Addr()), p.Dst.Port())
		if !seen[p] && s.telling(&p) {
			seen[p] = true
			s.probes = append(s.probes, p)
		}
	}
	return held
}

// telling says whether a probe is worth a packet. A rule names addresses and ports
// each by themselves, so all pairs of ports are tried between one pair of addresses, and
// between the others those that a wrong address would show with.
func (s *scene) telling(p *firewall.Packet) bool {
	client, server := p.Src, p.Dst
	if p.Toward == firewall.Client {
		client, server = server, client
	}
	f := &s.plan.Facts
	within := func(n netip.Prefix) bool { return n.Addr() == client.Addr() }
	if server.Addr() == s.server && (client.Addr() == s.client || slices.ContainsFunc(f.Clients, within)) || p.Proto != firewall.TCP {
		return true
	}
	ports := []uint16{f.DataPort, f.Control[0], f.PassivePorts.From, f.ActivePorts.To}
	return slices.Contains(ports, client.Port()) && slices.Contains(ports, server.Port())
}

// lay makes one end, with its addresses, and its cable to the router.
func (s *scene) lay(w *nsnet.World, side firewall.Side, held []netip.Addr) error {
	host, err := w.AddHost(fmt.Sprintf("%s%d", side, s.family))
	if err != nil {
		return err
	}
	s.hosts[side] = host
	cable := cables[s.family][side]
	near, far := netip.MustParsePrefix(cable[0]), netip.MustParsePrefix(cable[1])
	inner, outer := []netip.Prefix{near}, []netip.Prefix{far}
	for _, a := range held {
		outer = append(outer, netip.PrefixFrom(a, a.BitLen()))
	}
	if side == firewall.Client && s.dialled != s.server {
		inner = append(inner, netip.PrefixFrom(s.dialled, s.dialled.BitLen()))
	}
	err = w.Connect(nsnet.Port{Host: s.router, Name: side.String(), Addrs: inner}, nsnet.Port{Host: host, Name: "eth0", Addrs: outer})
	if err != nil {
		return err
	}
	err = host.Route(s.family.Everything(), near.Addr())
	for _, a := range held {
		err = errors.Join(err, s.router.Route(netip.PrefixFrom(a, a.BitLen()), far.Addr()))
	}
	return err
}

// last is a packet that every plan lets through to the server: the first of a control
// connection.
func (s *scene) last() shot {
	s.next++
	if s.next >= 65000 {
		s.next = 50001
	}
	return shot{
		src: netip.AddrPortFrom(s.client, s.next), dst: netip.AddrPortFrom(s.dialled, s.plan.Facts.Control[0]),
		proto: firewall.TCP, flags: flagSYN,
	}
}
