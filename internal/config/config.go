package config

import "slices"

// Assignment is one setting that was made, and where.
type Assignment struct {
	// File, Line and Column say where the name stands, as in Complaint.
	File         string
	Line, Column int
	// Option is what was assigned, by the spelling that was used.
	Option Option
	// Value is the text after the =, as it stands.
	Value string

	valueColumn int
	text        string // the whole line or setting
}

// Config is a configuration that was read.
type Config struct {
	// Settings is what the assignments make of the defaults. A caller may
	// change it before Validate.
	Settings Settings
	// Assignments is every assignment in the order in which they were made.
	Assignments []Assignment
	// Warnings is what vsftpd says nothing about, of severity Warning or Note,
	// in the order of the text.
	Warnings Complaints
}

// Effective lists the assignments that count: for each option the last one, in
// the order of the text.
func (c *Config) Effective() []Assignment {
	seen := make(map[string]bool)
	var last []Assignment
	for _, a := range slices.Backward(c.Assignments) {
		if name := a.Option.canonical(); !seen[name] {
			seen[name] = true
			last = append(last, a)
		}
	}
	slices.Reverse(last)
	return last
}

// NoEffect lists the effective assignments that ferry ignores: of options that
// are not implemented and can safely be ignored, at a value that asks for more
// than ferry does anyway.
func (c *Config) NoEffect() []Assignment { return c.dishonoured(NoEffect) }

// Refused lists the effective assignments that ferry must not ignore and cannot
// follow. A server does not start while there is one.
func (c *Config) Refused() []Assignment { return c.dishonoured(Refused) }

func (c *Config) dishonoured(s Support) []Assignment {
	return slices.DeleteFunc(c.Effective(), func(a Assignment) bool {
		return a.Option.Support != s || a.Option.honours(a.Value)
	})
}

// assignment finds the effective assignment of the option name.
func (c *Config) assignment(name string) (Assignment, bool) {
	for _, a := range slices.Backward(c.Assignments) {
		if a.Option.canonical() == name {
			return a, true
		}
	}
	return Assignment{}, false
}

// complain makes a complaint about the value of an assignment.
func (a *Assignment) complain(s Severity, cause, message, hint string) *Complaint {
	return &Complaint{
		Severity: s, File: a.File, Line: a.Line, Column: a.valueColumn,
		Text: escape(a.text, maxShown), Message: message, Hint: hint, Cause: cause,
	}
}
