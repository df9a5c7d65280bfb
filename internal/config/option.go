package config

import (
	"slices"
	"strconv"
	"sync"
)

// Kind is the type of an option's value.
type Kind uint8

const (
	// Bool is YES, TRUE or 1, NO, FALSE or 0, in any case.
	Bool Kind = iota + 1
	// Number is an unsigned number of 32 bits, octal if it begins with 0.
	Number
	// String is any text to the end of the line; the empty one means unset.
	String
)

// String names the kind as the documentation does.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "boolean"
	case Number:
		return "number"
	case String:
		return "string"
	default:
		return "kind(" + strconv.Itoa(int(k)) + ")"
	}
}

// Support says whether ferry acts on an option.
type Support uint8

const (
	// Implemented means that ferry does what the option says.
	Implemented Support = iota
	// NoEffect means that ferry accepts the option and can safely ignore it.
	NoEffect
	// Refused means that ignoring the option would be unsafe, so that ferry
	// does not start with it.
	Refused
)

// String names the support as the documentation does.
func (s Support) String() string {
	switch s {
	case Implemented:
		return "yes"
	case NoEffect:
		return "no effect"
	case Refused:
		return "refused"
	default:
		return "support(" + strconv.Itoa(int(s)) + ")"
	}
}

// Option describes one option of the configuration.
type Option struct {
	// Name is the name as it is written in a file.
	Name string
	// Kind is the type of the value.
	Kind Kind
	// Default is the value that holds when nothing is set, as it is written in
	// a file: YES or NO, a number (octal with a leading 0) or text. It is the
	// compiled default of vsftpd (Debian's build, and for TLS versions that of
	// 3.0.4 and later), not always that of the manual page.
	Default string
	// Support says whether ferry acts on the option.
	Support Support
	// Honoured is the value at which ferry does what is asked although the
	// option is not implemented: such an assignment is neither refused nor
	// reported. Empty means that only unsetting the option is honoured.
	Honoured string
	// Why says why the option is not implemented, or is empty.
	Why string
	// Doc says in one sentence what the option does.
	Doc string
	// Origin is "vsftpd" or, for ferry's own options, "ferry".
	Origin string
	// AliasOf is the option that this one is another spelling of, or empty.
	AliasOf string

	ref func(*Settings) any // *bool, *uint32 or *string, as Kind says
}

// Octal reports whether the number is a set of permission bits, which are
// written in octal.
func (o Option) Octal() bool {
	return o.Kind == Number && len(o.Default) > 1 && o.Default[0] == '0'
}

// Value is the value of the option in s, as it is written in a file.
func (o Option) Value(s *Settings) string {
	switch p := o.ref(s).(type) {
	case *bool:
		if *p {
			return "YES"
		}
		return "NO"
	case *uint32:
		if o.Octal() && *p != 0 {
			return "0" + strconv.FormatUint(uint64(*p), 8)
		}
		return strconv.FormatUint(uint64(*p), 10)
	case *string:
		return *p
	default:
		return ""
	}
}

// canonical is the name that the option goes by, whichever way it is spelled.
func (o Option) canonical() string {
	if o.AliasOf != "" {
		return o.AliasOf
	}
	return o.Name
}

// set stores the value that text has for vsftpd. It reports false, and stores
// nothing, for a text that is no value: an empty one for a boolean or a number,
// or a bad boolean. A number is never bad (see parseNumber).
func (o Option) set(s *Settings, text string) bool {
	switch p := o.ref(s).(type) {
	case *bool:
		v, ok := parseBool(text)
		if ok {
			*p = v
		}
		return ok
	case *uint32:
		if text == "" {
			return false
		}
		*p, _ = parseNumber(text)
	case *string:
		*p = text
	}
	return true
}

// honours reports whether ferry does what an assignment of text asks for.
func (o Option) honours(text string) bool {
	if o.Support == Implemented {
		return true
	}
	if o.Kind == Bool {
		want, ok := parseBool(o.Honoured)
		got, _ := parseBool(text)
		return ok && want == got
	}
	return text == o.Honoured
}

// section is one part of the table, with its title in the documentation.
type section struct {
	title   string
	options []Option
}

// sections is the whole table, in the order of the documentation.
var sections = sync.OnceValue(func() []section {
	all := []section{
		{"Listening and the process", listenOptions},
		{"Process and sandbox", sandboxOptions},
		{"Data connections", dataOptions},
		{"Who may log in", loginOptions},
		{"Files and permissions", fileOptions},
		{"Sessions and messages", sessionOptions},
		{"Limits and abuse", limitOptions},
		{"Logs", logOptions},
		{"TLS", tlsOptions},
		{"Client certificates and host names", clientCertOptions},
		{"Certificates by ACME", acmeOptions},
	}
	for i := range all {
		all[i].options = slices.Clone(all[i].options)
		for j := range all[i].options {
			if o := &all[i].options[j]; o.Origin == "" {
				o.Origin = "vsftpd"
			}
		}
	}
	return all
})

// index finds an option by its name.
var index = sync.OnceValue(func() map[string]Option {
	m := make(map[string]Option)
	for _, s := range sections() {
		for _, o := range s.options {
			m[o.Name] = o
		}
	}
	return m
})

// Options lists every option in the order of the documentation. The slice
// belongs to the caller.
func Options() []Option {
	var all []Option
	for _, s := range sections() {
		all = append(all, s.options...)
	}
	return all
}

// Lookup finds an option by its name, which is case-sensitive.
func Lookup(name string) (Option, bool) {
	o, ok := index()[name]
	return o, ok
}
