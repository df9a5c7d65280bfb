package nft

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

// TestPackets loads what is written for each case into a real kernel and sends
// packets: client, router and server are hosts of their own. The data connections of
// the wanted modes work, and of all the ports of the server none is reached but
// those that the plan lets through.
func TestPackets(t *testing.T) {
	w := enter(t)
	if w == nil {
		return
	}
	// All ports are tried once for each kind of plan, which takes a third of a second;
	// of the others those at the edges of ranges and some between.
	seen := make(map[string]bool)
	for _, c := range firewalltest.Cases() {
		text, plan, _, err := Dialect.Write(c.Facts(t))
		var unsupported *firewall.UnsupportedError
		if errors.As(err, &unsupported) {
			continue
		}
		must(t, err)
		f := &plan.Facts
		kind := fmt.Sprint(f.At, f.Active, f.Passive, f.Tracking, len(f.Public), f.Masquerade)
		full := !seen[kind]
		seen[kind] = true
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			n := newNetwork(t, w, c.Name)
			wall := n.firewall(plan.Facts.At)
			nftOn(t, wall, text, "-c", "-f", "-")
			nftOn(t, wall, text, "-f", "-")
			once := nftOn(t, wall, "", "-s", "list", "ruleset")
			nftOn(t, wall, text, "-f", "-")
			if twice := nftOn(t, wall, "", "-s", "list", "ruleset"); twice != once {
				t.Errorf("loaded twice it is not the same:\n%s\nbut once:\n%s", twice, once)
			}
			for i, family := range plan.Families {
				tr := newTrial(t, n, plan, family)
				tr.full = full && i == 0
				tr.play(t)
			}
		})
	}
}

// A trial is one family of one case.
type trial struct {
	*network
	plan           *firewall.Plan
	family         firewall.Family
	client, server netip.Addr
	dial           netip.Addr // what clients dial: the server, or its public address
	session        *session
	sport          uint16
	full           bool
}

func newTrial(t *testing.T, n *network, plan *firewall.Plan, family firewall.Family) *trial {
	t.Helper()
	f := &plan.Facts
	tr := &trial{network: n, plan: plan, family: family, sport: 40000}
	pick := func(list []string, fits func(netip.Addr) bool) netip.Addr {
		for _, text := range list {
			if a := netip.MustParsePrefix(text).Addr(); firewall.FamilyOf(a) == family && fits(a) {
				return a
			}
		}
		t.Fatalf("no host has an address for this case in %s", family)
		return netip.Addr{}
	}
	tr.client = pick(clientAddrs, func(a netip.Addr) bool {
		return len(f.Clients) == 0 || slices.ContainsFunc(f.Clients, func(n netip.Prefix) bool { return n.Contains(a) })
	})
	tr.server = pick(serverAddrs, func(a netip.Addr) bool { return len(f.Server) == 0 || slices.Contains(f.Server, a) })
	tr.dial = tr.server
	if i := slices.Index(f.Server, tr.server); i >= 0 && len(f.Public) > 0 {
		tr.dial = f.Public[i]
	}
	return tr
}

func (tr *trial) play(t *testing.T) {
	f := &tr.plan.Facts
	for _, port := range f.Control[1:] { // the first one is used below
		open(t, tr.network, tr.client, tr.server, tr.dial, port)
	}
	tr.session = open(t, tr.network, tr.client, tr.server, tr.dial, f.Control[0])
	if f.Masquerade == (tr.session.seenFrom == tr.client) {
		t.Errorf("the server sees %s, the client is %s, masquerade %v", tr.session.seenFrom, tr.client, f.Masquerade)
	}
	if f.Tracking == firewall.Knock {
		tr.towardServer(t, "before any command", tr.client, tr.edges(), false)
		tr.session.say(t, false, "USER anonymous")
	}
	tr.passive(t)
	tr.active(t)
	// From addresses that the case does not name, and between ports that it does not.
	edges := tr.edges()
	tr.towardServer(t, "from a stranger", strangeClient[tr.family], edges, false)
	tr.towardClient(t, "from a strange server", strangeServer[tr.family], 20, edges)
	tr.towardClient(t, "from another port of the server", tr.server, 45000, edges)
	if tr.dial != tr.server {
		dial := tr.dial
		tr.dial = tr.server
		tr.towardServer(t, "to the server's own address", tr.client, edges, false)
		tr.dial = dial
	}
	tr.session.say(t, false, "QUIT")
	tr.session.say(t, true, "221 Goodbye.")
}

// passive tries passive mode: announced, every other port is tried first.
func (tr *trial) passive(t *testing.T) {
	f := &tr.plan.Facts
	helper := f.Tracking == firewall.Helper
	port := f.PassivePorts.From + (f.PassivePorts.To-f.PassivePorts.From)/8
	to := netip.AddrPortFrom(tr.server, port)
	if !helper {
		to = netip.AddrPortFrom(tr.dial, port)
	}
	if helper {
		tr.towardServer(t, "before the 227", tr.client, []uint16{port}, true)
	}
	tr.session.say(t, false, map[bool]string{true: "EPSV", false: "PASV"}[tr.server.Is6()])
	to = named(t, tr.session.say(t, true, pasvLine(to)), tr.dial)
	if to.Addr() != tr.dial {
		t.Errorf("the 227 names %s, but clients reach the server at %s", to.Addr(), tr.dial)
	}
	if helper {
		others := tr.many()
		if f.Passive {
			others = without(others, port)
		}
		tr.towardServer(t, "after the 227", tr.client, others, true)
	}
	if f.Passive {
		near, far, err := connect(tr.network.client, tr.network.server, netip.AddrPortFrom(tr.client, 0), netip.AddrPortFrom(tr.server, port), to)
		if err != nil {
			t.Fatalf("passive data connection to %s: %v", to, err)
		}
		defer near.Close()
		defer far.Close()
	}
	switch {
	case !helper:
		tr.towardServer(t, "after passive mode", tr.client, tr.many(), true)
	case f.Passive: // the port was for one connection
		tr.towardServer(t, "after passive mode", tr.client, []uint16{port}, true)
	}
}

// active tries active mode in the same way.
func (tr *trial) active(t *testing.T) {
	f := &tr.plan.Facts
	helper := f.Tracking == firewall.Helper
	port := f.ActivePorts.From + (f.ActivePorts.To-f.ActivePorts.From)/8
	from := f.DataPort
	if from == 0 {
		from = 30020
	}
	if helper {
		tr.towardClient(t, "before PORT", tr.server, from, []uint16{port})
	}
	to := named(t, tr.session.say(t, false, portLine(netip.AddrPortFrom(tr.client, port))), tr.client)
	tr.session.say(t, true, "200 PORT command successful.")
	if want := tr.session.seenFrom; helper && to.Addr() != want {
		t.Errorf("PORT names %s, but the server sees %s", to.Addr(), want)
	}
	if helper {
		others := append(tr.edges(), port)
		if f.Active {
			others = without(others, port)
		}
		tr.towardClient(t, "after PORT", tr.server, from, others)
		if f.Active && from == 20 {
			tr.towardClient(t, "after PORT from another port", tr.server, 45001, []uint16{port})
			tr.session.say(t, false, portLine(netip.AddrPortFrom(tr.client, port)))
		}
	}
	if f.Active {
		near, far, err := connect(tr.network.server, tr.network.client, netip.AddrPortFrom(tr.server, from), netip.AddrPortFrom(tr.client, port), to)
		if err != nil {
			t.Fatalf("active data connection from port %d to %s: %v", from, to, err)
		}
		defer near.Close()
		defer far.Close()
		if seen := far.RemoteAddr().(*net.TCPAddr).AddrPort(); seen.Addr().Unmap() != tr.dial || seen.Port() != from {
			t.Errorf("the client sees the active data connection come from %s, want %s port %d", seen, tr.dial, from)
		}
	}
	if !helper {
		tr.towardClient(t, "after active mode", tr.server, from, tr.edges())
	}
}

// towardServer scans what the client dials, and compares it with the plan.
func (tr *trial) towardServer(t *testing.T, when string, src netip.Addr, ports []uint16, knocked bool) {
	t.Helper()
	tr.sport++
	s := scan{from: tr.network.client, to: tr.network.server, src: src, dst: tr.dial, sport: tr.sport, ports: ports, end: tr.session.client}
	tr.compare(t, when, &s, firewall.Server, knocked && src == tr.client)
}

// towardClient scans the client's ports.
func (tr *trial) towardClient(t *testing.T, when string, src netip.Addr, sport uint16, ports []uint16) {
	t.Helper()
	s := scan{from: tr.network.server, to: tr.network.client, src: src, dst: tr.client, sport: sport, ports: ports, end: tr.session.server}
	tr.compare(t, when, &s, firewall.Client, false)
}

func (tr *trial) compare(t *testing.T, when string, s *scan, toward firewall.Side, knocked bool) {
	t.Helper()
	want := tr.open(s, toward, knocked)
	got := s.run(t)
	for _, port := range s.ports {
		// A datagram that a busy kernel has lost is no rule: ask again.
		if want[port] && !got[port] {
			again := *s
			again.ports = []uint16{port}
			got[port] = again.run(t)[port]
		}
	}
	var wrong []string
	for port := range 65536 {
		if p := uint16(port); want[p] != got[p] {
			wrong = append(wrong, fmt.Sprintf("%d (reached: %v)", p, got[p]))
		}
	}
	if len(wrong) > 0 {
		t.Errorf("%s, %s port %d to %s: %d of %d ports differ from the plan: %v", when, s.src, s.sport, s.dst, len(wrong), len(s.ports), wrong[:min(5, len(wrong))])
	}
}

// open lists the ports of a scan that the plan lets it reach.
func (tr *trial) open(s *scan, toward firewall.Side, knocked bool) map[uint16]bool {
	open := make(map[uint16]bool)
	for _, port := range s.ports {
		dst := s.dst
		if toward == firewall.Server && len(tr.plan.Facts.Public) > 0 && dst == tr.plan.Facts.Public[0] {
			i := slices.IndexFunc(tr.plan.Translations, func(tl firewall.Translation) bool {
				return tl.Public == dst && tl.Toward == firewall.Server && slices.ContainsFunc(tl.Ports, func(p firewall.Ports) bool { return p.Has(port) })
			})
			if i < 0 {
				continue
			}
			dst = tr.plan.Translations[i].Server
		}
		p := firewall.Packet{
			Toward: toward, Proto: firewall.TCP, Opens: true, Knocked: knocked,
			Src: netip.AddrPortFrom(s.src, s.sport), Dst: netip.AddrPortFrom(dst, port),
		}
		if tr.plan.Facts.Stateful() {
			p.State = firewall.New
		}
		if tr.plan.Verdict(p) == firewall.Accept {
			open[port] = true
		}
	}
	return open
}

// edges are the ports at the ends of all ranges, next to them, and some more.
func (tr *trial) edges() []uint16 {
	f := &tr.plan.Facts
	ports := []uint16{1, 20, 21, 22, 443, 1023, 1024, 1025, 65535}
	for _, r := range []firewall.Ports{f.PassivePorts, f.ActivePorts} {
		ports = append(ports, r.From-1, r.From, r.From+(r.To-r.From)/2, r.To)
		if r.To < 65535 {
			ports = append(ports, r.To+1)
		}
	}
	for port := uint16(100); port < 64000; port += 997 {
		ports = append(ports, port)
	}
	slices.Sort(ports)
	return slices.Compact(ports)
}

// many are all ports, or those of the edges. Where most are open the edges must do.
func (tr *trial) many() []uint16 {
	if !tr.full || tr.plan.Facts.PassivePorts == firewall.Unprivileged {
		return tr.edges()
	}
	ports := make([]uint16, 65535)
	for i := range ports {
		ports[i] = uint16(i + 1)
	}
	return ports
}

func without(ports []uint16, port uint16) []uint16 {
	return slices.DeleteFunc(slices.Clone(ports), func(p uint16) bool { return p == port })
}
