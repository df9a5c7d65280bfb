package dialogue

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// Script is one dialogue file: what the server must be like, the tree that it
// shows, and the conversation.
type Script struct {
	File    string   // the path it was read from
	Options []string // "name=value", vsftpd.conf(5); see Config
	Users   []User   // accounts besides anonymous
	Only    []string // names of the servers it is for; empty: all
	IPv6    bool     // the control connection is IPv6

	steps []step
	tree  []entry
}

// User is an account that the server must have for a dialogue.
type User struct{ Name, Password string }

// entry is a file or folder of the tree, in the order in which they are made.
type entry struct {
	name string // slash-separated, relative
	dir  bool
	data []byte
	mode fs.FileMode
	time time.Time // modification time; zero: whatever it is
}

// Name is the file name without folder and extension.
func (s *Script) Name() string {
	base := filepath.Base(s.File)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// Config is Options for a server that shows the folder root: ${root} in them is
// its path.
func (s *Script) Config(root string) []string {
	out := make([]string, len(s.Options))
	for i, o := range s.Options {
		out[i] = strings.ReplaceAll(o, "${root}", root)
	}
	return out
}

// For reports whether the dialogue is for the server of that name.
func (s *Script) For(server string) bool {
	return len(s.Only) == 0 || slices.Contains(s.Only, server)
}

// Load reads a dialogue file. Every mistake in it is reported at once, each
// with its line.
func Load(file string) (*Script, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("dialogue: %w", err)
	}
	return Parse(file, b)
}

// Parse is Load on text; the file name is for messages.
func Parse(file string, text []byte) (*Script, error) {
	ar := txtar.Parse(text)
	s := &Script{File: file}
	var errs []error
	for _, f := range ar.Files {
		name := strings.TrimSuffix(f.Name, "/")
		if !fs.ValidPath(name) {
			errs = append(errs, fmt.Errorf("%s: bad file name %q", file, f.Name))
			continue
		}
		e := entry{name: name, dir: strings.HasSuffix(f.Name, "/"), data: f.Data, mode: 0o644}
		if e.dir {
			e.mode = 0o755
		}
		s.tree = append(s.tree, e)
	}
	for i, line := range strings.Split(string(ar.Comment), "\n") {
		if err := s.line(i+1, line); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, i+1, err))
		}
	}
	if len(s.steps) == 0 {
		errs = append(errs, fmt.Errorf("%s: no conversation in it", file))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s, nil
}

// line takes one line of the script.
func (s *Script) line(n int, line string) error {
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	if 'a' <= line[0] && line[0] <= 'z' {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return fmt.Errorf("%q is no line of a dialogue", line)
		}
		value = strings.TrimSpace(value)
		if name == "login" {
			s.steps = append(s.steps, step{line: n, op: opLogin, text: value})
			return nil
		}
		return s.directive(name, value)
	}
	st, err := parseStep(line)
	if err != nil {
		return err
	}
	st.line = n
	s.steps = append(s.steps, st)
	return nil
}

// directive takes one line about the server or the tree.
func (s *Script) directive(name, value string) error {
	first, rest, _ := strings.Cut(value, " ")
	switch name {
	case "config":
		if !strings.Contains(value, "=") {
			return fmt.Errorf("config %q: want name=value", value)
		}
		s.Options = append(s.Options, value)
	case "user":
		if first == "" || rest == "" {
			return errors.New("user: want a name and a password")
		}
		s.Users = append(s.Users, User{Name: first, Password: rest})
	case "only":
		s.Only = append(s.Only, strings.Fields(value)...)
	case "family":
		if value != "ip4" && value != "ip6" {
			return fmt.Errorf("family %q: want ip4 or ip6", value)
		}
		s.IPv6 = value == "ip6"
	case "mode":
		mode, err := strconv.ParseUint(first, 8, 9)
		if err != nil {
			return fmt.Errorf("mode %q: want octal permission bits and a name", value)
		}
		return s.change(rest, func(e *entry) { e.mode = fs.FileMode(mode) })
	case "mtime":
		at, err := time.Parse(time.RFC3339, first)
		if err != nil {
			return fmt.Errorf("mtime: %w", err)
		}
		return s.change(rest, func(e *entry) { e.time = at })
	default:
		return fmt.Errorf("unknown directive %q", name)
	}
	return nil
}

// change applies f to the entry of that name.
func (s *Script) change(name string, f func(*entry)) error {
	for i := range s.tree {
		if s.tree[i].name == name {
			f(&s.tree[i])
			return nil
		}
	}
	return fmt.Errorf("no file %q in this dialogue", name)
}

// password is that of a user of the script; anonymous has an address instead.
func (s *Script) password(user string) (string, bool) {
	if user == "anonymous" || user == "ftp" {
		return "dialogue@example.com", true
	}
	for _, u := range s.Users {
		if u.Name == user {
			return u.Password, true
		}
	}
	return "", false
}
