package iptables

import (
	"fmt"
	"slices"
	"strings"

	"ferry/internal/firewall"
)

// functions are what the commands rest on. The new rules are written into chains that
// nothing jumps to yet; then one step puts them in force in the place of the old
// ones, so that at no moment half of them hold. A new jump goes to the end of its hook:
// what was there before decides first, and nobody loses what it has let in.
const functions = `# gone TABLE HOOK CHAIN takes a chain away, if it is there.
gone() {
	while TOOL -w -t "$1" -D "$2" -j "$3" 2>/dev/null; do :; done
	if TOOL -w -t "$1" -F "$3" 2>/dev/null; then TOOL -w -t "$1" -X "$3"; fi
}
# fresh TABLE HOOK CHAIN makes CHAIN-NEW, which nothing jumps to.
fresh() {
	gone "$1" "$2" "$3-NEW"
	TOOL -w -t "$1" -N "$3-NEW"
}
# force TABLE HOOK CHAIN puts CHAIN-NEW in the place of CHAIN, or at the end of HOOK.
force() {
	place=$(TOOL -w -t "$1" -S "$2" | grep -nx -e "-A $2 -j $3" | head -n 1 | cut -d : -f 1)
	if [ -n "$place" ]; then
		TOOL -w -t "$1" -R "$2" $((place - 1)) -j "$3-NEW" # line 1 is the policy
	else
		TOOL -w -t "$1" -A "$2" -j "$3-NEW"
	fi
	gone "$1" "$2" "$3"
	TOOL -w -t "$1" -E "$3-NEW" "$3"
}
`

// script writes commands for sh.
func script(t *tool, p *firewall.Plan, chains []chain) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n" + p.Header("#"))
	fmt.Fprintf(&b, "#\n# Run as root. Run again, it replaces its own rules and touches no others. To undo it:\n")
	for _, c := range chains {
		fmt.Fprintf(&b, "#   %[1]s -w -t %[2]s -D %[3]s -j %[4]s; %[1]s -w -t %[2]s -F %[4]s; %[1]s -w -t %[2]s -X %[4]s\n", t.command, c.table, c.hook, c.own)
	}
	b.WriteString("set -e\n\n" + strings.ReplaceAll(functions, "TOOL", t.command))
	for _, c := range chains {
		fmt.Fprintf(&b, "\n# table %s, chain %s\nfresh %s %s %s\n", c.table, c.hook, c.table, c.hook, c.own)
		if c.policy == firewall.Drop {
			c.lines = append(slices.Clone(c.lines), line{"everything else", label("default") + " -j DROP"})
		}
		c.write(&b, fmt.Sprintf("%s -w -t %s -A %s-NEW", t.command, c.table, c.own))
	}
	b.WriteString("\n# All at once, and away with what an earlier run had besides.\n")
	for _, c := range layout {
		verb := "gone"
		if slices.ContainsFunc(chains, func(other chain) bool { return other.own == c.own }) {
			verb = "force"
		}
		fmt.Fprintf(&b, "%s %s %s %s\n", verb, c.table, c.hook, c.own)
	}
	return b.String()
}
