package config

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// oops is how vsftpd begins every complaint.
const oops = "500 OOPS: "

// place is a line of a file, or an argument of the command line.
type place struct {
	file string
	line int
}

// line reads one NAME=VALUE as vsftpd does. The text ends at a NUL, as it does
// in C; spaces before the name are skipped, every other one belongs to the name
// or to the value.
func (l *loader) line(at place, text string) {
	whole := text
	text, _, _ = strings.Cut(text, "\x00")
	start := 0
	for start < len(text) && isSpace(text[start]) {
		start++
	}
	name, value, found := strings.Cut(text[start:], "=")
	valueColumn := start + len(name) + 1
	if found {
		valueColumn++
	}
	fail := func(column int, cause, message, hint string) {
		l.errors = append(l.errors, &Complaint{
			File: at.file, Line: at.line, Column: column, Text: escape(whole, maxShown),
			Message: oops + message + escape(name, maxShown), Hint: hint, Cause: cause,
		})
	}

	option, known := Lookup(name)
	switch {
	case value == "" && (!known || option.Kind != String):
		fail(valueColumn, CauseValueMissing, "missing value in config file for: ", hintMissing(name, option))
		return
	case !known:
		fail(start+1, CauseOptionUnknown, "unrecognised variable in config file: ", hintUnknown(name))
		return
	}
	a := Assignment{
		File: at.file, Line: at.line, Column: start + 1, Option: option, Value: value,
		valueColumn: valueColumn, text: whole,
	}
	if !option.set(&l.config.Settings, value) {
		fail(valueColumn, CauseBoolMalformed, "bad bool value in config file for: ", hintBool(value))
		return
	}
	l.config.Assignments = append(l.config.Assignments, a)
	l.doubt(&a, found)
}

// doubt warns of what is odd about an assignment by itself.
func (l *loader) doubt(a *Assignment, hasValue bool) {
	if first, again := l.assigned[a.Option.canonical()]; again {
		l.warnings = append(l.warnings, &Complaint{
			Severity: Note, File: a.File, Line: a.Line, Column: a.Column,
			Text:    escape(a.text, maxShown),
			Message: fmt.Sprintf("%s is set a second time, line %d no longer counts", a.Option.Name, first),
			Hint:    "remove one of the lines", Cause: CauseAssignedTwice,
		})
	}
	if l.assigned != nil {
		l.assigned[a.Option.canonical()] = a.Line
	}
	if !hasValue {
		l.warn(a, Warning, CauseTextStray, a.Option.Name+" is unset by a line without =",
			"write "+a.Option.Name+"=VALUE, or "+a.Option.Name+"= to unset it")
	}
	switch a.Option.Kind {
	case Number:
		l.doubtNumber(a)
	case String:
		l.doubtText(a)
	case Bool:
		// A boolean is right or refused.
	}
}

func (l *loader) warn(a *Assignment, s Severity, cause, message, hint string) {
	l.warnings = append(l.warnings, a.complain(s, cause, message, hint))
}

// doubtNumber warns of a number that does not say what it is read as.
func (l *loader) doubtNumber(a *Assignment) {
	value, fault := parseNumber(a.Value)
	name := a.Option.Name
	shown := escape(a.Value, maxShown)
	read := fmt.Sprintf("%s=%s is read as %d", name, shown, value)
	if a.Option.Octal() {
		read = fmt.Sprintf("%s=%s is read as %#o", name, shown, value)
	}
	switch fault {
	case numberGarbage:
		l.warn(a, Warning, CauseNumberMalformed, read, hintNumber(a.Value))
	case numberNotOctal:
		l.warn(a, Warning, CauseNumberMalformed, read, "a leading 0 makes the number octal, which has no digits 8 and 9")
	case numberNegative:
		l.warn(a, Warning, CauseNumberRange, read, "write a number from 0 on")
	case numberTooLarge:
		l.warn(a, Warning, CauseNumberRange, read, "write a number up to 4294967295")
	case numberGood:
		octal := len(a.Value) > 1 && a.Value[0] == '0'
		switch {
		case octal && !a.Option.Octal():
			l.warn(a, Warning, CauseNumberBase, read, "a leading 0 makes the number octal")
		case !octal && value != 0 && a.Option.Octal():
			l.warn(a, Warning, CauseNumberBase, read, "permission bits are written in octal, with a leading 0: 0"+shown)
		}
	}
}

// doubtText warns of what was hardly meant to belong to a text.
func (l *loader) doubtText(a *Assignment) {
	name, value := a.Option.Name, a.Value
	keeps := func(s Severity, what, hint string) {
		l.warn(a, s, CauseTextStray, "the value of "+name+" keeps "+what, hint)
	}
	trimmed := trimSpace(value)
	switch {
	case strings.HasSuffix(value, "\r"):
		keeps(Warning, "a carriage return at its end", hintCarriageReturn)
	case trimmed != value:
		keeps(Warning, "the spaces around it", "write "+name+"=VALUE with no space at either end")
	case quoted(value):
		keeps(Warning, "its quotes", hintQuotes)
	case strings.Contains(value, " #") || strings.Contains(value, "\t#"):
		severity := Warning
		if name == "ftpd_banner" {
			severity = Note // a greeting may well hold a #
		}
		keeps(severity, "the comment behind it", hintComment)
	}
}

// reason is what the operating system says about a path, without the path.
func reason(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}
