package cisco

import (
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
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

// The interfaces, by the side to which packets go that come in there; a note says that
// they are to be replaced.
var interfaces = [2]string{firewall.Client: "TO-SERVER", firewall.Server: "TO-CLIENTS"}

// listName is the name of a list.
func listName(family firewall.Family, side firewall.Side) string {
	return strings.ToUpper(fmt.Sprintf("FTP%d-TO-%s", family, side))
}

func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString(p.Header("!"))
	for _, family := range p.Families {
		for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
			begin, all := "ip access-list extended", "ip"
			if family == firewall.IPv6 {
				begin, all = "ipv6 access-list", "ipv6"
			}
			name := listName(family, side)
			// Without the first line a second run would add to the list that is there.
			fmt.Fprintf(&b, "!\nno %s %s\n%s %s\n", begin, name, begin, name)
			reason := ""
			for i := range p.Rules {
				r := &p.Rules[i]
				if r.Toward != side || r.Family != family {
					continue
				}
				if r.Reason != reason {
					reason = r.Reason
					fmt.Fprintf(&b, " ! %s\n", reason)
				}
				for _, line := range lines(r) {
					fmt.Fprintf(&b, " %s\n", line)
				}
			}
			fmt.Fprintf(&b, " ! everything else\n deny %s any any\n", all)
		}
	}
	for _, side := range []firewall.Side{firewall.Server, firewall.Client} {
		fmt.Fprintf(&b, "!\ninterface %s\n", interfaces[side])
		for _, family := range p.Families {
			bind := "ip access-group"
			if family == firewall.IPv6 {
				bind = "ipv6 traffic-filter"
			}
			fmt.Fprintf(&b, " %s %s in\n", bind, listName(family, side))
		}
	}
	b.WriteString("!\n")
	return b.String(), []firewall.Note{
		{Topic: firewall.NoteUse, Text: "enter it in global configuration mode; write the names of your interfaces for TO-CLIENTS and TO-SERVER; a list that is bound to no interface does nothing"},
		{Topic: firewall.NoteUse, Text: "the last rule drops all other traffic between these interfaces: put rules for it before"},
		{Topic: firewall.NotePersistence, Text: "copy running-config startup-config makes it last over a restart"},
		{Topic: firewall.NoteWide, Text: "a list without state tells answers by ACK or RST: whoever forges those gets single packets through, but opens no connection"},
	}, nil
}

// lines writes a rule, once for each pair of networks and of ports, as a rule here has
// one of each.
func lines(r *firewall.Rule) []string {
	var out []string
	if r.Proto == firewall.ICMP {
		for _, m := range messages {
			for _, kind := range r.ICMP {
				if m.kind == kind && (r.Family == firewall.IPv6 || !m.six) {
					out = append(out, "permit icmp any any "+m.word)
				}
			}
		}
		return out
	}
	for _, from := range orAny(r.From.Nets) {
		for _, to := range orAny(r.To.Nets) {
			for _, sport := range orAny(r.From.Ports) {
				for _, dport := range orAny(r.To.Ports) {
					line := "permit tcp " + network(from) + ports(sport) + " " + network(to) + ports(dport)
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

// A message is a word of IOS for messages of ICMP.
type message struct {
	word string
	kind firewall.ICMPKind
	six  bool // only in ICMPv6
}

var messages = []message{
	{"unreachable", firewall.Unreachable, false},
	{"packet-too-big", firewall.PacketTooBig, true},
	{"time-exceeded", firewall.TimeExceeded, false},
	{"parameter-problem", firewall.ParameterProblem, false},
	{"nd-ns", firewall.NeighborDiscovery, true},
	{"nd-na", firewall.NeighborDiscovery, true},
	{"router-solicitation", firewall.NeighborDiscovery, true},
	{"router-advertisement", firewall.NeighborDiscovery, true},
}

// orAny is the list, or one zero value that stands for everything.
func orAny[T any](list []T) []T {
	if len(list) == 0 {
		return make([]T, 1)
	}
	return list
}

// network writes one end; in IPv4 a wildcard has ones where an address may differ.
func network(n netip.Prefix) string {
	switch {
	case !n.IsValid():
		return "any"
	case n.IsSingleIP():
		return "host " + n.Addr().String()
	case n.Addr().Is6():
		return n.String()
	}
	wildcard := ^uint32(0) >> n.Bits()
	return fmt.Sprintf("%s %s", n.Addr(), netip.AddrFrom4([4]byte{byte(wildcard >> 24), byte(wildcard >> 16), byte(wildcard >> 8), byte(wildcard)}))
}

func ports(p firewall.Ports) string {
	switch {
	case p.Any():
		return ""
	case p.Single():
		return fmt.Sprintf(" eq %d", p.From)
	}
	return fmt.Sprintf(" range %d %d", p.From, p.To)
}
