package mikrotik

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// Dialect is that of RouterOS 7.
var Dialect = &firewall.Dialect{
	Name:       "mikrotik",
	Title:      "MikroTik RouterOS",
	Places:     []firewall.Place{firewall.Between},
	Trackings:  []firewall.Tracking{firewall.Conntrack, firewall.Helper},
	Translates: true,
	Comment:    "#",
	Render:     render,
	Parse:      Parse,
}

// render writes the commands. What drops is last, so that nothing is cut off while they
// are entered.
func render(p *firewall.Plan) (string, []firewall.Note, error) {
	if p.Facts.Tracking == firewall.Helper && slices.Contains(p.Families, firewall.IPv6) {
		return "", nil, &firewall.UnsupportedError{
			Dialect: "mikrotik",
			Text:    "the FTP helper of MikroTik RouterOS is a service port of its IPv4 firewall; use --state conntrack, or leave the IPv6 addresses out",
		}
	}
	var b strings.Builder
	b.WriteString(p.Header("#"))
	if p.Facts.Tracking == firewall.Helper {
		ports := make([]string, len(p.Facts.Control))
		for i, port := range p.Facts.Control {
			ports[i] = fmt.Sprint(port)
		}
		fmt.Fprintf(&b, "\n/ip firewall service-port\n# the helper reads the control connections, and opens what they agree on\nset ftp disabled=no ports=%s\n", strings.Join(ports, ","))
	}
	for _, family := range p.Families {
		writeLists(&b, p, family)
		writeNAT(&b, p, family)
	}
	for _, family := range p.Families {
		writeFilter(&b, p, family)
	}
	return b.String(), notes(p), nil
}

// menu is where the firewall of a family is.
var menu = map[firewall.Family]string{firewall.IPv4: "/ip firewall", firewall.IPv6: "/ipv6 firewall"}

// removals take away what a menu has from an earlier time, so that a text can be
// entered again.
var removals = map[string]string{
	"address-list": `remove [find list~"^ferry-"]`,
	"filter":       `remove [find comment~"^ferry "]`,
	"nat":          `remove [find comment~"^ferry "]`,
}

// listName is the address list of a side.
func listName(side firewall.Side) string { return "ferry-" + side.String() + "s" }

// writeLists names the networks of a side where a rule would need more than one.
func writeLists(b *strings.Builder, p *firewall.Plan, family firewall.Family) {
	var sides [2][]netip.Prefix
	for i := range p.Rules {
		if r := &p.Rules[i]; r.Family == family {
			sides[r.Toward.Other()] = longer(sides[r.Toward.Other()], r.From.Nets)
			sides[r.Toward] = longer(sides[r.Toward], r.To.Nets)
		}
	}
	begun := false
	for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
		if len(sides[side]) < 2 {
			continue
		}
		if !begun {
			fmt.Fprintf(b, "\n%s address-list\n%s\n", menu[family], removals["address-list"])
			begun = true
		}
		for _, n := range sides[side] {
			fmt.Fprintf(b, "add list=%s address=%s\n", listName(side), network(n))
		}
	}
}

func longer(a, b []netip.Prefix) []netip.Prefix {
	if len(b) > len(a) {
		return b
	}
	return a
}

// network writes an address or a network: IPv6 has no addresses without a length.
func network(n netip.Prefix) string {
	if n.IsSingleIP() && n.Addr().Is4() {
		return n.Addr().String()
	}
	return n.String()
}

// writeFilter writes the rules of the forward chain.
func writeFilter(b *strings.Builder, p *firewall.Plan, family firewall.Family) {
	fmt.Fprintf(b, "\n%s filter\n%s\n", menu[family], removals["filter"])
	written, reason := make(map[string]bool), ""
	for i := range p.Rules {
		r := p.Rules[i]
		if r.Family != family {
			continue
		}
		if r.Proto == firewall.TCP && r.State&firewall.New != 0 && p.Facts.Tracking == firewall.Conntrack {
			// RouterOS has its helper on unless told otherwise: what that expects is
			// never new.
			r.State |= firewall.Related
		}
		for _, line := range lines(&r) {
			if written[line] {
				continue // a chain has no direction: rules without addresses are for both
			}
			written[line] = true
			if r.Reason != reason {
				reason = r.Reason
				fmt.Fprintf(b, "# %s\n", reason)
			}
			b.WriteString(line + "\n")
		}
	}
	b.WriteString("# everything else\nadd chain=forward action=drop comment=\"ferry drop\"\n")
}

// lines writes a rule, once for each message of ICMP and list of ports.
func lines(r *firewall.Rule) []string {
	begin := "add chain=forward action=" + r.Action.String()
	end := fmt.Sprintf(" comment=\"ferry %s\"", r.Serves)
	if r.State != 0 {
		end = " connection-state=" + states(r.State) + end
	}
	if r.Helper {
		end = " connection-type=ftp" + end
	}
	var out []string
	if r.Proto == firewall.ICMP {
		word := "icmp"
		if r.Family == firewall.IPv6 {
			word = "icmpv6"
		}
		for _, kind := range r.ICMP {
			for _, typ := range words.Types(r.Family, kind) {
				out = append(out, fmt.Sprintf("%s protocol=%s icmp-options=%d:0-255%s", begin, word, typ, end))
			}
		}
		return out
	}
	begin += " protocol=tcp" + address("src", r.Toward.Other(), r.From.Nets)
	for _, from := range ports("src", r.From.Ports) {
		for _, to := range ports("dst", r.To.Ports) {
			out = append(out, begin+from+address("dst", r.Toward, r.To.Nets)+to+end)
		}
	}
	return out
}

// address writes one end: one network, or the list of the side.
func address(end string, side firewall.Side, nets []netip.Prefix) string {
	switch len(nets) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf(" %s-address=%s", end, network(nets[0]))
	default:
		return fmt.Sprintf(" %s-address-list=%s", end, listName(side))
	}
}

// portLimit is how many ports a rule takes; a range counts twice.
const portLimit = 15

// ports writes the ports of one end, in as many lists as they take.
func ports(end string, ranges []firewall.Ports) []string {
	if len(ranges) == 0 || slices.ContainsFunc(ranges, firewall.Ports.Any) {
		return []string{""}
	}
	var out, list []string
	count := 0
	for _, p := range ranges {
		takes := 2
		if p.Single() {
			takes = 1
		}
		if count+takes > portLimit {
			out, list, count = append(out, fmt.Sprintf(" %s-port=%s", end, strings.Join(list, ","))), nil, 0
		}
		list, count = append(list, p.String()), count+takes
	}
	return append(out, fmt.Sprintf(" %s-port=%s", end, strings.Join(list, ",")))
}

// stateNames are the states as they are written here.
var stateNames = []struct {
	state firewall.State
	name  string
}{{firewall.Established, "established"}, {firewall.Related, "related"}, {firewall.New, "new"}}

func states(set firewall.State) string {
	var names []string
	for _, s := range stateNames {
		if set&s.state != 0 {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, ",")
}
