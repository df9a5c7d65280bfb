package windows

import (
	"fmt"
	"strconv"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// Dialect is that of the firewall of Windows.
var Dialect = &firewall.Dialect{
	Name:      "windows",
	Title:     "Windows Firewall",
	Places:    []firewall.Place{firewall.AtServer, firewall.AtClient},
	Trackings: []firewall.Tracking{firewall.Conntrack},
	Lacks:     firewall.Lacks{Replies: true},
	Comment:   "#",
	Render:    render,
	Parse:     Parse,
}

// placeMark begins the line that says where the rules stand, which Parse needs.
const placeMark = "# at "

// places say what inbound means.
var places = map[firewall.Place]string{
	firewall.AtServer: "inbound is what comes in for the server",
	firewall.AtClient: "inbound is what comes in for the client",
}

const (
	// requires is not a comment: PowerShell refuses to run the script without the rights.
	requires = "#Requires -RunAsAdministrator"
	// group is the one that all rules are in, so that they can be replaced.
	group = "ferry"
	// remove takes away what an earlier text made.
	remove = "Get-NetFirewallRule -Group '" + group + "' -ErrorAction SilentlyContinue | Remove-NetFirewallRule -ErrorAction Stop"
)

// render writes the rules, and the default actions last: whoever works over the network
// is not locked out by a script that an error stops half-way.
func render(p *firewall.Plan) (string, []firewall.Note, error) {
	list, err := entries(p)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	b.WriteString(requires + "\n")
	b.WriteString(p.Header("#"))
	fmt.Fprintf(&b, "%s%s: %s\n\n%s\n", placeMark, p.Facts.At, places[p.Facts.At], remove)
	for i := range list {
		b.WriteString("\n" + list[i].text(i+1))
	}
	in := p.Facts.Inward()
	fmt.Fprintf(&b, "\nSet-NetFirewallProfile -All -Enabled True -DefaultInboundAction %s -DefaultOutboundAction %s -ErrorAction Stop\n",
		actions[p.Default[in]], actions[p.Default[in.Other()]])
	return b.String(), notes(p), nil
}

var actions = map[firewall.Action]string{firewall.Accept: "Allow", firewall.Drop: "Block"}

// text writes one rule. An error of any rule stops the script.
func (e *entry) text(number int) string {
	local, remote, direction := e.from, e.to, "Outbound"
	if e.in {
		local, remote, direction = e.to, e.from, "Inbound"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "New-NetFirewallRule -Group '%s' -DisplayName %s `\n", group, quote(fmt.Sprintf("%s %d: %s", group, number, e.serves)))
	fmt.Fprintf(&b, "    -Description %s `\n", quote(e.reason))
	fmt.Fprintf(&b, "    -Direction %s -Action %s -Profile Any -Protocol %s", direction, actions[e.action], e.protocol())
	option := func(name string, values []string) {
		if len(values) > 0 {
			fmt.Fprintf(&b, " -%s %s", name, strings.Join(values, ","))
		}
	}
	if len(local.addresses)+len(remote.addresses) == 0 && e.proto == firewall.TCP && e.family != firewall.Both {
		remote.addresses = []string{whole(e.family).String()}
	}
	option("LocalAddress", local.addresses)
	option("LocalPort", portList(local.ports))
	option("RemoteAddress", remote.addresses)
	option("RemotePort", portList(remote.ports))
	var types []string
	for _, kind := range e.icmp {
		for _, typ := range words.Types(e.family, kind) {
			types = append(types, strconv.Itoa(typ))
		}
	}
	option("IcmpType", types)
	b.WriteString(" -ErrorAction Stop\n")
	return b.String()
}

// protocol names it as the parameter has it.
func (e *entry) protocol() string {
	switch {
	case e.proto == firewall.TCP:
		return "TCP"
	case e.family == firewall.IPv6:
		return "ICMPv6"
	default:
		return "ICMPv4"
	}
}

// portList writes ranges; none means every port.
func portList(ranges []firewall.Ports) []string {
	var list []string
	for _, p := range ranges {
		if p.Any() {
			return nil
		}
		list = append(list, p.String())
	}
	return list
}

// quote writes a text that PowerShell takes as it stands.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
