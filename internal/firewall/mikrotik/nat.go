package mikrotik

import (
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
)

// target is the property for the new address, which the two menus call differently.
var target = map[firewall.Family]string{firewall.IPv4: "to-addresses", firewall.IPv6: "to-address"}

// writeNAT writes the translations of a family.
func writeNAT(b *strings.Builder, p *firewall.Plan, family firewall.Family) {
	begun := false
	for _, t := range p.Translations {
		if t.Family != family {
			continue
		}
		if !begun {
			fmt.Fprintf(b, "\n%s nat\n%s\n", menu[family], removals["nat"])
			begun = true
		}
		fmt.Fprintf(b, "# %s\n", t.Reason)
		for _, line := range translation(&t) {
			fmt.Fprintf(b, "add %s comment=\"ferry nat\"\n", line)
		}
	}
}

// translation writes one, once for each list of ports or network of clients. A port
// stays as it is unless to-ports is given.
func translation(t *firewall.Translation) []string {
	host := func(a netip.Addr) string { return network(netip.PrefixFrom(a, a.BitLen())) }
	var out []string
	switch {
	case t.Masquerade:
		clients := t.Clients
		if len(clients) == 0 {
			clients = []netip.Prefix{t.Family.Everything()}
		}
		for _, n := range clients {
			line := "chain=srcnat action=masquerade"
			if n.Bits() > 0 {
				line += " src-address=" + network(n)
			}
			out = append(out, line+" dst-address="+host(t.Server))
		}
	case t.Toward == firewall.Server:
		for _, list := range ports("dst", t.Ports) {
			out = append(out, fmt.Sprintf("chain=dstnat action=dst-nat protocol=tcp dst-address=%s%s %s=%s", host(t.Public), list, target[t.Family], t.Server))
		}
	default:
		for _, list := range ports("src", t.Ports) {
			out = append(out, fmt.Sprintf("chain=srcnat action=src-nat protocol=tcp src-address=%s%s %s=%s", host(t.Server), list, target[t.Family], t.Public))
		}
	}
	return out
}
