package nft

import (
	"fmt"
	"strings"

	"ferry/internal/firewall"
)

// A chain is a base chain: rules at one hook of the kernel.
type chain struct {
	name     string
	comment  string // above the chain; may be empty
	kind     string // filter or nat
	hook     string
	priority string
	policy   firewall.Action // what becomes of packets that no rule decides
	lines    []line
}

// A line is one rule, and why it is there.
type line struct {
	reason string
	rule   string
}

// add appends a rule, unless the chain has the same one already: what is different
// only in its direction is the same where packets are forwarded.
func (c *chain) add(reason, rule string) {
	for _, l := range c.lines {
		if l.rule == rule {
			return
		}
	}
	c.lines = append(c.lines, line{reason, rule})
}

// text writes the chain. Rules with the same reason share one comment.
func (c *chain) text() string {
	var b strings.Builder
	if c.comment != "" {
		b.WriteString(comment("\t", c.comment))
	}
	fmt.Fprintf(&b, "\tchain %s {\n\t\ttype %s hook %s priority %s; policy %s;\n", c.name, c.kind, c.hook, c.priority, c.policy)
	for i, l := range c.lines {
		if i == 0 || c.lines[i-1].reason != l.reason {
			b.WriteString("\n" + comment("\t\t", l.reason))
		}
		b.WriteString("\t\t" + l.rule + "\n")
	}
	b.WriteString("\t}\n")
	return b.String()
}

// commentWidth is how long a line of comment may be, in letters after the indent.
const commentWidth = 90

// comment writes a text as comment, in as many lines as it needs.
func comment(indent, text string) string {
	var b strings.Builder
	row := indent + "#"
	used := 0
	for _, word := range strings.Fields(text) {
		if used > 0 && used+1+len(word) > commentWidth {
			b.WriteString(row + "\n")
			row, used = indent+"#", 0
		}
		row += " " + word
		used += 1 + len(word)
	}
	b.WriteString(row + "\n")
	return b.String()
}
