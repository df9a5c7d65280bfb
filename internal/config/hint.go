package config

import "strings"

// The hints that several complaints share.
const (
	hintCarriageReturn = "the line ends with a carriage return: save the file with Unix line ends (sed -i 's/\\r$//' FILE)"
	hintSpace          = "no space is allowed around the ="
	hintQuotes         = "values are written without quotes"
	hintComment        = "a comment takes a line of its own, with the # in the first column"
)

// hintUnknown guesses what a name that is no option was meant to be.
func hintUnknown(name string) string {
	trimmed := trimSpace(strings.TrimPrefix(name, "\ufeff"))
	known := func(s string) bool { _, ok := Lookup(s); return ok }
	switch {
	case strings.HasPrefix(trimmed, "#"):
		return "a comment must have its # in the first column"
	case strings.HasPrefix(name, "\ufeff"):
		return "the file begins with a byte order mark: save it as UTF-8 without one"
	case trimmed == "":
		return "write NAME=VALUE"
	case trimmed != name && known(trimmed):
		return hintSpace
	}
	if hint, ok := foreign[trimmed]; ok {
		return hint
	}
	plain := strings.ReplaceAll(strings.ToLower(trimmed), "-", "_")
	if known(plain) {
		return "did you mean " + plain + "?"
	}
	if first, _, more := strings.Cut(plain, " "); more && known(strings.TrimRight(first, ":")) {
		return "write " + strings.TrimRight(first, ":") + "=VALUE"
	}
	if names := nearest(plain); len(names) > 0 {
		return "did you mean " + strings.Join(names, " or ") + "?"
	}
	return ""
}

// hintMissing says how to write a setting that has no value; option is the zero
// Option if there is none of that name.
func hintMissing(name string, option Option) string {
	switch option.Kind {
	case Bool:
		return "write " + name + "=YES or " + name + "=NO"
	case Number:
		return "write " + name + "=NUMBER, for example the default " + name + "=" + option.Default
	case String:
		return ""
	}
	return hintUnknown(name)
}

// hintBool guesses what went wrong with a boolean.
func hintBool(value string) string {
	good := func(s string) bool { _, ok := parseBool(s); return ok }
	before, _, comment := strings.Cut(value, "#")
	switch {
	case strings.HasSuffix(value, "\r") && good(value[:len(value)-1]):
		return hintCarriageReturn
	case good(trimSpace(value)):
		return hintSpace + " or at the end of the line"
	case quoted(value):
		return hintQuotes
	case comment && good(trimSpace(before)):
		return hintComment
	}
	return "write YES or NO"
}

// hintNumber guesses what went wrong with a number.
func hintNumber(value string) string {
	trimmed := trimSpace(value)
	before, _, comment := strings.Cut(value, "#")
	good := func(s string) bool { _, fault := parseNumber(s); return fault == numberGood && s != "" }
	switch {
	case strings.HasSuffix(value, "\r") && good(value[:len(value)-1]):
		return hintCarriageReturn
	case good(trimmed):
		return hintSpace + " or at the end of the line"
	case quoted(trimmed):
		return hintQuotes
	case comment && good(trimSpace(before)):
		return hintComment
	}
	return "write a number of digits only, without a unit"
}

// quoted reports whether a text begins and ends with the same quote.
func quoted(s string) bool {
	return len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0]
}
