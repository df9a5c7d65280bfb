package comware

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// Dialect is Comware's.
var Dialect = &firewall.Dialect{
	Name:      "comware",
	Title:     "H3C Comware",
	Places:    []firewall.Place{firewall.Between},
	Trackings: []firewall.Tracking{firewall.Stateless},
	Comment:   "#",
	Render:    render,
	Parse:     Parse,
}

// The numbers of the lists, by the side to which packets go; advanced lists have 3000
// to 3999. The interfaces are named in a note.
var (
	numbers    = [2]int{firewall.Client: 3002, firewall.Server: 3001}
	interfaces = [2]string{firewall.Client: "TO-SERVER", firewall.Server: "TO-CLIENTS"}
)

// step is the distance of two rules' numbers, so that others fit between.
const step = 5

func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString(p.Header("#"))
	for _, family := range p.Families {
		for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
			fmt.Fprintf(&b, "#\nacl%s advanced %d\n description FTP, packets to the %s\n", v6(family), numbers[side], side)
			number := 0
			write := func(rule string) {
				fmt.Fprintf(&b, " rule %d %s\n", number, rule)
				number += step
			}
			reason := ""
			for _, r := range p.Rules {
				if r.Toward != side || r.Family != family {
					continue
				}
				if r.Reason != reason {
					reason = r.Reason
					fmt.Fprintf(&b, " # %s\n", reason)
				}
				for _, line := range lines(&r) {
					write(line)
				}
			}
			b.WriteString(" # everything else\n")
			if family == firewall.IPv6 {
				write("deny ipv6")
			} else {
				write("deny ip")
			}
			b.WriteString(" quit\n")
		}
	}
	for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
		fmt.Fprintf(&b, "#\ninterface %s\n", interfaces[side])
		for _, family := range p.Families {
			fmt.Fprintf(&b, " packet-filter%s %d inbound\n", v6(family), numbers[side])
		}
		b.WriteString(" quit\n")
	}
	return b.String(), notes(p), nil
}

// notes says what is needed besides.
func notes(p *firewall.Plan) []firewall.Note {
	list := []firewall.Note{
		{Topic: firewall.NoteUse, Text: "enter it in system view, with the names of your interfaces for TO-CLIENTS and TO-SERVER; a list that is bound to no interface does nothing. display packet-filter interface shows what is bound"},
		{Topic: firewall.NoteUse, Text: "the last rule of each list drops all else that comes in there, also what is for the switch itself (SSH, routing protocols, DHCP): put rules for it before, with numbers between"},
		{Topic: firewall.NoteUse, Text: "an interface has one list of each family and direction: if there is one already, enter the rules into that one, before its last. To enter changed rules say undo acl advanced NUMBER before (undo acl ipv6 advanced NUMBER): a rule whose number is there already keeps what its new line does not name"},
		{Topic: firewall.NoteWide, Text: "a list without state tells answers by ACK or RST: who forges those gets single segments through, but opens no connection"},
		{Topic: firewall.NoteWide, Text: "fragments but the first have no ports, so the last rule drops them; TCP sends none where path MTU discovery works"},
		{Topic: firewall.NotePersistence, Text: "save writes the configuration that lasts over a restart"},
	}
	if slices.Contains(p.Families, firewall.IPv4) {
		list = append(list, firewall.Note{Topic: firewall.NoteUse, Text: "releases that want a code after icmp-type take the names instead: net-unreachable, host-unreachable, port-unreachable, fragmentneed-DFset, ttl-exceeded, parameter-problem"})
	}
	return list
}

func v6(f firewall.Family) string {
	if f == firewall.IPv6 {
		return " ipv6"
	}
	return ""
}

// lines writes a rule, once for each pair of networks and of ports, as a rule here has
// one of each.
func lines(r *firewall.Rule) []string {
	if r.Proto == firewall.ICMP {
		return messages(r)
	}
	var out []string
	for _, from := range orAny(r.From.Nets) {
		for _, to := range orAny(r.To.Nets) {
			for _, sport := range orAny(r.From.Ports) {
				for _, dport := range orAny(r.To.Ports) {
					line := "permit tcp" + network(" source", from) + ports(" source-port", sport) + network(" destination", to) + ports(" destination-port", dport)
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

// network writes one end: a wildcard has ones where an address may differ.
func network(word string, n netip.Prefix) string {
	switch {
	case !n.IsValid():
		return ""
	case n.Addr().Is6():
		return fmt.Sprintf("%s %s", word, n)
	case n.IsSingleIP():
		return fmt.Sprintf("%s %s 0", word, n.Addr())
	}
	return fmt.Sprintf("%s %s %s", word, n.Addr(), words.Wildcard(n))
}

func ports(word string, p firewall.Ports) string {
	switch {
	case p.Any():
		return ""
	case p.Single():
		return fmt.Sprintf("%s eq %d", word, p.From)
	}
	return fmt.Sprintf("%s range %d %d", word, p.From, p.To)
}

// messages writes a rule about ICMP. A type alone is enough in IPv4; in IPv6 each code
// needs a rule of its own.
func messages(r *firewall.Rule) []string {
	var out []string
	for _, kind := range r.ICMP {
		for _, typ := range words.Types(r.Family, kind) {
			if r.Family == firewall.IPv4 {
				out = append(out, fmt.Sprintf("permit icmp icmp-type %d", typ))
				continue
			}
			for _, code := range words.Codes(r.Family, kind) {
				out = append(out, fmt.Sprintf("permit icmpv6 icmp6-type %d %d", typ, code))
			}
		}
	}
	return out
}
