package windows

import (
	"fmt"
	"reflect"
	"slices"

	"ferry/internal/firewall"
)

// An end is one end of a packet; what is empty matches everything.
type end struct {
	addresses []string
	ports     []firewall.Ports
}

// An entry is a rule as Windows has it.
type entry struct {
	serves   firewall.Serves
	in       bool
	action   firewall.Action
	family   firewall.Family
	proto    firewall.Proto // TCP or ICMP
	icmp     []firewall.ICMPKind
	from, to end
	reason   string
}

// entryOf is a rule of the plan as it stands.
func entryOf(p *firewall.Plan, r *firewall.Rule) entry {
	return entry{
		serves: r.Serves, in: r.Toward == p.Facts.Inward(), action: r.Action, family: r.Family, proto: r.Proto, icmp: r.ICMP,
		from:   end{firewall.Names(r.From.Nets), r.From.Ports},
		to:     end{firewall.Names(r.To.Nets), r.To.Ports},
		reason: r.Reason,
	}
}

// entries are the rules to write: their order does not matter.
func entries(p *firewall.Plan) ([]entry, error) {
	var list []entry
	for i := range p.Rules {
		r := &p.Rules[i]
		switch {
		case r.Local: // none of this firewall's business
		case r.Action == firewall.Drop:
			dropped, err := blocks(p, i)
			if err != nil {
				return nil, err
			}
			list = append(list, dropped...)
		case p.Default[r.Toward] == firewall.Accept: // it passes without a rule
		default:
			list = append(list, entryOf(p, r))
		}
	}
	return merged(append(list, errorEntries(p)...)), nil
}

// blocks writes the rule that drops, which is number i of the plan: all that it drops but
// for what the rules before it let through. Those must be alike but for the ports that
// packets go to, and the rule itself must only say to whom they go; plans are like that.
func blocks(p *firewall.Plan, i int) ([]entry, error) {
	drop := &p.Rules[i]
	var like *firewall.Rule
	var open []firewall.Ports
	for j := range p.Rules[:i] {
		r := &p.Rules[j]
		other := r.Family != firewall.Both && drop.Family != firewall.Both && r.Family != drop.Family
		if r.Action == firewall.Drop || r.Local || r.Toward != drop.Toward || r.Proto == firewall.ICMP || other {
			continue
		}
		plain := len(drop.From.Nets)+len(drop.From.Ports)+len(drop.To.Ports) == 0
		if !plain || r.Proto != drop.Proto || r.Family != drop.Family || !slices.Equal(r.To.Nets, drop.To.Nets) ||
			like != nil && !reflect.DeepEqual(r.From, like.From) {
			return nil, fmt.Errorf("a rule drops what an earlier one may let through, which cannot be said where rules have no order: %s; %s", r.Reason, drop.Reason)
		}
		like, open = r, append(open, r.To.Ports...)
		if len(r.To.Ports) == 0 {
			open = append(open, firewall.Ports{})
		}
	}
	whole := entryOf(p, drop)
	if like == nil {
		return []entry{whole}, nil
	}
	var list []entry
	add := func(set func(*entry), is bool) {
		if is {
			e := whole
			set(&e)
			list = append(list, e)
		}
	}
	ports := except(open)
	add(func(e *entry) { e.to.ports = ports }, len(ports) > 0)
	if len(like.From.Ports) > 0 {
		ports := except(like.From.Ports)
		add(func(e *entry) { e.from.ports = ports }, len(ports) > 0)
	}
	if len(like.From.Nets) > 0 {
		var names []string
		for _, s := range complement(drop.Family, like.From.Nets) {
			names = append(names, s.String())
		}
		add(func(e *entry) { e.from.addresses = names }, len(names) > 0)
	}
	return list, nil
}

// except are the ports that are in none of the ranges.
func except(ranges []firewall.Ports) []firewall.Ports {
	ranges = slices.SortedFunc(slices.Values(ranges), func(a, b firewall.Ports) int { return int(a.From) - int(b.From) })
	var others []firewall.Ports
	next := uint16(1)
	for _, p := range ranges {
		if p.Any() {
			return nil
		}
		if next < p.From {
			others = append(others, firewall.Ports{From: next, To: p.From - 1})
		}
		if p.To == 65535 {
			return others
		}
		next = max(next, p.To+1)
	}
	return append(others, firewall.Ports{From: next, To: 65535})
}

// errorEntries let the errors of ICMP through that connections need: they do not pass by
// themselves, as the rules for them that Windows comes with show.
func errorEntries(p *firewall.Plan) []entry {
	var list []entry
	for _, family := range p.Families {
		kinds := []firewall.ICMPKind{firewall.Unreachable, firewall.TimeExceeded, firewall.ParameterProblem}
		if family == firewall.IPv6 {
			kinds = []firewall.ICMPKind{firewall.Unreachable, firewall.PacketTooBig, firewall.TimeExceeded, firewall.ParameterProblem}
		}
		for _, side := range []firewall.Side{p.Facts.Inward(), p.Facts.Inward().Other()} {
			if p.Default[side] == firewall.Accept {
				continue
			}
			list = append(list, entryOf(p, &firewall.Rule{
				Serves: firewall.ServesICMP, Toward: side, Family: family, Proto: firewall.ICMP, ICMP: kinds, Action: firewall.Accept,
				Reason: "errors about connections: without \"packet too big\" large transfers stall (path MTU discovery)",
			}))
		}
	}
	return list
}

// merged makes one entry of two that are for both families, and for all addresses of them.
func merged(list []entry) []entry {
	var out []entry
	for _, e := range list {
		if len(e.from.addresses)+len(e.to.addresses) == 0 && e.proto == firewall.TCP {
			twin := slices.IndexFunc(out, func(o entry) bool {
				differs := o.family != e.family && o.family != firewall.Both && e.family != firewall.Both
				o.family = e.family
				return differs && reflect.DeepEqual(o, e)
			})
			if twin >= 0 {
				out[twin].family = firewall.Both
				continue
			}
		}
		out = append(out, e)
	}
	return out
}
