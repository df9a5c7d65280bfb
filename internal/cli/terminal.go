package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// isTerminal reports a file that is a terminal.
func isTerminal(file any) bool {
	f, ok := file.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth is the number of columns of a terminal, 0 for anything else.
func terminalWidth(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// askPassword asks on the terminal, without echo. The echo is off before the
// question is there, so that nothing typed early shows.
func askPassword(terminal *os.File, stderr io.Writer, question string) (string, error) {
	answers, err := askPasswords(terminal, stderr, question)
	if err != nil {
		return "", err
	}
	return answers[0], nil
}

// askPasswords asks several questions so. What is typed ahead of a question
// counts for it.
func askPasswords(terminal *os.File, stderr io.Writer, questions ...string) (passwords []string, err error) {
	defer quiet(stderr)()
	prompt := stderr
	if !isTerminal(stderr) {
		prompt = terminal // a question in a file is not seen
	}
	fd := int(terminal.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, &failure{fmt.Errorf("cannot ask for a password: %w", err)}
	}
	defer func() {
		if restoreErr := term.Restore(fd, before); restoreErr != nil && err == nil {
			err = &failure{fmt.Errorf("cannot give the terminal its echo back: %w", restoreErr)}
		}
	}()
	dialogue := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{terminal, prompt}, "")
	for _, question := range questions {
		password, err := dialogue.ReadPassword(question)
		switch {
		case errors.Is(err, io.EOF):
			// Ctrl-C is an end here: in raw mode it makes no signal.
			fmt.Fprint(prompt, "\r\n")
			return nil, &failure{errors.New("interrupted")}
		case err != nil:
			return nil, &failure{fmt.Errorf("cannot read the password: %w", err)}
		}
		passwords = append(passwords, password)
	}
	return passwords, nil
}

// printable makes a text of somebody else's fit for a terminal.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		q := strconv.Quote(s)
		return q[1 : len(q)-1]
	}
	return s
}
