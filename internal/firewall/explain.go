package firewall

import (
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// Explain tells an administrator what the plan is and why: a picture of the
// connections, a table of the rules with their reasons, and what is needed besides.
func (p *Plan) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n", p.Summary())
	b.WriteString(p.picture())
	b.WriteString("\nThe rules, in their order; the first that fits decides.\n\n")
	b.WriteString(p.table())
	if len(p.Translations) > 0 {
		b.WriteString("\nAddresses are changed.\n\n")
		for _, t := range p.Translations {
			fmt.Fprintf(&b, "  %s\n", t)
		}
	}
	if len(p.Notes) > 0 {
		b.WriteString("\nBesides the rules.\n\n")
		for _, n := range p.Notes {
			fmt.Fprintf(&b, "  %s\n", n)
		}
	}
	return b.String()
}

// table lists the rules, each with its reason on a line of its own.
func (p *Plan) table() string {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	row := func(format string, cells ...any) { _, _ = fmt.Fprintf(w, format+"\n", cells...) } // it writes into memory
	row("    \tpackets to\tfrom\tto\tstate\t")
	for i := range p.Rules {
		r := &p.Rules[i]
		row("%3d\t%s\t%s\t%s\t%s\t%s", i+1, p.toward(r), p.end(r, &r.From), p.end(r, &r.To), p.condition(r), r.Action)
	}
	for _, side := range []Side{p.Facts.Inward(), p.Facts.Inward().Other()} {
		row("   \t%s\teverything else\t\t\t%s", p.toward(&Rule{Toward: side}), p.Default[side])
	}
	_ = w.Flush()
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n") {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		if 0 < i && i <= len(p.Rules) {
			fmt.Fprintf(&b, "       %s\n", p.Rules[i-1].Reason)
		}
	}
	return b.String()
}

// toward says where packets go, from the place of the firewall.
func (p *Plan) toward(r *Rule) string {
	if !p.Facts.Host() {
		return "the " + r.Toward.String()
	}
	if r.Toward == p.Facts.Inward() {
		return "this host"
	}
	return "outside"
}

// end says what a rule names of one end.
func (p *Plan) end(r *Rule, m *Match) string {
	if r.Local {
		return "this host"
	}
	if r.Proto == ICMP {
		return joinOr(Names(m.Nets), "anybody")
	}
	text := joinOr(Names(m.Nets), map[Family]string{IPv4: "any IPv4", IPv6: "any IPv6"}[r.Family])
	if text == "" {
		text = "any"
	}
	if len(m.Ports) > 0 {
		text += " port " + join(m.Ports)
	}
	return text
}

// Names writes networks, those of one host as its address.
func Names(nets []netip.Prefix) []string {
	names := make([]string, len(nets))
	for i, n := range nets {
		if names[i] = n.String(); n.IsSingleIP() {
			names[i] = n.Addr().String()
		}
	}
	return names
}

func joinOr[T any](values []T, none string) string {
	if len(values) == 0 {
		return none
	}
	return join(values)
}

// condition says in which state a packet must be.
func (p *Plan) condition(r *Rule) string {
	var words []string
	for _, s := range []struct {
		state State
		word  string
	}{{New, "new"}, {Established, "established"}, {Related, "related"}} {
		if r.State&s.state != 0 {
			words = append(words, s.word)
		}
	}
	text := strings.Join(words, ", ")
	switch {
	case r.Helper:
		text += " by the helper"
	case r.Knocked:
		text += ", from an address that is logged on"
	case r.Answer:
		text = "ACK or RST"
	case text == "":
		text = "any"
	}
	return text
}

// String says what becomes of addresses.
func (t Translation) String() string {
	switch {
	case t.Masquerade:
		return fmt.Sprintf("from %s to %s: the source becomes the firewall's own (%s)", joinOr(Names(t.Clients), "the clients"), t.Server, t.Reason)
	case t.Toward == Server:
		return fmt.Sprintf("to %s port %s: the target becomes %s (%s)", t.Public, join(t.Ports), t.Server, t.Reason)
	default:
		return fmt.Sprintf("from %s port %s: the source becomes %s (%s)", t.Server, join(t.Ports), t.Public, t.Reason)
	}
}

// pictureWidth is how wide the arrows of the picture are, in letters.
const pictureWidth = 46

// picture draws the connections: an arrow for each, from who opens it.
func (p *Plan) picture() string {
	f := &p.Facts
	left, right := "client", "server"
	if len(f.Clients) > 0 {
		left += " " + join(Names(f.Clients))
	}
	if len(f.Server) > 0 {
		right += " " + join(f.Server)
	}
	middle := map[Place]string{AtServer: "firewall on the server", AtClient: "firewall on the client", Between: "firewall"}[f.At]
	type row struct{ left, arrow, right string }
	rows := []row{{left, center("["+middle+"]", pictureWidth, " "), right}}
	for _, flow := range p.Flows {
		if !flow.Opens {
			continue
		}
		from, to := join(flow.FromPorts), join(flow.ToPorts)
		label := map[FlowName]string{
			ControlOut: "control connection", ActiveData: "active mode: data connection", PassiveData: "passive mode: data connection",
		}[flow.Name]
		if flow.From == Client {
			rows = append(rows, row{from, center(" "+label+" ", pictureWidth-1, "─") + "►", to})
		} else {
			rows = append(rows, row{to, "◄" + center(" "+label+" ", pictureWidth-1, "─"), from})
		}
	}
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r.left))
	}
	var b strings.Builder
	for i, r := range rows {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(r.left))
		first := r.left + pad
		if i > 0 {
			first = pad + r.left // ports stand at the arrows
		}
		fmt.Fprintf(&b, "  %s %s %s\n", first, r.arrow, r.right)
	}
	return b.String()
}

// center puts the text in the middle of a line of the width.
func center(text string, width int, fill string) string {
	gap := max(width-utf8.RuneCountInString(text), 0)
	return strings.Repeat(fill, gap/2) + text + strings.Repeat(fill, gap-gap/2)
}
