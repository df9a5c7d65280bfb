package manpage

import (
	"fmt"
	"regexp"
	"strings"
)

// writeText writes plain text: paragraphs between empty lines, and lines that begin
// with a blank as they are.
func writeText(b *strings.Builder, text string) {
	var verbatim []string
	fresh := true // the heading is a break already
	flush := func() {
		if len(verbatim) > 0 {
			if !fresh {
				b.WriteString(".PP\n")
			}
			writeVerbatim(b, verbatim)
			verbatim, fresh = nil, false
		}
	}
	begin := true // of a paragraph
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		switch {
		case strings.TrimSpace(line) == "":
			if len(verbatim) > 0 {
				verbatim = append(verbatim, "")
			}
			begin = true
			continue
		case line[0] == ' ' || line[0] == '\t':
			verbatim = append(verbatim, line)
			continue
		}
		if len(verbatim) > 0 {
			begin = true
		}
		flush()
		if begin && !fresh {
			b.WriteString(".PP\n")
		}
		begin, fresh = false, false
		writeLine(b, line)
	}
	flush()
}

// writeVerbatim writes lines as they are, but for what they are indented alike.
func writeVerbatim(b *strings.Builder, lines []string) {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	indent := -1
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "\t", "        ")
		if own := len(lines[i]) - len(strings.TrimLeft(lines[i], " ")); lines[i] != "" && (indent < 0 || own < indent) {
			indent = own
		}
	}
	b.WriteString(".RS 4\n.nf\n")
	for _, line := range lines {
		b.WriteString(guard(escape(line[min(max(indent, 0), len(line)):])) + "\n")
	}
	b.WriteString(".fi\n.RE\n")
}

// flagWords are flags in a text.
var flagWords = regexp.MustCompile(`(^|[\s(])(--?[A-Za-z][A-Za-z0-9-]*)`)

// writeLine writes a line that may be filled, with its flags in bold.
func writeLine(b *strings.Builder, line string) {
	var done strings.Builder
	at := 0
	for _, m := range flagWords.FindAllStringSubmatchIndex(line, -1) {
		done.WriteString(escape(line[at:m[4]]))
		fmt.Fprintf(&done, "\\fB%s\\fR", escape(line[m[4]:m[5]]))
		at = m[5]
	}
	done.WriteString(escape(line[at:]))
	b.WriteString(guard(done.String()) + "\n")
}

// capitals are the placeholders of a synopsis.
var capitals = regexp.MustCompile(`[A-Z][A-Z0-9_]*`)

// placeholders writes what may stand behind a command.
func placeholders(text string) string {
	return capitals.ReplaceAllStringFunc(escape(text), func(word string) string { return "\\fI" + word + "\\fR" })
}

// escape writes text so that roff prints it as it is.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\(rs`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r == '"':
			b.WriteString(`\(dq`)
		case r < ' ' || r == 0x7f:
			b.WriteByte(' ')
		case r > '~':
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// guard keeps the beginning of a line from being a request.
func guard(line string) string {
	if strings.HasPrefix(line, ".") || line == "" {
		return `\&` + line
	}
	return line
}

// quote writes an argument of a macro.
func quote(text string) string { return `"` + escape(text) + `"` }
