package manpage

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// page has each thing that a page can have.
func page() *Page {
	return &Page{
		Name: "ferry-try", Short: "Try - and see", Date: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Source: "ferry 1", Manual: "Ferry",
		Command: "ferry try", Arguments: "[options] URL... [LOCAL]",
		Sections: []Section{
			{Title: "Description", Text: "One line\nwith --flag and -x, but well-known.\n\n  ferry try  'it'\n\n  .dots \\ here\n.more text\n\n\n.another é"},
			{Title: "Nothing"},
			{Title: "Options", Terms: []Term{
				{Words: []string{"-x", "--xy"}, Value: "n", Text: "'quoted'\n text"},
				{Words: []string{"-v"}, Text: ".dot"},
			}},
			{Title: "Examples", Verbatim: true, Text: "  a\n    b\n"},
		},
	}
}

func TestPage(t *testing.T) {
	var b strings.Builder
	if err := page().Write(&b); err != nil {
		t.Fatal(err)
	}
	const want = `.TH "FERRY\-TRY" 1 2026-01-02 "ferry 1" "Ferry"
.nh
.ad l
.SH NAME
ferry\-try \- Try \- and see
.SH SYNOPSIS
\fBferry try\fR [options] \fIURL\fR... [\fILOCAL\fR]
.SH "DESCRIPTION"
One line
with \fB\-\-flag\fR and \fB\-x\fR, but well\-known.
.PP
.RS 4
.nf
ferry try  \(aqit\(aq
\&
\&.dots \(rs here
.fi
.RE
.PP
\&.more text
.PP
\&.another \[u00E9]
.SH "OPTIONS"
.TP
\fB\-x\fR, \fB\-\-xy\fR \fIn\fR
\(aqquoted\(aq text
.TP
\fB\-v\fR
\&.dot
.SH "EXAMPLES"
.RS 4
.nf
a
  b
.fi
.RE
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestGroff has groff read a page, and finds in what it prints all that was written.
func TestGroff(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("there is no groff")
	}
	var b strings.Builder
	if err := page().Write(&b); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(groff, "-man", "-ww", "-Tutf8", "-P-cbou")
	cmd.Stdin = strings.NewReader(b.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("groff: %v\n%s", err, stderr.String())
	}
	for _, want := range []string{"ferry-try - Try - and see", "with --flag and -x, but well-known.", "ferry try  'it'", `.dots \ here`, ".more text", "-x, --xy n", "'quoted' text"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("groff prints no %q:\n%s", want, out)
		}
	}
}

// FuzzText writes any text, in which no line becomes a request of roff.
func FuzzText(f *testing.F) {
	for _, s := range []string{"text", ".SH x", "'br", " .x\n\n  y", "\\fB", "a\n\n\n b\n\tc", "-", "--x (-y", "\xff\x00"} {
		f.Add(s)
	}
	known := map[string]bool{".PP": true, ".RS 4": true, ".nf": true, ".fi": true, ".RE": true}
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		writeText(&b, text)
		opened := 0
		for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\n"), "\n") {
			if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") && !known[line] {
				t.Errorf("%q: a line %q", text, line)
			}
			switch line {
			case ".nf":
				opened++
			case ".fi":
				opened--
			}
		}
		if opened != 0 {
			t.Errorf("%q: %d blocks are not closed", text, opened)
		}
	})
}
