package nft

import (
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// Dialect is the language of nft(8). It is proved with nftables 1.0; translations
// need Linux 5.2 or later, which has them in tables of the family inet.
var Dialect = firewall.Dialect{
	Name:       "nftables",
	Title:      "nftables",
	Places:     []firewall.Place{firewall.AtServer, firewall.AtClient, firewall.Between},
	Trackings:  []firewall.Tracking{firewall.Conntrack, firewall.Helper, firewall.Stateless, firewall.Knock},
	Translates: true,
	Comment:    "#",
	Render: func(p *firewall.Plan) (string, []firewall.Note, error) {
		return render(p), notes(p), nil
	},
}

// tableName is the table that all the rules are in. Nothing outside of it is touched.
const tableName = "inet ferry"

// render writes the whole text.
func render(p *firewall.Plan) string {
	s := newSets(p)
	var chains []chain
	for _, c := range slices.Concat(assign(p, s), filters(p, s), translations(p)) {
		if len(c.lines) > 0 || c.policy == firewall.Drop {
			chains = append(chains, c)
		}
	}

	var b strings.Builder
	b.WriteString(p.Header("#"))
	b.WriteString("\n# The first two lines make sure that the table is there and remove it, so the file\n" +
		"# can be loaded again and again: nft -f changes everything at once, or nothing.\n")
	b.WriteString("table " + tableName + "\ndelete table " + tableName + "\n\n")
	b.WriteString("table " + tableName + " {\n")
	gap := ""
	for _, text := range s.declarations(p) {
		b.WriteString(gap + text)
		gap = "\n"
	}
	for i := range chains {
		b.WriteString(gap + chains[i].text())
		gap = "\n"
	}
	b.WriteString("}\n")
	return b.String()
}
