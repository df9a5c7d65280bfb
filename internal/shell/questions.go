package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// questions asks about each of several files, as prompt has it.
type questions struct {
	s    *Shell
	verb string
	all  bool
}

// questions begins to ask. A script is not asked, whatever prompt says: the lines
// that follow are commands, and many scripts have "prompt" to switch it off.
func (s *Shell) questions(verb string) *questions {
	return &questions{s, verb, !s.set.prompt || !s.cfg.Terminal}
}

// ask says whether a file is meant; errInterrupted ends them all.
func (q *questions) ask(ctx context.Context, name string) (bool, error) {
	if q.all {
		return true, nil
	}
	q.s.asking = true
	defer func() { q.s.asking = false }()
	for {
		shown := q.s.cfg.Printable(name)
		if width := q.s.width(); width > 0 {
			shown = tail(shown, width-len(q.verb)-30)
		}
		answer, err := q.s.read(ctx, fmt.Sprintf("%s %s (y, n, all, quit)? ", q.verb, shown))
		if err != nil {
			return false, errInterrupted // the end of input answers no question
		}
		switch word := strings.ToLower(strings.TrimSpace(answer)); {
		case word == "" || begins(word, "yes"):
			return true, nil
		case begins(word, "no"):
			return false, nil
		case begins(word, "all") || word == "p": // p: ftp(1) switches prompt off
			q.all = true
			return true, nil
		case begins(word, "quit"):
			return false, errEnough
		}
		fmt.Fprintln(q.s.cfg.Output, "y transfers or removes it, n leaves it out, all does so with the rest too, quit leaves out the rest")
	}
}

// begins reports the beginning of a word.
func begins(prefix, word string) bool { return strings.HasPrefix(word, prefix) }

// errEnough is a question that was answered with quit.
var errEnough = errors.New("the rest is left out")

// tail keeps the end of a text.
func tail(text string, width int) string {
	runes := []rune(text)
	if width < 8 {
		width = 8
	}
	if len(runes) <= width {
		return text
	}
	return "..." + string(runes[len(runes)-width+3:])
}
