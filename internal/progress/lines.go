package progress

import (
	"fmt"
	"strconv"
	"strings"

	"ferry/internal/carry"
)

// line is what a person is told of an event, and by which of the two Writers; ""
// is nothing.
func (d *Display) line(e carry.Event) (*Writer, string) {
	name := nameOf(e)
	switch e.Kind {
	case "done":
		return d.stdout, fmt.Sprintf("%s -> %s  %s in %s\n", name, printable(otherName(e)), countOf64(e.Bytes), brief(e.Elapsed))
	case "skip":
		return d.stdout, fmt.Sprintf("%s: left out: %s\n", name, printable(e.Why))
	case "retry":
		return d.stderr, fmt.Sprintf("ferry: %s: %s; again in %s\n", name, d.cfg.Explain(e.Err), brief(e.Elapsed))
	case "error":
		if d.cfg.Failures {
			return d.stderr, fmt.Sprintf("ferry: %s: %s\n", name, d.cfg.Explain(e.Err))
		}
	}
	return nil, ""
}

// nameOf is the name of the file where it comes from, fit for a terminal.
func nameOf(e carry.Event) string {
	if e.Upload {
		return printable(e.Local)
	}
	return printable(e.Remote)
}

// otherName is its name at the other end.
func otherName(e carry.Event) string {
	if e.Upload {
		return e.Remote
	}
	return e.Local
}

// countOf64 is the number of bytes of a file.
func countOf64(n int64) string { return strconv.FormatInt(n, 10) + " bytes" }

// printable makes a name fit for a terminal: what does not print is escaped, as
// the servers choose the names.
func printable(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return s
	}
	q := strconv.Quote(s)
	return q[1 : len(q)-1]
}
