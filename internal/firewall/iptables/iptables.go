package iptables

import "ferry/internal/firewall"

// The four dialects: the text for the restoring programs, and commands, each for
// one family.
var (
	Restore  = dialect("iptables-restore", firewall.IPv4, restore)
	Restore6 = dialect("ip6tables-restore", firewall.IPv6, restore)
	Script   = dialect("iptables", firewall.IPv4, script)
	Script6  = dialect("ip6tables", firewall.IPv6, script)
)

// dialect makes one of them.
func dialect(name string, family firewall.Family, write func(*tool, *firewall.Plan, []chain) string) *firewall.Dialect {
	t := newTool(family)
	return &firewall.Dialect{
		Name:       name,
		Title:      name,
		Places:     []firewall.Place{firewall.AtServer, firewall.AtClient, firewall.Between},
		Trackings:  []firewall.Tracking{firewall.Conntrack, firewall.Helper, firewall.Stateless},
		Translates: true,
		OneFamily:  family,
		Comment:    "#",
		Render: func(p *firewall.Plan) (string, []firewall.Note, error) {
			chains := t.chains(p)
			notes := t.use(p, chains, name != t.command)
			return write(t, p, chains), append(notes, t.besides(p)...), nil
		},
	}
}

// A tool is what differs between the families.
type tool struct {
	family  firewall.Family
	command string // iptables
	file    string // where Debian's iptables-persistent keeps the rules
	forward string // the kernel's setting that makes it forward
	icmp    string // the protocol, with its match
	kind    string // the option for a message of ICMP
}

func newTool(family firewall.Family) *tool {
	if family == firewall.IPv6 {
		return &tool{family, "ip6tables", "/etc/iptables/rules.v6", "net.ipv6.conf.all.forwarding", "ipv6-icmp -m icmp6", "--icmpv6-type"}
	}
	return &tool{family, "iptables", "/etc/iptables/rules.v4", "net.ipv4.ip_forward", "icmp -m icmp", "--icmp-type"}
}
