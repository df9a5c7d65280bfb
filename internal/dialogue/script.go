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
	// DebianConf asks for a server with the vsftpd.conf of Debian's package.
	DebianConf bool

	steps []step
	tree  []entry
}

// User is an account that the server must have for a dialogue.
type User struct {
	Name, Password string
	UID            int // on a host
	// What an account: line says of a user of the system, see peers.HostUser;
	// groups are separated by commas.
	Home, Shell, Hash, Aging, Groups string
}

// entry is a file or folder of the tree, in the order in which they are made.
type entry struct {
	name string // slash-separated, relative
	dir  bool
	data []byte
	mode fs.FileMode
	time time.Time // modification time; zero: whatever it is
	// owner on a host; empty: what PopulateHost says.
	owner string
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

// family is the name of a server without what it has beside it: "ferry" for
// "ferry+pam".
func family(server string) string {
	name, _, _ := strings.Cut(server, "+")
	return name
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
		if value == "debian" {
			s.DebianConf, s.IPv6 = true, true
			return nil
		}
		if !strings.Contains(value, "=") {
			return fmt.Errorf("config %q: want name=value", value)
		}
		s.Options = append(s.Options, value)
	case "user":
		if first == "" || rest == "" {
			return errors.New("user: want a name and a password")
		}
		s.Users = append(s.Users, User{Name: first, Password: rest, UID: firstUID + len(s.Users)})
	case "account":
		return s.account(first, rest)
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
	case "owner":
		return s.change(rest, func(e *entry) { e.owner = first })
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

// account takes what a user of the system is like, as words name=value.
func (s *Script) account(name, words string) error {
	for i := range s.Users {
		if s.Users[i].Name == name {
			return s.Users[i].describe(words)
		}
	}
	return fmt.Errorf("account: no user: line for %q before it", name)
}

// describe sets the fields that the words name=value say.
func (u *User) describe(words string) error {
	for _, word := range strings.Fields(words) {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "home":
			u.Home = value
		case "shell":
			u.Shell = value
		case "hash":
			u.Hash = value
		case "aging":
			u.Aging = value
		case "groups":
			u.Groups = value
		default:
			return fmt.Errorf("account: %q: want home=, shell=, hash=, aging= or groups=", word)
		}
	}
	return nil
}

// change applies f to the entry of that name.
func (s *Script) change(name string, f func(*entry)) error {
	e := s.entry(name)
	if e == nil {
		return fmt.Errorf("no file %q in this dialogue", name)
	}
	f(e)
	return nil
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
