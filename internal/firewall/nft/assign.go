package nft

import (
	"net/netip"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// helperName is the kernel's helper, and the object of the table that stands for it.
const helperName = "ftp"

// helperObject declares the helper, for both families at once.
const helperObject = "\tct helper ftp {\n\t\ttype \"ftp\" protocol tcp\n\t\tl3proto inet\n\t}\n"

// assign makes the chain that gives control connections to the helper: no kernel
// since Linux 6.0 does that by itself. It must run after connection tracking has
// seen the packet (priority -200): at the priority raw the same rule loads and does
// nothing.
func assign(p *firewall.Plan, s *sets) []chain {
	if p.Facts.Tracking != firewall.Helper {
		return nil
	}
	c := chain{
		name: "helper", kind: "filter", hook: "prerouting", priority: "mangle", policy: firewall.Accept,
		comment: "The helper is assigned after connection tracking (-200) has seen the packet; at the priority raw it would do nothing.",
	}
	if p.Facts.At == firewall.AtClient {
		c.hook = "output"
	}
	var rules []firewall.Rule
	for _, r := range p.Rules {
		if r.Serves != firewall.Serves(firewall.ControlOut) {
			continue
		}
		r.State, r.To.Nets = firewall.New, withPublic(p, r.Family, r.To.Nets)
		rules = append(rules, r)
	}
	rules = merged(rules)
	for i := range rules {
		c.add("control connections, which the helper reads", strings.Join(append(s.match(&rules[i]), `ct helper set "`+helperName+`"`), " "))
	}
	return []chain{c}
}

// withPublic adds the addresses that clients dial: the server's own are put in their
// place only later.
func withPublic(p *firewall.Plan, family firewall.Family, nets []netip.Prefix) []netip.Prefix {
	var all []netip.Prefix
	for _, t := range p.Translations {
		if t.Family == family && t.Toward == firewall.Server && !t.Masquerade {
			all = append(all, netip.PrefixFrom(t.Public, t.Public.BitLen()))
		}
	}
	return slices.Concat(all, nets)
}
