package comware

import (
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
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
	return b.String(), []firewall.Note{
		{Topic: firewall.NoteUse, Text: "enter it in system view; write the names of your interfaces for TO-CLIENTS and TO-SERVER; a list that is bound to no interface does nothing"},
		{Topic: firewall.NoteUse, Text: "the last rule drops all other traffic between these interfaces: put rules for it before, with numbers between"},
		{Topic: firewall.NotePersistence, Text: "save force writes the configuration that lasts over a restart"},
		{Topic: firewall.NoteWide, Text: "a list without state tells answers by ACK or RST: whoever forges those gets single packets through, but opens no connection"},
	}, nil
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
	wildcard := ^uint32(0) >> n.Bits()
	return fmt.Sprintf("%s %s %s", word, n.Addr(), netip.AddrFrom4([4]byte{byte(wildcard >> 24), byte(wildcard >> 16), byte(wildcard >> 8), byte(wildcard)}))
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

// A message is a type of ICMP, with the codes that must be written one by one; none is
// the type alone.
type message struct {
	kind  firewall.ICMPKind
	typ   int
	codes []int
}

// The messages of both versions. ICMPv6 has no rule for a type alone.
var (
	icmp4 = []message{{firewall.Unreachable, 3, nil}, {firewall.TimeExceeded, 11, nil}, {firewall.ParameterProblem, 12, nil}}
	icmp6 = []message{
		{firewall.Unreachable, 1, []int{0, 1, 2, 3, 4, 5, 6}},
		{firewall.PacketTooBig, 2, []int{0}},
		{firewall.TimeExceeded, 3, []int{0, 1}},
		{firewall.ParameterProblem, 4, []int{0, 1, 2}},
		{firewall.NeighborDiscovery, 133, []int{0}},
		{firewall.NeighborDiscovery, 134, []int{0}},
		{firewall.NeighborDiscovery, 135, []int{0}},
		{firewall.NeighborDiscovery, 136, []int{0}},
	}
)

func messages(r *firewall.Rule) []string {
	table, word := icmp4, "permit icmp icmp-type"
	if r.Family == firewall.IPv6 {
		table, word = icmp6, "permit icmpv6 icmp6-type"
	}
	var out []string
	for _, kind := range r.ICMP {
		for _, m := range table {
			if m.kind != kind {
				continue
			}
			if m.codes == nil {
				out = append(out, fmt.Sprintf("%s %d", word, m.typ))
			}
			for _, code := range m.codes {
				out = append(out, fmt.Sprintf("%s %d %d", word, m.typ, code))
			}
		}
	}
	return out
}
