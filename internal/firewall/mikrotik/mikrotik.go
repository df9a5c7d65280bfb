package mikrotik

import (
	"fmt"
	"net/netip"
	"strings"

	"ferry/internal/firewall"
)

// Dialect is that of RouterOS.
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

// tag is what the comments of all rules begin with, so that they can be found.
const tag = "ferry: "

func render(p *firewall.Plan) (string, []firewall.Note, error) {
	var b strings.Builder
	b.WriteString(p.Header("#"))
	for _, family := range p.Families {
		menu := "/ip firewall filter"
		if family == firewall.IPv6 {
			menu = "/ipv6 firewall filter"
		}
		// A second run replaces what the first has made.
		fmt.Fprintf(&b, "\n%s\nremove [find where comment~\"^%s\"]\n", menu, tag)
		there := make(map[string]bool) // what is the same in both directions is written once
		for i := range p.Rules {
			if r := &p.Rules[i]; r.Family == family {
				for _, match := range matches(r) {
					if !there[match] {
						fmt.Fprintf(&b, "add chain=forward action=accept%s comment=\"%s%s\"\n", match, tag, comment(r.Reason))
					}
					there[match] = true
				}
			}
		}
		fmt.Fprintf(&b, "add chain=forward action=drop comment=\"%severything else\"\n", tag)
	}
	if len(p.Translations) > 0 {
		for _, family := range p.Families {
			menu := "/ip firewall nat"
			if family == firewall.IPv6 {
				menu = "/ipv6 firewall nat"
			}
			fmt.Fprintf(&b, "\n%s\nremove [find where comment~\"^%s\"]\n", menu, tag)
			for _, t := range p.Translations {
				if t.Family == family {
					for _, line := range translation(&t) {
						fmt.Fprintf(&b, "add %s comment=\"%s%s\"\n", line, tag, comment(t.Reason))
					}
				}
			}
		}
	}
	if p.Facts.Tracking == firewall.Helper {
		fmt.Fprintf(&b, "\n/ip firewall service-port\nset ftp disabled=no ports=%s\n", list(p.Facts.Control))
	}
	return b.String(), notes(p), nil
}

func notes(p *firewall.Plan) []firewall.Note {
	all := []firewall.Note{
		{Topic: firewall.NoteUse, Text: "paste it into a terminal in safe mode (Ctrl-X), so that a mistake is taken back; the last rule drops all other traffic that the router forwards: move it behind yours"},
		{Topic: firewall.NotePersistence, Text: "RouterOS keeps rules over a restart by itself"},
	}
	if p.Facts.Tracking != firewall.Helper {
		all = append(all, firewall.Note{Topic: firewall.NoteModule, Text: "the FTP helper of /ip firewall service-port is on by default and rewrites what it can read; these rules do not need it"})
	}
	return all
}

// comment is a text that can stand in quotes: a dollar sign would begin a variable.
func comment(text string) string {
	return strings.NewReplacer(`"`, `'`, `$`, ``, `\`, ``).Replace(text)
}

// matches writes what a rule looks at, once for each pair of networks.
func matches(r *firewall.Rule) []string {
	var out []string
	if r.Proto == firewall.ICMP {
		for _, kind := range r.ICMP {
			for _, typ := range types(kind, r.Family) {
				protocol := "icmp"
				if r.Family == firewall.IPv6 {
					protocol = "icmpv6"
				}
				out = append(out, fmt.Sprintf(" protocol=%s icmp-options=%d:0-255%s", protocol, typ, states(r)))
			}
		}
		return out
	}
	for _, from := range orAny(r.From.Nets) {
		for _, to := range orAny(r.To.Nets) {
			line := " protocol=tcp"
			if from.IsValid() {
				line += " src-address=" + address(from)
			}
			if len(r.From.Ports) > 0 {
				line += " src-port=" + list(r.From.Ports)
			}
			if to.IsValid() {
				line += " dst-address=" + address(to)
			}
			if len(r.To.Ports) > 0 {
				line += " dst-port=" + list(r.To.Ports)
			}
			out = append(out, line+states(r))
		}
	}
	return out
}

// states writes the states of a rule, and the mark of the helper's connections.
func states(r *firewall.Rule) string {
	var words []string
	for _, s := range stateWords {
		if r.State&s.state != 0 {
			words = append(words, s.word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	text := " connection-state=" + strings.Join(words, ",")
	if r.Helper {
		text += " connection-type=ftp"
	}
	return text
}

var stateWords = []struct {
	state firewall.State
	word  string
}{{firewall.New, "new"}, {firewall.Established, "established"}, {firewall.Related, "related"}}

// types are the numbers of ICMP messages of a kind.
func types(kind firewall.ICMPKind, family firewall.Family) []int {
	if family == firewall.IPv6 {
		return map[firewall.ICMPKind][]int{
			firewall.Unreachable: {1}, firewall.PacketTooBig: {2}, firewall.TimeExceeded: {3}, firewall.ParameterProblem: {4},
		}[kind]
	}
	return map[firewall.ICMPKind][]int{firewall.Unreachable: {3}, firewall.TimeExceeded: {11}, firewall.ParameterProblem: {12}}[kind]
}

// translation writes a change of addresses.
func translation(t *firewall.Translation) []string {
	switch {
	case t.Masquerade:
		var out []string
		for _, from := range orAny(t.Clients) {
			line := "chain=srcnat action=masquerade"
			if from.IsValid() {
				line += " src-address=" + address(from)
			}
			out = append(out, line+" dst-address="+t.Server.String())
		}
		return out
	case t.Toward == firewall.Server:
		to := "to-addresses"
		if t.Family == firewall.IPv6 {
			to = "to-address"
		}
		return []string{fmt.Sprintf("chain=dstnat action=dst-nat protocol=tcp dst-address=%s dst-port=%s %s=%s", t.Public, list(t.Ports), to, t.Server)}
	default:
		to := "to-addresses"
		if t.Family == firewall.IPv6 {
			to = "to-address"
		}
		return []string{fmt.Sprintf("chain=srcnat action=src-nat protocol=tcp src-address=%s src-port=%s %s=%s", t.Server, list(t.Ports), to, t.Public)}
	}
}

func address(n netip.Prefix) string {
	if n.IsSingleIP() {
		return n.Addr().String()
	}
	return n.String()
}

func orAny[T any](values []T) []T {
	if len(values) == 0 {
		return make([]T, 1)
	}
	return values
}

// list writes values with commas between.
func list[T any](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ",")
}
