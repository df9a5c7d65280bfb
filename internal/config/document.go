package config

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
)

const intro = "# Configuration\n" + `
This page is generated from the table of options in internal/config.

ferry reads the language of vsftpd.conf(5). Files and settings of the command
line (` + "`-oNAME=VALUE`" + `) take effect in the order in which they are given; the later
one wins.

- One ` + "`name=value`" + ` on a line. Names are case-sensitive; spaces before the name are
  skipped, spaces around the ` + "`=`" + ` and at the end of the line belong to name or value.
- A comment has its ` + "`#`" + ` in the first column and takes the whole line. Empty lines
  say nothing. Lines end with a newline; a carriage return belongs to the value.
- A boolean is YES, TRUE or 1, NO, FALSE or 0, in any case.
- A number is decimal, or octal if it begins with 0. It has no unit: times are in
  seconds, rates in bytes per second.
- A text goes to the end of the line, without quotes; the empty text unsets the
  option.
- A file is regular and at most 100000 bytes long. It need not belong to the user
  that starts the server; root does not follow one that others can write.

Defaults are those that vsftpd has compiled in (Debian's build), which differ
here and there from its manual page.

The column *ferry* says whether ferry acts on an option:

- **yes**: it does what the option says.
- **no effect**: it can safely be ignored, and is reported at start, unless it is
  at the value named, at which ferry does what is asked anyway.
- **refused**: ignoring it would be unsafe, so the server does not start, unless it
  is at the value named.
`

// Markdown renders docs/configuration.md: the rules of the language, a table of
// every option and the list of complaints.
func Markdown() []byte {
	var b bytes.Buffer
	b.WriteString(intro)
	for _, s := range sections() {
		fmt.Fprintf(&b, "\n## %s\n\n| option | type | default | ferry | meaning |\n|---|---|---|---|---|\n", s.title)
		for _, o := range s.options {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n",
				o.Name, o.Kind, cell(code(o.Default)), supportOf(o), cell(meaning(o)))
		}
	}
	b.WriteString("\n## Complaints\n\nEach complaint has a stable name.\n\n| name | severity | meaning |\n|---|---|---|\n")
	for _, c := range causes {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Cause, c.Severity, cell(c.Meaning))
	}
	return b.Bytes()
}

// Table renders every option as plain text in columns, for a terminal.
func Table() []byte {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "OPTION\tTYPE\tDEFAULT\tFERRY\tMEANING") // a bytes.Buffer takes everything
	for _, o := range Options() {
		value := o.Default
		if value == "" {
			value = "-"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.Name, o.Kind, value, o.Support, meaning(o))
	}
	_ = w.Flush()
	return b.Bytes()
}

// supportOf is the support and the value that is honoured all the same.
func supportOf(o Option) string {
	if o.Honoured == "" {
		return o.Support.String()
	}
	return o.Support.String() + " (honoured: " + code(o.Honoured) + ")"
}

// meaning is what an option does, and why ferry does not do it.
func meaning(o Option) string {
	m := o.Doc
	if o.Origin != "vsftpd" {
		m += " (ferry's own)"
	}
	if o.Why != "" {
		m += "; " + o.Support.String() + ": " + o.Why
	}
	return m
}

func code(s string) string {
	if s == "" {
		return "(none)"
	}
	return "`" + s + "`"
}

// cell makes text fit for a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
