package shell

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The limits of macros.
const (
	// maxMacroDepth is how deep macros may call each other.
	maxMacroDepth = 16
	// maxMacros is how many there may be, maxMacroLines how long one may be.
	maxMacros, maxMacroLines = 256, 1000
)

// initMacro is run behind each login.
const initMacro = "init"

func macroCommands() []*command {
	return []*command{
		{name: "macdef", usage: "[NAME]", help: "Define a macro: the lines that follow, up to an empty one. In them $1 is the first argument and so on, $i repeats all for each argument. Alone it shows the macros. One of the name init runs behind each login; ~/.netrc may define macros for a host.", max: 1, args: "-", run: runMacdef},
		{name: "$", usage: "NAME [ARGUMENT...]", help: "Run a macro.", min: 1, max: -1, args: "ml", run: runDollar},
	}
}

func runMacdef(ctx context.Context, s *Shell, args []arg) error {
	if len(args) == 0 {
		for _, name := range slices.Sorted(maps.Keys(s.macros)) {
			s.say("%s", name)
			for _, line := range s.macros[name] {
				s.say("\t%s", line)
			}
		}
		return nil
	}
	name := args[0].text
	if name == "" || strings.ContainsAny(name, " \t") {
		return wrongUse("%q is no name for a macro", name)
	}
	if len(s.macros) >= maxMacros {
		return wrongUse("there are %d macros already", maxMacros)
	}
	s.asking = true
	defer func() { s.asking = false }()
	var lines []string
	for {
		line, err := s.read(ctx, "macdef> ")
		switch {
		case errors.Is(err, errInterrupted):
			return err
		case err != nil && !errors.Is(err, io.EOF):
			return err
		case err != nil || line == "":
			s.macros[name] = lines
			return nil
		case len(lines) == maxMacroLines:
			return wrongUse("a macro has at most %d lines", maxMacroLines)
		}
		lines = append(lines, line)
	}
}

func runDollar(ctx context.Context, s *Shell, args []arg) error {
	return s.runMacro(ctx, args[0].text, texts(args[1:]))
}

// runMacro carries the lines of a macro out. It ends with the first error.
func (s *Shell) runMacro(ctx context.Context, name string, args []string) error {
	lines, ok := s.macros[name]
	if !ok {
		return wrongUse("there is no macro %q; macdef alone shows all", name)
	}
	if s.depth == maxMacroDepth {
		return wrongUse("the macro %s calls itself: more than %d macros within each other", name, maxMacroDepth)
	}
	s.depth++
	defer func() { s.depth-- }()
	rounds := 1
	if slices.ContainsFunc(lines, repeats) {
		rounds = len(args)
	}
	for round := range rounds {
		for _, line := range lines {
			if err := ctx.Err(); err != nil {
				return err
			}
			expanded := expandMacro(line, args, round)
			if len(expanded) > maxLine {
				return &usageError{errLong.Error()}
			}
			if err := s.carryOut(ctx, expanded); err != nil || s.done {
				return err
			}
		}
	}
	return nil
}

// repeats reports a line with $i.
func repeats(line string) bool {
	for i := 0; i+1 < len(line); i++ {
		switch {
		case line[i] == '\\':
			i++
		case line[i] == '$' && line[i+1] == 'i':
			return true
		}
	}
	return false
}

// expandMacro puts the arguments into a line: $1 and so on, $i for that of the
// round. Each stays one word, whatever is in it. A backslash takes the meaning from
// what follows, and stays for the words of the line; "\$" becomes "$".
func expandMacro(line string, args []string, round int) string {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\\' && i+1 < len(line):
			if i++; line[i] != '$' {
				b.WriteByte('\\')
			}
			b.WriteByte(line[i])
		case c == '$' && i+1 < len(line) && line[i+1] == 'i':
			i++
			if round < len(args) {
				b.WriteString(quoteArgument(args[round]))
			}
		case c == '$' && i+1 < len(line) && line[i+1] >= '0' && line[i+1] <= '9':
			end := i + 1
			for end < len(line) && line[end] >= '0' && line[end] <= '9' {
				end++
			}
			n, err := strconv.Atoi(line[i+1 : end])
			if err == nil && n >= 1 && n <= len(args) {
				b.WriteString(quoteArgument(args[n-1]))
			}
			i = end - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// quoteArgument is quoteWord for an argument of a macro, whose patterns stay
// patterns.
func quoteArgument(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if strings.IndexByte(" \t\r\n\"\\|", text[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
