package pf

import (
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
	"ferry/internal/firewall/words"
)

// Dialect is that of pf.
var Dialect = &firewall.Dialect{
	Name:       "pf",
	Title:      "pf",
	Places:     []firewall.Place{firewall.AtServer, firewall.AtClient, firewall.Between},
	Trackings:  []firewall.Tracking{firewall.Conntrack, firewall.Stateless},
	Translates: true,
	Comment:    "#",
	Lacks:      firewall.Lacks{Replies: true},
	Render:     render,
	Parse:      Parse,
}

// placeMark begins the line that says where the rules stand, which Parse needs.
const placeMark = "# at "

// places say what in and out mean.
var places = map[firewall.Place]string{
	firewall.AtServer: "what comes in here is for the server",
	firewall.AtClient: "what comes in here is for the client",
	firewall.Between:  "packets are judged where they come in",
}

// render writes the rules. All are quick, so that the first that fits decides.
func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString(p.Header("#"))
	fmt.Fprintf(&b, "%s%s: %s\n\n", placeMark, p.Facts.At, places[p.Facts.At])
	b.WriteString("set skip on lo\n")
	writeTranslations(&b, p)
	if !p.Facts.Host() {
		writeRouter(&b, p)
	}
	written, reason := make(map[string]bool), ""
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Local {
			continue // set skip on lo
		}
		for _, line := range lines(p, r) {
			if written[line] {
				continue // on a router a rule without addresses is for both sides
			}
			written[line] = true
			if r.Reason != reason {
				reason = r.Reason
				fmt.Fprintf(&b, "\n# %s\n", reason)
			}
			b.WriteString(line + "\n")
		}
	}
	if out := p.Facts.Inward().Other(); p.Facts.Host() && p.Default[out] == firewall.Accept {
		b.WriteString("\n# whatever else this host opens\npass out quick all" + state(p) + "\n")
	}
	b.WriteString("\n# everything else\nblock drop quick all\n")
	return b.String(), notes(p), nil
}

// writeRouter writes the rules about what is for the router itself, and about what goes
// out, which has been judged by then, or is the router's own.
func writeRouter(b *strings.Builder, p *firewall.Plan) {
	keep := " flags any keep state"
	if !p.Facts.Stateful() {
		keep = " flags any no state"
	}
	b.WriteString("\n# what is for this router itself is not touched, nor what it sends\n")
	b.WriteString("pass in quick from any to self" + keep + "\n")
	for _, family := range p.Families {
		multicast := "{ 224.0.0.0/4, 255.255.255.255 }"
		if family == firewall.IPv6 {
			multicast = "ff00::/8"
		}
		fmt.Fprintf(b, "pass in quick %s from any to %s%s\n", inet[family], multicast, keep)
	}
	b.WriteString("pass out quick all" + keep + "\n")
}

var inet = map[firewall.Family]string{firewall.IPv4: "inet", firewall.IPv6: "inet6"}

// lines writes a rule: one line, or two where answers are told by their flags, as pf
// can ask for all of a few flags, but not for one of two.
func lines(p *firewall.Plan, r *firewall.Rule) []string {
	begin := "pass"
	if r.Action == firewall.Drop {
		begin = "block drop"
	}
	if p.Facts.Host() && r.Toward != p.Facts.Inward() {
		begin += " out quick"
	} else {
		begin += " in quick"
	}
	if r.Family != firewall.Both {
		begin += " " + inet[r.Family]
	}
	if r.Proto == firewall.ICMP {
		word := "icmp"
		if r.Family == firewall.IPv6 {
			word = "icmp6"
		}
		return []string{fmt.Sprintf("%s proto %s all %s-type %s no state", begin, word, word, messageList(r))}
	}
	line := fmt.Sprintf("%s proto tcp from %s to %s", begin, end(r.From), end(r.To))
	switch {
	case r.Action == firewall.Drop:
		return []string{line}
	case r.Answer:
		return []string{line + " flags A/A no state", line + " flags R/R no state"}
	default:
		return []string{line + state(p)}
	}
}

// state says what the rule does for the packets that follow.
func state(p *firewall.Plan) string {
	if p.Facts.Stateful() {
		return " flags S/SA keep state"
	}
	return " flags any no state"
}

// end writes addresses and ports of one side.
func end(m firewall.Match) string {
	text := "any"
	if len(m.Nets) > 0 {
		text = list(firewall.Names(m.Nets))
	}
	return text + ports(m.Ports)
}

func ports(ranges []firewall.Ports) string {
	var names []string
	for _, p := range ranges {
		if p.Any() {
			return ""
		}
		names = append(names, p.Text(":", ""))
	}
	if len(names) == 0 {
		return ""
	}
	return " port " + list(names)
}

// list writes one word as it is, more in braces.
func list(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return "{ " + strings.Join(names, ", ") + " }"
}

// The names of the types of ICMP that rules for FTP have.
var typeNames = map[firewall.Family]map[int]string{
	firewall.IPv4: {3: "unreach", 11: "timex", 12: "paramprob", 8: "echoreq"},
	firewall.IPv6: {
		1: "unreach", 2: "toobig", 3: "timex", 4: "paramprob",
		133: "routersol", 134: "routeradv", 135: "neighbrsol", 136: "neighbradv", 128: "echoreq",
	},
}

// messageList writes the messages of a rule.
func messageList(r *firewall.Rule) string {
	var names []string
	for _, kind := range r.ICMP {
		for _, typ := range words.Types(r.Family, kind) {
			names = append(names, typeNames[r.Family][typ])
		}
	}
	return list(names)
}

// writeTranslations writes what changes addresses, before all rules: they see packets
// as they are after it.
func writeTranslations(b *strings.Builder, p *firewall.Plan) {
	for _, t := range p.Translations {
		fmt.Fprintf(b, "\n# %s\n%s\n", t.Reason, translation(&t))
	}
}

// translation writes one. A redirection leaves the port as it is; a source keeps its
// port by static-port.
func translation(t *firewall.Translation) string {
	all := func(nets []netip.Prefix) string { return end(firewall.Match{Nets: nets}) }
	switch {
	case t.Masquerade:
		return fmt.Sprintf("match out %s from %s to %s nat-to (egress)", inet[t.Family], all(t.Clients), t.Server)
	case t.Toward == firewall.Server:
		return fmt.Sprintf("match in %s proto tcp from any to %s%s rdr-to %s", inet[t.Family], t.Public, ports(t.Ports), t.Server)
	default:
		return fmt.Sprintf("match out %s proto tcp from %s%s to any nat-to %s static-port", inet[t.Family], t.Server, ports(t.Ports), t.Public)
	}
}
