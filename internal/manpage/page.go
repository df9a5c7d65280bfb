package manpage

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Page is a manual page of section 1.
type Page struct {
	// Name is that of the command with hyphens, "ferry-get"; Short says in a few
	// words what it does.
	Name, Short string
	// Date is that of the program, Source its name and version, Manual the title of
	// the whole.
	Date           time.Time
	Source, Manual string
	// Synopsis are the command, in bold, and what may stand behind it, where words in
	// capitals are placeholders.
	Command, Arguments string
	// Sections follow in their order; one without text and terms is left out.
	Sections []Section
}

// Section is a part of a page.
type Section struct {
	Title string
	// Text is plain text; Verbatim says that all its lines stay as they are.
	Text     string
	Verbatim bool
	// Terms come behind the text.
	Terms []Term
}

// Term is a word or flag with its meaning.
type Term struct {
	// Words are shown in bold, with commas between them, Value behind them in
	// italics; either may be empty.
	Words []string
	Value string
	Text  string
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 %s %s %s\n", quote(strings.ToUpper(p.Name)), p.Date.UTC().Format(time.DateOnly), quote(p.Source), quote(p.Manual))
	b.WriteString(".nh\n.ad l\n") // commands must not be cut apart
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", escape(p.Name), escape(p.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n\\fB%s\\fR %s\n", escape(p.Command), placeholders(p.Arguments))
	for _, s := range p.Sections {
		s.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s *Section) write(b *strings.Builder) {
	if strings.TrimSpace(s.Text) == "" && len(s.Terms) == 0 {
		return
	}
	fmt.Fprintf(b, ".SH %s\n", quote(strings.ToUpper(s.Title)))
	if s.Verbatim {
		writeVerbatim(b, strings.Split(strings.Trim(s.Text, "\n"), "\n"))
	} else {
		writeText(b, s.Text)
	}
	for _, t := range s.Terms {
		b.WriteString(".TP\n")
		for i, word := range t.Words {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "\\fB%s\\fR", escape(word))
		}
		if t.Value != "" {
			fmt.Fprintf(b, " \\fI%s\\fR", escape(t.Value))
		}
		b.WriteByte('\n')
		writeLine(b, strings.Join(strings.Fields(t.Text), " "))
	}
}
