package ftp

import "strings"

// Verb is the name of a command in upper case: "RETR", or with the
// subcommand "SITE CHMOD" (RFC 959 §4.1).
type Verb string

// Command is one command line: the verb and its argument, both without the
// space between them. An absent argument and an empty one are the same.
type Command struct {
	Verb Verb
	Arg  string
}

// ParseCommand splits a line (without its end of line) into a command. The
// verb is folded to upper case (RFC 959 §5.3); the argument is what follows the
// first space, unchanged: a pathname may begin or end with spaces. Leading
// spaces before the verb are not skipped, as the grammar has none.
func ParseCommand(line string) Command {
	verb, arg, _ := strings.Cut(line, " ")
	return Command{Verb: Verb(upper(verb)), Arg: arg}
}

// Sub splits the argument once more, as SITE, OPTS and STAT's relatives need
// it: Sub of "SITE chmod 644 a b" is "SITE CHMOD" with the argument "644 a b".
// A command without an argument is its own Sub.
func (c Command) Sub() Command {
	if c.Arg == "" {
		return c
	}
	word, rest, _ := strings.Cut(c.Arg, " ")
	return Command{Verb: c.Verb + " " + Verb(upper(word)), Arg: rest}
}

// String is the command line without its end of line.
func (c Command) String() string {
	if c.Arg == "" {
		return string(c.Verb)
	}
	return string(c.Verb) + " " + c.Arg
}

// upper folds ASCII letters only: other bytes are nobody's business. It
// returns s itself where nothing changes, which costs nothing.
func upper(s string) string {
	for i := 0; i < len(s); i++ {
		if 'a' <= s[i] && s[i] <= 'z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'a' <= b[i] && b[i] <= 'z' {
					b[i] -= 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
