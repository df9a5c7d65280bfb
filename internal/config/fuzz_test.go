package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzParse checks that no text breaks the parser, that every complaint points
// into the text and is fit for a terminal, and that a setting of the command
// line means what it means in a file.
func FuzzParse(f *testing.F) {
	for _, test := range allConftests(f) {
		for _, s := range test.sources {
			f.Add(s.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(Source{Name: "x", Text: text})
		all, _ := errors.AsType[Complaints](err)
		if err != nil && len(all) == 0 {
			t.Fatalf("an error without complaints: %v", err)
		}
		invalid, _ := errors.AsType[Complaints](c.Validate(false))
		lines := bytes.Split(text, []byte("\n"))
		for _, cs := range []Complaints{all, c.Warnings, invalid} {
			for _, complaint := range cs {
				checkComplaint(t, complaint, lines)
			}
		}
		for _, a := range c.Assignments {
			if a.Line < 1 || a.Line > len(lines) || !bytes.HasPrefix(lines[a.Line-1][a.Column-1:], []byte(a.Option.Name)) {
				t.Errorf("%s is not at %d:%d", a.Option.Name, a.Line, a.Column)
			}
		}
		if len(lines) == 1 && len(text) > 0 && text[0] != '#' && trimSpace(string(text)) != "" && len(text) <= maxFile {
			o, err2 := Parse(Source{Setting: true, Text: text})
			if o.Settings != c.Settings || (err == nil) != (err2 == nil) {
				t.Errorf("as a setting: %v; in a file: %v", err2, err)
			}
		}
	})
}

func checkComplaint(t *testing.T, c *Complaint, lines [][]byte) {
	t.Helper()
	if c.Cause == "" || c.Message == "" {
		t.Errorf("%+v says nothing", c)
	}
	if strings.ContainsFunc(c.Summary()+c.Text+c.Hint, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		t.Errorf("%q is not fit for a terminal", c.Error())
	}
	switch {
	case c.Line == 0:
		if c.Column != 0 {
			t.Errorf("%v has a column without a line", c)
		}
	case c.Line > len(lines):
		t.Errorf("%v is behind the end", c)
	case c.Column < 1 || c.Column > len(lines[c.Line-1])+1:
		t.Errorf("%v is outside of its line %q", c, lines[c.Line-1])
	}
}

// FuzzRoundTrip checks that what was read is written so that it reads the same.
func FuzzRoundTrip(f *testing.F) {
	for _, test := range allConftests(f) {
		for _, s := range test.sources {
			f.Add(s.Text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _ := Parse(Source{Name: "x", Text: text})
		for _, onlyChanged := range []bool{true, false} {
			written, err := Format(c.Settings, onlyChanged)
			if err != nil {
				t.Fatalf("a value of a line does not fit into a line: %v", err)
			}
			if len(written) > maxFile {
				continue
			}
			again, err := Parse(Source{Name: "y", Text: written})
			if err != nil {
				t.Fatalf("%q: %v", written, err)
			}
			if again.Settings != c.Settings {
				t.Errorf("%q is read as %+v, want %+v", written, again.Settings, c.Settings)
			}
		}
	})
}
