package shell

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// The limits of the history: lines that are kept, and bytes that are read.
const (
	maxHistory     = 1000
	maxHistoryFile = 1 << 20
)

// history is the lines of before, in a file that nobody else can read.
type history struct {
	path  string
	lines []string
	told  bool // that it cannot be written
}

// openHistory reads the file in a directory; there may be none yet.
func openHistory(dir string) *history {
	h := &history{path: filepath.Join(dir, "shell_history")}
	f, err := os.Open(h.path)
	if err != nil {
		return h // a history that cannot be read is none
	}
	defer func() { _ = f.Close() }() // it was read only
	info, err := f.Stat()
	if err != nil {
		return h
	}
	if over := info.Size() - maxHistoryFile; over > 0 {
		if _, err := f.Seek(over, io.SeekStart); err != nil {
			return h
		}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxHistoryFile))
	if err != nil {
		return h
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && utf8.ValidString(line) && !strings.ContainsFunc(line, isControl) {
			h.lines = append(h.lines, line)
		}
	}
	if over := len(h.lines) - maxHistory; over > 0 {
		h.lines = h.lines[over:]
		if over > maxHistory {
			h.rewrite()
		}
	}
	return h
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// rewrite makes the file as short as what is kept.
func (h *history) rewrite() {
	short := h.path + ".new"
	if err := os.WriteFile(short, []byte(strings.Join(h.lines, "\n")+"\n"), 0o600); err == nil {
		_ = os.Rename(short, h.path) // the long one does no harm
	}
}

// add keeps a line.
func (h *history) add(line string) error {
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return nil
	}
	h.lines = append(h.lines, line)
	if len(h.lines) > maxHistory {
		h.lines = h.lines[1:]
	}
	if err := os.MkdirAll(filepath.Dir(h.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Chmod(0o600), f.Close())
}

// remember keeps a line in the history, unless a password may be in it or it begins
// with a space.
func (s *Shell) remember(line string) {
	if s.history == nil || strings.TrimSpace(line) == "" || line[0] == ' ' || strings.ContainsFunc(line, isControl) || s.secret(line) {
		return
	}
	s.edit.Remember(line)
	if err := s.history.add(line); err != nil && !s.history.told {
		s.history.told = true
		fmt.Fprintln(s.cfg.Errors, "ferry: warning: the history is not kept:", s.cfg.Printable(err.Error()))
	}
}

// secret reports a line that may hold a password.
func (s *Shell) secret(line string) bool {
	name, rest := splitCommand(line)
	c, err := lookUp(s.table, name)
	if err != nil {
		return name != "" && len(strings.Fields(line)) > 1 // who knows what was meant
	}
	if c.name == "proxy" {
		return s.secret(rest)
	}
	words := strings.Fields(rest)
	switch c.name {
	case "user":
		return len(words) > 1
	case "account":
		return len(words) > 0
	case "quote", "site", "remopts", "$":
		// SITE PSWD and its like change passwords; a macro may log in.
		if c.name != "quote" {
			return c.name == "$" && len(words) > 1 || c.name == "site" && len(words) > 1 && strings.Contains(strings.ToUpper(words[0]), "PSW")
		}
		verb := ""
		if len(words) > 0 {
			verb = strings.ToUpper(words[0])
		}
		return verb == "PASS" || verb == "ACCT" || verb == "SITE" && s.secret(rest)
	case "open":
		_, after, found := strings.Cut(rest, "://")
		if !found {
			after = rest
		}
		before, _, at := strings.Cut(after, "@")
		return at && strings.Contains(before, ":")
	}
	return false
}
