package firewallproof

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/nsnet"
)

// complaints is how many differences are told of each kind.
const complaints = 5

// prove does all of the job in a world.
func prove(w *nsnet.World, subject *Subject, j *job) error {
	facts, err := j.Case.Read()
	if err != nil {
		return err
	}
	text, plan, _, err := subject.Dialect.Write(facts)
	if err != nil {
		return err
	}
	var found []error
	for _, family := range plan.Families {
		s, err := newScene(w, plan, family, cmp.Or(subject.Limit, talkLimit))
		if err == nil {
			s.besides = subject.Besides
		}
		if err == nil {
			err = subject.Load(w, s.wall, j.Programs, text)
		}
		if err == nil {
			err = s.all(j.Scan)
		}
		if err != nil {
			found = append(found, fmt.Errorf("%s: %w", family, err))
		}
	}
	if len(found) > 0 {
		found = append(found, errors.New(text))
	}
	return errors.Join(found...)
}

// all makes every test of a scene.
func (s *scene) all(scan bool) error {
	g, err := newGallery(s.family, s.hosts)
	if err != nil {
		return err
	}
	defer g.close()
	var found []error
	for _, toward := range []firewall.Side{firewall.Server, firewall.Client} {
		found = append(found, s.probe(g, toward))
	}
	if scan {
		found = append(found, s.scan(g))
	}
	found = append(found, s.forget(), s.converse(g))
	return errors.Join(found...)
}

// probe sends the plan's probes toward one side.
func (s *scene) probe(g *gallery, toward firewall.Side) error {
	if err := s.forget(); err != nil {
		return err
	}
	var shots []shot
	var want []firewall.Action
	for i, p := range s.probes {
		shot, possible := s.shot(i, &p)
		if p.Toward != toward || !possible || s.itself(&p) {
			continue
		}
		shots, want = append(shots, shot), append(want, s.plan.Verdict(p))
	}
	seen, err := g.fire(toward.Other(), shots, s.last)
	if err != nil {
		return err
	}
	return s.compare(shots, want, seen)
}

// itself says whether the program decides about a packet by itself.
func (s *scene) itself(p *firewall.Packet) bool { return s.besides != nil && s.besides(s.plan, p) }

// compare tells the differences between what was wanted and what was seen.
func (s *scene) compare(shots []shot, want []firewall.Action, seen []bool) error {
	wrong, passed := 0, 0
	var b strings.Builder
	for i, shot := range shots {
		if seen[i] {
			passed++
		}
		if seen[i] == (want[i] == firewall.Accept) {
			continue
		}
		if wrong++; wrong <= complaints {
			fmt.Fprintf(&b, "\n\t%s to %s, protocol %d, flags %#x, ICMP kind %d: passed %v, the plan says %s",
				shot.src, shot.dst, shot.protocol(), shot.flags, shot.kind, seen[i], want[i])
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d packets are not treated as planned (%d passed):%s", wrong, len(shots), passed, b.String())
	}
	return nil
}

// shot makes the packet of a probe. Not every probe is one: connections that are
// established or expected are tried as such, and neighbours find each other anyhow.
func (s *scene) shot(i int, p *firewall.Packet) (made shot, possible bool) {
	if p.Local || p.Knocked || s.plan.Facts.Stateful() && p.State != firewall.New || p.ICMP == firewall.NeighborDiscovery {
		return shot{}, false
	}
	made = shot{proto: p.Proto, src: p.Src, dst: p.Dst, kind: p.ICMP}
	if p.Proto == firewall.TCP {
		if made.flags = flagSYN; !p.Opens {
			made.flags = []byte{flagACK, flagRST, flagSYN | flagACK}[i%3]
		}
	}
	return made, true
}

// scan knocks at all ports: of the server from a client, at the address that clients
// dial too, and of the client from the server's data port.
func (s *scene) scan(g *gallery) error {
	port := s.plan.Facts.DataPort
	if port == 0 {
		port = 20
	}
	var found []error
	for _, from := range []struct {
		src    netip.AddrPort
		dst    netip.Addr
		toward firewall.Side
	}{
		{netip.AddrPortFrom(s.client, 40000), s.server, firewall.Server},
		{netip.AddrPortFrom(s.client, 40001), s.dialled, firewall.Server},
		{netip.AddrPortFrom(s.server, port), s.client, firewall.Client},
	} {
		if from.dst == s.server && from.src.Port() == 40001 {
			continue // no address is translated, so it is the first once more
		}
		if err := s.forget(); err != nil {
			return err
		}
		var shots []shot
		var want []firewall.Action
		for dport := 1; dport <= 65535; dport++ {
			dst := netip.AddrPortFrom(from.dst, uint16(dport))
			shots = append(shots, shot{proto: firewall.TCP, flags: flagSYN, src: from.src, dst: dst})
			want = append(want, s.arrives(from.src, dst, from.toward))
		}
		seen, err := g.fire(from.toward.Other(), shots, s.last)
		if err != nil {
			return err
		}
		if err := s.compare(shots, want, seen); err != nil {
			found = append(found, fmt.Errorf("all ports of %s from %s: %w", from.dst, from.src, err))
		}
	}
	return errors.Join(found...)
}

// arrives says whether a SYN should come to the other end. What goes to the public
// address does if it is sent on, and may then.
func (s *scene) arrives(src, dst netip.AddrPort, toward firewall.Side) firewall.Action {
	if dst.Addr() == s.dialled && s.dialled != s.server {
		sent := false
		for _, tr := range s.plan.Translations {
			if tr.Public == dst.Addr() && tr.Toward == firewall.Server {
				for _, p := range tr.Ports {
					sent = sent || p.Has(dst.Port())
				}
			}
		}
		if !sent {
			return firewall.Drop
		}
		dst = netip.AddrPortFrom(s.server, dst.Port())
	}
	p := firewall.Packet{Toward: toward, Proto: firewall.TCP, Src: src, Dst: dst, Opens: true}
	if s.plan.Facts.Stateful() {
		p.State = firewall.New
	}
	return s.plan.Verdict(p)
}
