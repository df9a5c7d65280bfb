package iptables

import (
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// A chain is what one hook of one table does.
type chain struct {
	table, hook string
	own         string // the name of a chain of its own that the hook jumps to
	policy      firewall.Action
	lines       []line
}

// A line is a rule, less its chain.
type line struct{ reason, spec string }

// layout lists the chains in the order in which they are to be loaded: what opens
// something comes after what it relies on.
var layout = []chain{
	{table: "raw", hook: "PREROUTING", own: "FERRY-HELPER-IN", policy: firewall.Accept},
	{table: "raw", hook: "OUTPUT", own: "FERRY-HELPER-OUT", policy: firewall.Accept},
	{table: "nat", hook: "PREROUTING", own: "FERRY-DNAT", policy: firewall.Accept},
	{table: "nat", hook: "POSTROUTING", own: "FERRY-SNAT", policy: firewall.Accept},
	{table: "filter", hook: "OUTPUT", own: "FERRY-OUT", policy: firewall.Accept},
	{table: "filter", hook: "FORWARD", own: "FERRY-FORWARD", policy: firewall.Accept},
	{table: "filter", hook: "INPUT", own: "FERRY-IN", policy: firewall.Accept},
}

// chains gives those that the plan fills, with its rules in their order.
func (t *tool) chains(p *firewall.Plan) []chain {
	all := slices.Clone(layout)
	at := func(table, hook string) *chain {
		return &all[slices.IndexFunc(all, func(c chain) bool { return c.table == table && c.hook == hook })]
	}
	for i := range p.Rules {
		r := &p.Rules[i]
		c := at("filter", filterHook(p, r.Toward))
		for _, spec := range t.specs(p, r) {
			c.add(line{r.Reason, spec})
		}
		if p.Facts.Tracking == firewall.Helper && r.Serves == firewall.Serves(firewall.ControlOut) {
			hook := "PREROUTING"
			if p.Facts.At == firewall.AtClient {
				hook = "OUTPUT"
			}
			c := at("raw", hook)
			for _, spec := range t.helped(p, r) {
				c.lines = append(c.lines, line{"the kernel assigns its FTP helper to no connection by itself (since Linux 6.0)", spec})
			}
		}
	}
	for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
		at("filter", filterHook(p, side)).policy = p.Default[side]
	}
	for i := range p.Translations {
		tr := &p.Translations[i]
		hook, specs := t.translated(tr)
		c := at("nat", hook)
		for _, spec := range specs {
			c.lines = append(c.lines, line{tr.Reason, spec})
		}
	}
	return slices.DeleteFunc(all, func(c chain) bool { return len(c.lines) == 0 && c.policy == firewall.Accept })
}

// add adds a line, unless it is there: FORWARD sees packets of both directions, so
// what names neither end is the same for both.
func (c *chain) add(l line) {
	if !slices.ContainsFunc(c.lines, func(other line) bool { return other.spec == l.spec }) {
		c.lines = append(c.lines, l)
	}
}

// filterHook is where the firewall meets packets toward a side.
func filterHook(p *firewall.Plan, toward firewall.Side) string {
	switch {
	case !p.Facts.Host():
		return "FORWARD"
	case toward == p.Facts.Inward():
		return "INPUT"
	default:
		return "OUTPUT"
	}
}

// tables names the tables of the chains, each once, in their order.
func tables(chains []chain) []string {
	var names []string
	for _, c := range chains {
		names = append(names, c.table)
	}
	return slices.Compact(names)
}

// write writes the lines, each reason once above those that it is for.
func (c *chain) write(b *strings.Builder, prefix string) {
	reason := ""
	for _, l := range c.lines {
		if l.reason != reason {
			reason = l.reason
			b.WriteString("# " + reason + "\n")
		}
		b.WriteString(prefix + " " + l.spec + "\n")
	}
}
