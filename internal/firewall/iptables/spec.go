package iptables

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// multiportLimit is how many ports -m multiport takes; a range counts twice.
const multiportLimit = 15

// specs writes a rule of the filter table. It takes several lines where one cannot
// name all messages of ICMP or all ports.
func (t *tool) specs(p *firewall.Plan, r *firewall.Rule) []string {
	var specs []string
	add := func(protocol string) {
		var words []string
		switch {
		case r.Local && r.Toward == p.Facts.Inward():
			words = append(words, "-i lo")
		case r.Local:
			words = append(words, "-o lo")
		}
		words = append(words, nets("-s", r.From.Nets), nets("-d", r.To.Nets), protocol)
		if r.Answer {
			// ACK or RST is set. "! --syn" would also let through a SYN with a FIN.
			words = append(words, "! --tcp-flags ACK,RST NONE")
		}
		words = append(words, state(r.State))
		if r.Helper {
			words = append(words, "-m helper --helper ftp")
		}
		words = append(words, label(string(r.Serves)), "-j "+strings.ToUpper(r.Action.String()))
		specs = append(specs, join(words))
	}
	switch r.Proto {
	case firewall.TCP:
		for _, from := range ports("--sport", r.From.Ports) {
			for _, to := range ports("--dport", r.To.Ports) {
				add(join([]string{"-p tcp -m tcp", from, to}))
			}
		}
	case firewall.ICMP:
		for _, kind := range r.ICMP {
			for _, name := range t.messages(kind) {
				add(fmt.Sprintf("-p %s %s %s", t.icmp, t.kind, name))
			}
		}
	default:
		add("")
	}
	return specs
}

// messages are the names of a message of ICMP. In IPv4 "fragmentation needed" is a
// code of destination-unreachable, which covers all codes.
func (t *tool) messages(kind firewall.ICMPKind) []string {
	six := t.family == firewall.IPv6
	switch {
	case kind == firewall.Unreachable:
		return []string{"destination-unreachable"}
	case kind == firewall.TimeExceeded:
		return []string{"time-exceeded"}
	case kind == firewall.ParameterProblem:
		return []string{"parameter-problem"}
	case kind == firewall.PacketTooBig && six:
		return []string{"packet-too-big"}
	case kind == firewall.NeighborDiscovery && six:
		return []string{"router-solicitation", "router-advertisement", "neighbour-solicitation", "neighbour-advertisement"}
	}
	return nil
}

// helped writes the rules that assign the helper to the control connections that
// the rule lets through. Where addresses are translated the table raw sees the
// address that clients dial.
func (t *tool) helped(p *firewall.Plan, control *firewall.Rule) []string {
	to := control.To.Nets
	var public []netip.Prefix
	for _, tr := range p.Translations {
		if tr.Toward == firewall.Server && !tr.Masquerade {
			public = append(public, netip.PrefixFrom(tr.Public, tr.Public.BitLen()))
		}
	}
	if len(public) > 0 {
		to = public
	}
	var specs []string
	for _, port := range ports("--dport", control.To.Ports) {
		specs = append(specs, join([]string{
			nets("-s", control.From.Nets), nets("-d", to), "-p tcp -m tcp", port, label("helper"), "-j CT --helper ftp",
		}))
	}
	return specs
}

// translated writes a translation, and says at which hook.
func (t *tool) translated(tr *firewall.Translation) (hook string, specs []string) {
	server := []netip.Prefix{netip.PrefixFrom(tr.Server, tr.Server.BitLen())}
	if tr.Masquerade {
		return "POSTROUTING", []string{join([]string{nets("-s", tr.Clients), nets("-d", server), "-p tcp", label("nat"), "-j MASQUERADE"})}
	}
	if tr.Toward == firewall.Client {
		for _, port := range ports("--sport", tr.Ports) {
			specs = append(specs, join([]string{nets("-s", server), "-p tcp -m tcp", port, label("nat"), "-j SNAT --to-source", tr.Public.String()}))
		}
		return "POSTROUTING", specs
	}
	public := []netip.Prefix{netip.PrefixFrom(tr.Public, tr.Public.BitLen())}
	for _, port := range ports("--dport", tr.Ports) {
		specs = append(specs, join([]string{nets("-d", public), "-p tcp -m tcp", port, label("nat"), "-j DNAT --to-destination", tr.Server.String()}))
	}
	return "PREROUTING", specs
}

// nets writes networks behind their option.
func nets(option string, list []netip.Prefix) string {
	if len(list) == 0 {
		return ""
	}
	return option + " " + strings.Join(firewall.Names(list), ",")
}

// ports writes ranges behind their option, in as many matches as they take.
func ports(option string, list []firewall.Ports) []string {
	if len(list) == 0 || slices.ContainsFunc(list, firewall.Ports.Any) {
		return []string{""}
	}
	if len(list) == 1 {
		return []string{option + " " + list[0].Text(":", "")}
	}
	var matches, names []string
	count := 0
	flush := func() {
		matches = append(matches, "-m multiport "+option+"s "+strings.Join(names, ","))
		names, count = nil, 0
	}
	for _, p := range list {
		takes := 2
		if p.Single() {
			takes = 1
		}
		if count+takes > multiportLimit {
			flush()
		}
		names, count = append(names, p.Text(":", "")), count+takes
	}
	flush()
	return matches
}

// state writes states of connection tracking.
func state(s firewall.State) string {
	var names []string
	for _, one := range []struct {
		state firewall.State
		name  string
	}{{firewall.New, "NEW"}, {firewall.Related, "RELATED"}, {firewall.Established, "ESTABLISHED"}} {
		if s&one.state != 0 {
			names = append(names, one.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "-m conntrack --ctstate " + strings.Join(names, ",")
}

// label is the comment that the kernel keeps with the rule.
func label(name string) string { return "-m comment --comment ferry:" + name }

// join puts words that are there together.
func join(words []string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}
