package iptables

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// builtin are the chains of the kernel's tables. A table that is restored names all
// of them, so that what it had before is gone.
var builtin = map[string][]string{
	"raw":    {"PREROUTING", "OUTPUT"},
	"nat":    {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"},
	"filter": {"INPUT", "FORWARD", "OUTPUT"},
}

// restore writes the text that iptables-restore reads. It replaces each table that
// it names, in one step each.
func restore(t *tool, p *firewall.Plan, chains []chain) string {
	var b strings.Builder
	b.WriteString(p.Header("#"))
	for _, table := range tables(chains) {
		fmt.Fprintf(&b, "\n*%s\n", table)
		of := func(hook string) *chain {
			i := slices.IndexFunc(chains, func(c chain) bool { return c.table == table && c.hook == hook })
			if i < 0 {
				return &chain{table: table, hook: hook, policy: unused(p, table, hook)}
			}
			return &chains[i]
		}
		for _, hook := range builtin[table] {
			fmt.Fprintf(&b, ":%s %s [0:0]\n", hook, strings.ToUpper(of(hook).policy.String()))
		}
		for _, hook := range builtin[table] {
			of(hook).write(&b, "-A "+hook)
		}
		b.WriteString("COMMIT\n")
	}
	return b.String()
}

// unused is the policy of a chain that the plan says nothing about. An end of FTP
// forwards nothing; a firewall between has ports of its own, which are no business of
// these rules, and of which nobody is to be locked out.
func unused(p *firewall.Plan, table, hook string) firewall.Action {
	if table == "filter" && hook == "FORWARD" && p.Facts.Host() {
		return firewall.Drop
	}
	return firewall.Accept
}
