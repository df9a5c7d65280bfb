package shell

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"ferry/internal/carry"
)

func localCommands() []*command {
	return []*command{
		{name: "lcd", usage: "[FOLDER]", help: "Change the folder here; alone, to the home.", max: 1, args: "f", run: runLcd},
		{name: "lpwd", help: "Show the folder here.", run: runLpwd},
		{name: "lls", usage: "[ARGUMENT...]", help: "List the folder here (the command ls of this machine).", max: -1, args: "l", run: runLls},
		{name: "!", usage: "[COMMAND]", help: "Run a command of this machine; alone, a shell of it.", max: 1, args: "l", raw: true, run: runBang},
		{name: "history", help: "Show the lines of before.", run: runHistory},
		{name: "help", aliases: []string{"?"}, usage: "[COMMAND]", help: "Show the commands, or what one does.", max: 1, args: "c", run: runHelp},
		{name: "usage", usage: "COMMAND", help: "Show the arguments of a command.", min: 1, max: 1, args: "c", run: runUsage},
	}
}

func runLcd(_ context.Context, s *Shell, args []arg) error {
	name := "~"
	if len(args) == 1 {
		name = args[0].text
	}
	dir := strings.TrimSuffix(s.local(name), "/")
	if dir == "" {
		dir = "/"
	}
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", name)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", carry.ErrLocalRead, err)
	}
	s.here = dir
	return runLpwd(nil, s, nil) //nolint:staticcheck // It needs no context.
}

func runLpwd(_ context.Context, s *Shell, _ []arg) error {
	s.say("here: %s", s.here)
	return nil
}

func runLls(_ context.Context, s *Shell, args []arg) error {
	line := "ls"
	for _, a := range args {
		switch {
		case a.pipe:
			line += " |" + a.text
		case a.pattern:
			line += " " + a.text
		default:
			line += " '" + strings.ReplaceAll(a.text, "'", `'\''`) + "'"
		}
	}
	return s.system(line)
}

func runBang(_ context.Context, s *Shell, args []arg) error {
	if len(args) == 1 {
		return s.system(args[0].text)
	}
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	return s.system("exec " + shell)
}

// system runs a command line that the user has typed.
func (s *Shell) system(line string) error {
	cmd := s.command(line)
	if s.cfg.Terminal {
		cmd.Stdin = s.cfg.Input
	}
	return exitOf(line, cmd.Run())
}

func runHistory(_ context.Context, s *Shell, _ []arg) error {
	if s.history == nil {
		return wrongUse("there is no history: it is kept on a terminal only")
	}
	for i, line := range s.history.lines {
		s.say("%5d  %s", i+1, line)
	}
	return nil
}

func runUsage(_ context.Context, s *Shell, args []arg) error {
	c, err := lookUp(s.table, args[0].text)
	if err == nil {
		s.say("usage: %s", c.synopsis())
	}
	return err
}

func runHelp(_ context.Context, s *Shell, args []arg) error {
	if len(args) == 1 {
		c, err := lookUp(s.table, args[0].text)
		if err != nil {
			return err
		}
		s.say("%s", c.synopsis())
		if len(c.aliases) > 0 {
			s.say("also: %s", strings.Join(c.aliases, ", "))
		}
		for _, line := range wrap(c.help, max(s.width(), 60)-1) {
			s.say("  %s", line)
		}
		return nil
	}
	var names []string
	for _, c := range s.table {
		if c.run != nil {
			names = append(names, c.name)
			names = append(names, c.aliases...)
		}
	}
	slices.Sort(names)
	s.columns(names)
	for _, line := range wrap("help NAME says more of one. Any beginning of a name will do that is of one command alone.", max(20, cmp.Or(s.width(), 80))) {
		s.say("%s", line)
	}
	return nil
}

// columns prints words below each other.
func (s *Shell) columns(words []string) {
	widest := 0
	for _, w := range words {
		widest = max(widest, len(w))
	}
	width := s.width()
	if width <= 0 {
		width = 80
	}
	each := max(1, (width-1)/(widest+2))
	rows := (len(words) + each - 1) / each
	for row := range rows {
		var line strings.Builder
		for at := row; at < len(words); at += rows {
			fmt.Fprintf(&line, "%-*s", widest+2, words[at])
		}
		s.say("%s", strings.TrimRight(line.String(), " "))
	}
}

// wrap breaks a text into lines.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width-2 {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
