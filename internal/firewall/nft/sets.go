package nft

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"ferry/internal/firewall"
)

// sets are the named sets of networks: one for each side and family where there is
// more than one network.
type sets struct {
	names  []string
	nets   map[string][]netip.Prefix
	inward firewall.Side // the direction of what comes in to a host
}

// setName names the set of a side: clients4, clients6, servers4, servers6.
func setName(side firewall.Side, family firewall.Family) string {
	return fmt.Sprintf("%ss%d", side, family)
}

// newSets finds the networks that the plan's rules name.
func newSets(p *firewall.Plan) *sets {
	s := &sets{nets: map[string][]netip.Prefix{}, inward: p.Facts.Inward()}
	for i := range p.Rules {
		r := &p.Rules[i]
		s.learn(r.Toward.Other(), r.Family, r.From.Nets)
		s.learn(r.Toward, r.Family, r.To.Nets)
	}
	slices.Sort(s.names)
	return s
}

func (s *sets) learn(side firewall.Side, family firewall.Family, nets []netip.Prefix) {
	nets = disjoint(nets)
	name := setName(side, family)
	if len(nets) < 2 || s.nets[name] != nil {
		return
	}
	s.names = append(s.names, name)
	s.nets[name] = nets
}

// of writes networks: alone, by the name of their set, or as a list.
func (s *sets) of(side firewall.Side, family firewall.Family, nets []netip.Prefix) string {
	nets = disjoint(nets)
	names := firewall.Names(nets)
	if len(nets) == 1 {
		return names[0]
	}
	if name := setName(side, family); slices.Equal(nets, s.nets[name]) {
		return "@" + name
	}
	return "{ " + strings.Join(names, ", ") + " }"
}

// disjoint leaves out networks that lie inside of others, which nft refuses in a set.
func disjoint(nets []netip.Prefix) []netip.Prefix {
	var kept []netip.Prefix
	for i, n := range nets {
		if !slices.ContainsFunc(nets[:i], func(o netip.Prefix) bool { return o == n }) &&
			!slices.ContainsFunc(nets, func(o netip.Prefix) bool { return o.Bits() < n.Bits() && o.Overlaps(n) }) {
			kept = append(kept, n)
		}
	}
	return kept
}

// declarations writes what a table declares before its chains.
func (s *sets) declarations(p *firewall.Plan) []string {
	var texts []string
	for _, name := range s.names {
		nets := s.nets[name]
		var b strings.Builder
		fmt.Fprintf(&b, "\tset %s {\n\t\ttype %s\n", name, addrType(firewall.FamilyOf(nets[0].Addr())))
		if slices.ContainsFunc(nets, func(n netip.Prefix) bool { return !n.IsSingleIP() }) {
			b.WriteString("\t\tflags interval\n")
		}
		fmt.Fprintf(&b, "\t\telements = { %s }\n\t}\n", strings.Join(firewall.Names(nets), ", "))
		texts = append(texts, b.String())
	}
	switch p.Facts.Tracking {
	case firewall.Helper:
		texts = append(texts, helperObject)
	case firewall.Knock:
		for _, family := range p.Families {
			texts = append(texts, knockSet(family, p.Facts.KnockTime))
		}
	default:
	}
	return texts
}

func addrType(family firewall.Family) string {
	return fmt.Sprintf("ipv%d_addr", family)
}

// ipWord is the header that a family's addresses stand in.
func ipWord(family firewall.Family) string {
	if family == firewall.IPv6 {
		return "ip6"
	}
	return "ip"
}

// seconds writes a time as nft reads it, rounded up to whole seconds.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%ds", max(1, (d+time.Second-1)/time.Second))
}
