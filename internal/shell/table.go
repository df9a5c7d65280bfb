package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A command is a line of the table.
type command struct {
	name    string
	aliases []string
	// usage is what stands behind the name, help what it does, in one sentence.
	usage, help string
	// min and max are how many arguments it takes; max -1 is any number.
	min, max int
	// connected is a command that needs a server.
	connected bool
	// pipes says that an argument "|command" takes the rest of the line.
	pipes bool
	// raw is a command that gets the rest of the line as one argument, as typed.
	raw bool
	// changes says that names on the server may be others afterwards.
	changes bool
	// args says what completes the arguments, a letter for each, the last for all
	// further ones: r a name of the server, d a directory of it, l a name here, f a
	// folder here, c a command, o a word of the usage, m a macro, "-" nothing.
	args string
	// run carries it out.
	run func(ctx context.Context, s *Shell, args []arg) error
}

// commands is the table, by theme and then in the order in which help shows them.
func commands() []*command {
	return slices.Concat(serverCommands(), directoryCommands(), fileCommands(), transferCommands(), settingCommands(),
		rawCommands(), macroCommands(), localCommands(), absentCommands())
}

// called reports a name of the command.
func (c *command) called(name string) bool { return c.name == name || slices.Contains(c.aliases, name) }

// begins reports a name of the command that begins so.
func (c *command) begins(prefix string) bool {
	if strings.HasPrefix(c.name, prefix) {
		return true
	}
	return slices.ContainsFunc(c.aliases, func(a string) bool { return strings.HasPrefix(a, prefix) })
}

// A usageError is a line that cannot be carried out as it stands.
type usageError struct{ text string }

// Error implements error.
func (e *usageError) Error() string { return e.text }

func wrongUse(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// lookUp finds a command by its name or by the beginning of it, if that is of one
// command alone.
func lookUp(table []*command, name string) (*command, error) {
	lower := strings.ToLower(name)
	var found []*command
	for _, c := range table {
		if c.called(lower) {
			return c, nil
		}
		if c.begins(lower) && c.run != nil {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if near := nearest(table, lower); near != "" {
			return nil, wrongUse("there is no command %q; did you mean %s? help lists all", name, near)
		}
		return nil, wrongUse("there is no command %q; help lists all", name)
	}
	var names []string
	for _, c := range found {
		names = append(names, c.name)
	}
	return nil, wrongUse("%q is short for several commands: %s", name, strings.Join(names, ", "))
}

// nearest is a command that differs by one letter, or by two that are exchanged.
func nearest(table []*command, name string) string {
	for _, c := range table {
		for _, known := range append([]string{c.name}, c.aliases...) {
			if len(known) > 1 && oneSlip(known, name) {
				return known
			}
		}
	}
	return ""
}

// oneSlip reports two words that one slip of the finger parts.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	at := 0
	for at < len(a) && a[at] == b[at] {
		at++
	}
	switch len(b) - len(a) {
	case 0:
		if at == len(a) || a[at+1:] == b[at+1:] {
			return true
		}
		return at+1 < len(a) && a[at] == b[at+1] && a[at+1] == b[at] && a[at+2:] == b[at+2:]
	case 1:
		return a[at:] == b[at+1:]
	}
	return false
}

// synopsis is the command with its arguments.
func (c *command) synopsis() string { return strings.TrimSpace(c.name + " " + c.usage) }

// parse reads the arguments of a command.
func (c *command) parse(rest string) ([]arg, error) {
	if c.raw {
		if rest == "" {
			return nil, nil
		}
		return []arg{{text: rest}}, nil
	}
	args, err := splitWords(rest, c.pipes)
	if err != nil {
		return nil, &usageError{err.Error()}
	}
	switch {
	case len(args) < c.min && c.min == c.max:
		return nil, wrongUse("%s wants %s: %s", c.name, plural(c.min, "argument"), c.synopsis())
	case len(args) < c.min:
		return nil, wrongUse("%s wants at least %s: %s", c.name, plural(c.min, "argument"), c.synopsis())
	case c.max == 0 && len(args) > 0:
		return nil, wrongUse("%s takes no arguments", c.name)
	case c.max >= 0 && len(args) > c.max:
		return nil, wrongUse("%s takes at most %s: %s (a name with spaces stands in double quotes)", c.name, plural(c.max, "argument"), c.synopsis())
	}
	return args, nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
