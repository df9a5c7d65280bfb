package nft

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ferry/internal/firewall"
)

const (
	// knockSize is how many addresses of a family may have passive ports open.
	knockSize = 65536
	// knockLinger is how long an address keeps its passive ports after one of its
	// control connections has ended. It is not zero, for other sessions of the address
	// may go on; they knock again with their next command.
	knockLinger = 10 * time.Second
)

// knockName names the set of addresses that have a live control connection.
func knockName(family firewall.Family) string { return fmt.Sprintf("knocked%d", family) }

// knockSet declares it.
func knockSet(family firewall.Family, timeout time.Duration) string {
	return fmt.Sprintf("\t# addresses with a live control connection\n\tset %s {\n\t\ttype %s\n\t\tsize %d\n\t\tflags dynamic,timeout\n\t\ttimeout %s\n\t}\n",
		knockName(family), addrType(family), knockSize, seconds(timeout))
}

// knock puts before the chain's rules those that keep the sets. They are rules of
// their own without a verdict: where a set is full they end without effect, and the
// control connection goes on.
func (c *chain) knock(p *firewall.Plan, s *sets) {
	var lines []line
	for i := range p.Rules {
		r := p.Rules[i]
		here := c.hook == "forward" || (c.hook == "input") == (r.Toward == p.Facts.Inward())
		if !here || r.Serves != firewall.Serves(firewall.ControlOut) && r.Serves != firewall.Serves(firewall.ControlBack) {
			continue
		}
		r.State = firewall.Established
		lines = append(lines, s.knockLines(&r, p.Facts.KnockTime)...)
	}
	slices.SortStableFunc(lines, func(a, b line) int { return strings.Compare(a.reason, b.reason) })
	// The rules for the loopback interface and for invalid packets come first.
	at := 0
	for at < len(c.lines) && !strings.Contains(c.lines[at].rule, "tcp") {
		at++
	}
	c.lines = append(c.lines[:at:at], append(lines, c.lines[at:]...)...)
}

// knockLines are the rules for one direction of control connections in one family.
//
// A command is told by PSH, which ends whatever a program sends (RFC 9293 §3.9.1.2,
// MUST-61). An ACK alone is none: the last one of a connection comes after its FINs
// and would open the ports for long. The kernel must have seen the handshake to its end
// (assured): established is said of whatever comes after the server's answer to a
// SYN, a second forged SYN or a forged ACK that looks late.
//
// FIN and RST only shorten what is there, so that an RST to a forged SYN adds nothing.
func (s *sets) knockLines(r *firewall.Rule, timeout time.Duration) []line {
	match, ip, set := strings.Join(s.match(r), " "), ipWord(r.Family), knockName(r.Family)
	if match == "" {
		return nil
	}
	end := fmt.Sprintf("%%s tcp flags & (fin | rst) != 0 ct direction %%s %s %%s @%s update @%s { %s %%[3]s timeout %s }",
		ip, set, set, ip, seconds(min(knockLinger, timeout)))
	const ended = "when one of its control connections ends, the address keeps its passive ports for a moment only; other sessions knock again"
	if r.Toward == firewall.Client {
		return []line{{ended, fmt.Sprintf(end, match, "reply", "daddr")}}
	}
	return []line{
		{
			"a command on an established control connection opens the passive ports to its address, and keeps them open",
			fmt.Sprintf("%s tcp flags & (fin | syn | rst | psh) == psh ct status assured ct direction original update @%s { %s saddr timeout %s }", match, set, ip, seconds(timeout)),
		},
		{ended, fmt.Sprintf(end, match, "original", "saddr")},
	}
}
