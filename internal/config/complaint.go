package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Severity says what to do about a complaint.
type Severity uint8

const (
	// Error is what vsftpd refuses: the configuration cannot be used.
	Error Severity = iota
	// Warning is what vsftpd swallows though it hardly does what was meant.
	Warning
	// Note is a thing worth knowing that may well be meant.
	Note
)

// String is "error", "warning" or "note".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	case Note:
		return "note"
	default:
		return "severity(" + strconv.Itoa(int(s)) + ")"
	}
}

// Complaint is one thing that is wrong with a configuration, and where.
type Complaint struct {
	// Severity is Error unless the complaint stands in Config.Warnings.
	Severity Severity
	// File is the name of the file as it was given, "-o" for a setting of the
	// command line, or empty where the complaint is about no one place.
	File string
	// Line counts from 1; for "-o" it is the number of the argument. 0 means
	// the whole file.
	Line int
	// Column counts bytes from 1 in the line, or in the text after "-o". It is
	// 0 if Line is.
	Column int
	// Text is the offending line, cut to a printable length and with what does
	// not print escaped.
	Text string
	// Message is what vsftpd says, where it says anything ("500 OOPS: ...").
	Message string
	// Hint says what to do about it, or is empty.
	Hint string
	// Cause is the stable name of what is wrong: see Causes.
	Cause string
	// Err is the error of the operating system behind the complaint, or nil.
	Err error
}

// Position is "file:line:column", or what is known of it.
func (c *Complaint) Position() string {
	file := escape(c.File, maxShown)
	if c.Line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d:%d", file, c.Line, c.Column)
}

// Error is the position and the message, followed by a line with the offending
// text and one with the hint, if there are any.
func (c *Complaint) Error() string {
	var b strings.Builder
	b.WriteString(c.Summary())
	if c.Text != "" {
		b.WriteString("\n\t" + c.Text)
	}
	if c.Hint != "" {
		b.WriteString("\n\thint: " + c.Hint)
	}
	return b.String()
}

// Summary is the position and the message on one line.
func (c *Complaint) Summary() string {
	s := c.Message
	if c.Severity != Error {
		s = c.Severity.String() + ": " + s
	}
	if p := c.Position(); p != "" {
		s = p + ": " + s
	}
	return s
}

// Unwrap returns Err.
func (c *Complaint) Unwrap() error { return c.Err }

// Complaints is several complaints as one error, in the order of the text.
type Complaints []*Complaint

// Error is every complaint, one after the other.
func (cs Complaints) Error() string {
	texts := make([]string, len(cs))
	for i, c := range cs {
		texts[i] = c.Error()
	}
	return strings.Join(texts, "\n")
}

// Unwrap makes errors.As and errors.Is look at every complaint.
func (cs Complaints) Unwrap() []error {
	errs := make([]error, len(cs))
	for i, c := range cs {
		errs[i] = c
	}
	return errs
}

// err is the complaints as an error, nil if there are none.
func (cs Complaints) err() error {
	if len(cs) == 0 {
		return nil
	}
	return cs
}

// maxShown is the length in bytes from which text of a file is cut before it is
// shown. The longest option name and a usual path fit well.
const maxShown = 160

// escape makes text of a file fit for a terminal and a log: control bytes, what
// is not UTF-8 and what does not print are written as Go escapes, and a text
// longer than limit is cut.
func escape(text string, limit int) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if b.Len() >= limit {
			b.WriteString("...")
			break
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case strconv.IsPrint(r):
			b.WriteString(text[i : i+size])
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}
