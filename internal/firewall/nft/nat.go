package nft

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
)

// translations makes the chains that change addresses.
func translations(p *firewall.Plan) []chain {
	before := chain{name: "prerouting", kind: "nat", hook: "prerouting", priority: "dstnat", policy: firewall.Accept}
	after := chain{name: "postrouting", kind: "nat", hook: "postrouting", priority: "srcnat", policy: firewall.Accept}
	for _, t := range p.Translations {
		ip := ipWord(t.Family)
		switch {
		case t.Masquerade:
			rule := fmt.Sprintf("%s daddr %s masquerade", ip, t.Server)
			if len(t.Clients) > 0 {
				rule = fmt.Sprintf("%s saddr %s %s", ip, nets(t), rule)
			}
			after.add(t.Reason, rule)
		case t.Toward == firewall.Server:
			before.add(t.Reason, fmt.Sprintf("%s daddr %s tcp dport %s dnat %s to %s", ip, t.Public, ports(t.Ports), ip, t.Server))
		default:
			after.add(t.Reason, fmt.Sprintf("%s saddr %s tcp sport %s snat %s to %s", ip, t.Server, ports(t.Ports), ip, t.Public))
		}
	}
	return []chain{before, after}
}

// nets writes the clients of a translation.
func nets(t firewall.Translation) string {
	names := firewall.Names(disjoint(t.Clients))
	if len(names) == 1 {
		return names[0]
	}
	return "{ " + strings.Join(names, ", ") + " }"
}
