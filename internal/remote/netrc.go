package remote

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Login is what a .netrc file says about a machine.
type Login struct {
	Machine                 string // "" is the default
	User, Password, Account string
}

// Netrc is such a file: logins in their order.
type Netrc []Login

// maxNetrc is more than anybody keeps in such a file.
const maxNetrc = 1 << 20

// ReadNetrc reads the user's file; there may be none. exposed says that others
// may read the passwords in it.
func ReadNetrc() (logins Netrc, path string, exposed bool, err error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, "", false, nil //nolint:nilerr // Without a home there is no file either.
	}
	path = filepath.Join(home, ".netrc")
	if runtime.GOOS == "windows" {
		path = filepath.Join(home, "_netrc")
	}
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return nil, path, false, nil
	case err != nil:
		return nil, path, false, err
	case info.Size() > maxNetrc:
		return nil, path, false, fmt.Errorf("%s: too large", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, path, false, err
	}
	logins, err = ParseNetrc(string(text))
	if err != nil {
		return nil, path, false, fmt.Errorf("%s: %w", path, err)
	}
	return logins, path, runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0, nil
}

// Find gives the login for a host, and for a user if that is not "". The first
// that fits counts.
func (n Netrc) Find(host, user string) (Login, bool) {
	for _, l := range n {
		if (l.Machine == "" || strings.EqualFold(l.Machine, host)) && (user == "" || l.User == user) {
			return l, true
		}
	}
	return Login{}, false
}

// ParseNetrc reads the text of a file: words "machine NAME", "default", "login
// X", "password X", "account X", and "macdef NAME", which lasts until an empty
// line and is left out. A word may stand in double quotes, with backslashes; a
// "#" before a word begins a comment, but not before a value.
func ParseNetrc(text string) (Netrc, error) {
	var found Netrc
	s := netrcScanner{text: text, line: 1}
	for {
		word, ok, err := s.word(true)
		if err != nil || !ok {
			return found, err
		}
		switch word {
		case "default":
			found = append(found, Login{})
			continue
		case "macdef":
			s.skipMacro()
			continue
		case "machine", "login", "user", "password", "account":
		default:
			return nil, fmt.Errorf("line %d: want machine, default, login, password, account or macdef, not %q", s.line, word)
		}
		value, ok, err := s.word(false)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			return nil, fmt.Errorf("line %d: %s has nothing behind it", s.line, word)
		case word == "machine":
			if value == "" {
				return nil, fmt.Errorf("line %d: the machine has no name", s.line)
			}
			found = append(found, Login{Machine: value})
			continue
		case len(found) == 0:
			return nil, fmt.Errorf("line %d: %s belongs to no machine", s.line, word)
		}
		l := &found[len(found)-1]
		switch word {
		case "password":
			l.Password = value
		case "account":
			l.Account = value
		default:
			l.User = value
		}
	}
}

// netrcScanner takes a text apart into words.
type netrcScanner struct {
	text string
	line int
}

// word gives the next word; comments says that there may be one before it.
func (s *netrcScanner) word(comments bool) (word string, ok bool, err error) {
	for s.text != "" {
		switch c := s.text[0]; {
		case c == '\n':
			s.line++
			s.text = s.text[1:]
		case c == ' ' || c == '\t' || c == '\r':
			s.text = s.text[1:]
		case c == '#' && comments:
			_, rest, found := strings.Cut(s.text, "\n")
			if s.text = rest; found {
				s.line++
			}
		case c == '"':
			return s.quoted()
		default:
			end := strings.IndexAny(s.text, " \t\r\n")
			if end < 0 {
				end = len(s.text)
			}
			word, s.text = s.text[:end], s.text[end:]
			return word, true, nil
		}
	}
	return "", false, nil
}

func (s *netrcScanner) quoted() (word string, ok bool, err error) {
	var b strings.Builder
	for i := 1; i < len(s.text); i++ {
		switch c := s.text[i]; c {
		case '"':
			s.text = s.text[i+1:]
			return b.String(), true, nil
		case '\n':
			return "", false, fmt.Errorf("line %d: the quote is never closed", s.line)
		case '\\':
			if i++; i < len(s.text) && s.text[i] != '\n' {
				b.WriteByte(s.text[i])
			} else {
				i--
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", false, fmt.Errorf("line %d: the quote is never closed", s.line)
}

// skipMacro leaves out everything up to an empty line.
func (s *netrcScanner) skipMacro() {
	for s.text != "" {
		line, rest, _ := strings.Cut(s.text, "\n")
		s.text = rest
		s.line++
		if strings.TrimRight(line, "\r") == "" {
			return
		}
	}
}
