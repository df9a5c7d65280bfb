package nft

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// filters makes the chains that accept and drop, one for each hook of the place.
func filters(p *firewall.Plan, s *sets) []chain {
	inward := p.Facts.Inward()
	if !p.Facts.Host() {
		c := filter("forward", p.Default[inward])
		c.fill(p, s, p.Rules)
		return []chain{c}
	}
	in, out := filter("input", p.Default[inward]), filter("output", p.Default[inward.Other()])
	in.fill(p, s, toward(p.Rules, inward))
	out.fill(p, s, needed(toward(p.Rules, inward.Other()), out.policy))
	return []chain{in, out}
}

func filter(hook string, policy firewall.Action) chain {
	return chain{name: hook, kind: "filter", hook: hook, priority: "filter", policy: policy}
}

// toward picks the rules for packets to one side.
func toward(rules []firewall.Rule, side firewall.Side) []firewall.Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r firewall.Rule) bool { return r.Toward != side })
}

// needed leaves out the rules at the end that only repeat the policy.
func needed(rules []firewall.Rule, policy firewall.Action) []firewall.Rule {
	for len(rules) > 0 && rules[len(rules)-1].Action == policy {
		rules = rules[:len(rules)-1]
	}
	return rules
}

// fill writes the rules into the chain.
func (c *chain) fill(p *firewall.Plan, s *sets, rules []firewall.Rule) {
	rules = merged(rules)
	invalid := p.Facts.Stateful() && c.policy == firewall.Drop
	if p.Facts.Tracking == firewall.Knock {
		defer c.knock(p, s)
	}
	for i := range rules {
		r := &rules[i]
		if invalid && !r.Local {
			c.add("what belongs to no connection, such as a segment outside of its window", "ct state invalid drop")
			invalid = false
		}
		c.add(r.Reason, s.rule(r))
	}
}

// merged makes one rule of two that differ in their family only.
func merged(rules []firewall.Rule) []firewall.Rule {
	var out []firewall.Rule
	for _, r := range rules {
		if n := len(out); n > 0 && r.Proto != firewall.ICMP && !r.Knocked && out[n-1].Family != r.Family && sameButFamily(out[n-1], r) {
			out[n-1].Family = firewall.Both
			continue
		}
		out = append(out, r)
	}
	return out
}

func sameButFamily(a, b firewall.Rule) bool {
	nets := len(a.From.Nets) + len(a.To.Nets) + len(b.From.Nets) + len(b.To.Nets)
	return nets == 0 && a.Serves == b.Serves && a.Toward == b.Toward && a.Proto == b.Proto && a.State == b.State && a.Reason == b.Reason &&
		slices.Equal(a.From.Ports, b.From.Ports) && slices.Equal(a.To.Ports, b.To.Ports) &&
		a.Helper == b.Helper && a.Answer == b.Answer && a.Knocked == b.Knocked && a.Local == b.Local && a.Action == b.Action
}

// rule writes a rule of the plan.
func (s *sets) rule(r *firewall.Rule) string {
	words := s.match(r)
	return strings.Join(append(words, r.Action.String()), " ")
}

// match writes all that a rule asks of a packet.
func (s *sets) match(r *firewall.Rule) []string {
	var words []string
	say := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if r.Local {
		say("%s \"lo\"", map[bool]string{true: "iif", false: "oif"}[r.Toward == s.inward])
	}
	ip := ipWord(r.Family)
	if len(r.From.Nets) > 0 {
		say("%s saddr %s", ip, s.of(r.Toward.Other(), r.Family, r.From.Nets))
	}
	if r.Knocked {
		say("%s saddr @%s", ip, knockName(r.Family))
	}
	if len(r.To.Nets) > 0 {
		say("%s daddr %s", ip, s.of(r.Toward, r.Family, r.To.Nets))
	}
	if len(words) == 0 && r.Family != firewall.Both && r.Proto != firewall.ICMP {
		say("meta nfproto ipv%d", r.Family)
	}
	switch r.Proto {
	case firewall.TCP:
		words = append(words, tcp(r)...)
	case firewall.ICMP:
		words = append(words, icmp(r))
	case firewall.AnyProto, firewall.UDP:
	}
	if r.State != 0 {
		say("ct state %s", states(r.State))
	}
	if r.Helper {
		say("ct helper %q", helperName)
	}
	return words
}

// tcp writes the ports and flags of segments.
func tcp(r *firewall.Rule) []string {
	var words []string
	if text := ports(r.From.Ports); text != "" {
		words = append(words, "tcp sport "+text)
	}
	if text := ports(r.To.Ports); text != "" {
		words = append(words, "tcp dport "+text)
	}
	if r.Answer {
		words = append(words, "tcp flags & (ack | rst) != 0")
	}
	if len(words) == 0 {
		words = append(words, "meta l4proto tcp")
	}
	return words
}

// ports writes ranges: one alone, more as a list, all as nothing.
func ports(ranges []firewall.Ports) string {
	texts := make([]string, len(ranges))
	for i, r := range ranges {
		if r.Any() {
			return ""
		}
		texts[i] = r.String()
	}
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	return "{ " + strings.Join(texts, ", ") + " }"
}

// states writes a set of states of connection tracking.
func states(set firewall.State) string {
	var words []string
	for _, s := range []struct {
		state firewall.State
		word  string
	}{{firewall.New, "new"}, {firewall.Established, "established"}, {firewall.Related, "related"}} {
		if set&s.state != 0 {
			words = append(words, s.word)
		}
	}
	return strings.Join(words, ",")
}

// icmp writes the messages of a rule. PacketTooBig of IPv4 is a code of Unreachable.
func icmp(r *firewall.Rule) string {
	word, types := "icmp", map[firewall.ICMPKind]string{
		firewall.Unreachable:      "destination-unreachable",
		firewall.TimeExceeded:     "time-exceeded",
		firewall.ParameterProblem: "parameter-problem",
	}
	if r.Family == firewall.IPv6 {
		word = "icmpv6"
		types[firewall.PacketTooBig] = "packet-too-big"
		types[firewall.NeighborDiscovery] = "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert"
	}
	var names []string
	for _, kind := range r.ICMP {
		if types[kind] != "" {
			names = append(names, types[kind])
		}
	}
	return fmt.Sprintf("%s type { %s }", word, strings.Join(names, ", "))
}
