package cli

import (
	"bytes"
	"fmt"
	"strings"

	"ferry/internal/config"
)

// minMeaning is the width of the last column below which wrapping it would leave
// a rag of single words.
const minMeaning = 24

// optionTable prints options in columns. The last one, the meaning, is wrapped to
// the width of the terminal; with width 0 each option takes one line, whatever
// its length, so that grep finds it whole.
func optionTable(options []config.Option, width int) []byte {
	name, value, support := len("OPTION"), len("DEFAULT"), len("no effect")
	for _, o := range options {
		name, value = max(name, len(o.Name)), max(value, len(defaultOf(o)))
	}
	value = min(value, 24) // a few long pathnames stand out instead
	left := name + 2 + value + 2 + support + 2
	var b bytes.Buffer
	row := func(n, v, s, meaning string) {
		lines := []string{meaning}
		if room := width - left; width > 0 {
			lines = wrap(meaning, max(room, minMeaning))
		}
		if len(v) > value && width > 0 {
			// A default too long for its column pushes the rest to the next line.
			fmt.Fprintf(&b, "%-*s  %s\n", name, n, v)
			n, v = "", ""
		}
		fmt.Fprintf(&b, "%-*s  %-*s  %-*s  %s\n", name, n, value, v, support, s, lines[0])
		for _, line := range lines[1:] {
			fmt.Fprintf(&b, "%*s%s\n", left, "", line)
		}
	}
	row("OPTION", "DEFAULT", "FERRY", "MEANING")
	for _, o := range options {
		row(o.Name, defaultOf(o), o.Support.String(), o.Doc)
	}
	return b.Bytes()
}

func defaultOf(o config.Option) string {
	if o.Default == "" {
		return "-"
	}
	return o.Default
}

// describe prints all there is to know about each option.
func describe(options []config.Option) []byte {
	var b bytes.Buffer
	for i, o := range options {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s: %s\n", o.Name, o.Doc)
		line := func(label, text string) {
			if text != "" {
				fmt.Fprintf(&b, "  %-9s%s\n", label, text)
			}
		}
		line("type", o.Kind.String())
		value := o.Default
		if value == "" {
			value = "(unset)"
		}
		line("default", value)
		line("origin", o.Origin)
		if o.AliasOf != "" {
			line("same as", o.AliasOf)
		}
		support := o.Support.String()
		if o.Why != "" {
			support += ": " + o.Why
		}
		line("ferry", support)
		if o.Honoured != "" {
			line("", "ferry does what "+o.Name+"="+o.Honoured+" asks for")
		}
	}
	return b.Bytes()
}

// wrap breaks text at spaces into lines of at most width bytes, words that are
// longer left whole. There is always one line.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
