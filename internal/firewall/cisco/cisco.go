package cisco

import (
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// Dialect is that of Cisco IOS.
var Dialect = &firewall.Dialect{
	Name:      "cisco",
	Title:     "Cisco IOS",
	Places:    []firewall.Place{firewall.Between},
	Trackings: []firewall.Tracking{firewall.Stateless},
	Comment:   "!",
	Render:    render,
	Parse:     Parse,
}

// interfaces stand for the real ones, by the side to which packets go that come in
// there.
var interfaces = [2]string{firewall.Client: "TO-SERVER", firewall.Server: "TO-CLIENTS"}

// name is that of a list: two families cannot share one.
func name(family firewall.Family, toward firewall.Side) string {
	return fmt.Sprintf("FERRY%d-TO-%s", family, strings.ToUpper(toward.String()))
}

// render writes the lists, and binds them.
func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString(p.Header("!"))
	for _, family := range p.Families {
		for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
			// Without the first line, what is entered again would stand behind the deny.
			fmt.Fprintf(&b, "!\nno %[1]s %[2]s\n%[1]s %[2]s\n", begins[family], name(family, side))
			writeList(&b, p, family, side)
			b.WriteString(" exit\n")
		}
	}
	for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
		fmt.Fprintf(&b, "!\ninterface %s\n", interfaces[side])
		for _, family := range p.Families {
			fmt.Fprintf(&b, " %s %s in\n", binds[family], name(family, side))
		}
		b.WriteString(" exit\n")
	}
	return b.String(), notes(p), nil
}

// What begins a list, what binds it, and what stands for all protocols.
var (
	begins = map[firewall.Family]string{firewall.IPv4: "ip access-list extended", firewall.IPv6: "ipv6 access-list"}
	binds  = map[firewall.Family]string{firewall.IPv4: "ip access-group", firewall.IPv6: "ipv6 traffic-filter"}
	every  = map[firewall.Family]string{firewall.IPv4: "ip", firewall.IPv6: "ipv6"}
)

// writeList writes the entries of one list.
func writeList(b *strings.Builder, p *firewall.Plan, family firewall.Family, side firewall.Side) {
	reason := ""
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Toward != side || r.Family != family {
			continue
		}
		if r.Reason != reason {
			reason = r.Reason
			remark(b, reason)
		}
		for _, line := range lines(r) {
			b.WriteString(" " + line + "\n")
		}
	}
	remark(b, "everything else")
	fmt.Fprintf(b, " deny %s any any\n", every[family])
}

// remarkLimit is how many letters a remark holds.
const remarkLimit = 100

// remark writes a text that stays in the router's configuration, in as many lines as it
// takes.
func remark(b *strings.Builder, text string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > remarkLimit {
			b.WriteString(" remark " + line + "\n")
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	b.WriteString(" remark " + line + "\n")
}

// lines writes a rule, once for each pair of networks and of ports, as an entry here
// has one of each.
func lines(r *firewall.Rule) []string {
	action := "permit"
	if r.Action == firewall.Drop {
		action = "deny"
	}
	var out []string
	if r.Proto == firewall.ICMP {
		for _, kind := range r.ICMP {
			for _, message := range messageNames(r.Family, kind) {
				out = append(out, fmt.Sprintf("%s icmp any any %s", action, message))
			}
		}
		return out
	}
	for _, from := range orAny(r.From.Nets) {
		for _, to := range orAny(r.To.Nets) {
			for _, sport := range orAny(r.From.Ports) {
				for _, dport := range orAny(r.To.Ports) {
					line := action + " tcp " + network(from) + ports(sport) + " " + network(to) + ports(dport)
					if r.Answer {
						line += " established"
					}
					out = append(out, line)
				}
			}
		}
	}
	return out
}

// orAny is the list, or one zero value that stands for everything.
func orAny[T any](list []T) []T {
	if len(list) == 0 {
		return make([]T, 1)
	}
	return list
}

// network writes the address of one end.
func network(n netip.Prefix) string {
	switch {
	case !n.IsValid() || n.Bits() == 0:
		return "any"
	case n.IsSingleIP():
		return "host " + n.Addr().String()
	case n.Addr().Is6():
		return n.String()
	default:
		return fmt.Sprintf("%s %s", n.Addr(), words.Wildcard(n))
	}
}

// ports writes what follows an address.
func ports(p firewall.Ports) string {
	switch {
	case p.Any():
		return ""
	case p.Single():
		return fmt.Sprintf(" eq %d", p.From)
	default:
		return fmt.Sprintf(" range %d %d", p.From, p.To)
	}
}

// notes says what is needed besides.
func notes(*firewall.Plan) []firewall.Note {
	return []firewall.Note{
		{Topic: firewall.NoteUse, Text: "enter it after configure terminal, with the names of your interfaces for TO-CLIENTS and TO-SERVER; a list that is bound to no interface does nothing. show ip access-lists and show ipv6 access-list count what fits"},
		{Topic: firewall.NoteUse, Text: "the last entry of each list drops all else that comes in there, also what is for the router itself (SSH, routing protocols, DHCP): put entries for it before, with a number (show ip access-lists has them)"},
		{Topic: firewall.NoteUse, Text: "an interface has one list of each family and direction: if there is one already, enter the entries into that one, before its last. The lists are made anew each time: while one is not there, its interface lets everything through"},
		{Topic: firewall.NoteWide, Text: "a list without state tells answers by ACK or RST: who forges those gets single segments through, but opens no connection"},
		{Topic: firewall.NoteWide, Text: "fragments but the first have no ports: IOS compares only their addresses, and lets them through where those fit a permit"},
		{Topic: firewall.NotePersistence, Text: "write memory (copy running-config startup-config) makes it last over a restart"},
	}
}
