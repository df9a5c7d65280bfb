package system

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// UserList is a list of names as userlist_file and chroot_list_file have it: one a
// line, exactly as it is written but for white space around it. Comments do no
// harm, as no user is called "# guests".
type UserList struct {
	names map[string]bool
}

// longestUserList is the most bytes of a list that are read.
const longestUserList = 16 << 20

// ReadUserList reads the list of a file. vsftpd refuses every session when the
// file is not there, and so should the caller.
func ReadUserList(name string) (*UserList, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading the list of users: %w", err)
	}
	defer func() { _ = f.Close() }()
	return ParseUserList(f)
}

// ParseUserList reads a list.
func ParseUserList(r io.Reader) (*UserList, error) {
	text, err := io.ReadAll(io.LimitReader(r, longestUserList+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading the list of users: %w", err)
	case len(text) > longestUserList:
		return nil, fmt.Errorf("the list of users is longer than %d bytes", longestUserList)
	}
	list := &UserList{names: make(map[string]bool)}
	for line := range strings.Lines(string(text)) {
		if name := strings.TrimSpace(line); name != "" {
			list.names[name] = true
		}
	}
	return list, nil
}

// Has says whether a name is in the list, which may be nil.
func (l *UserList) Has(name string) bool { return l != nil && l.names[name] }

// Denied is userlist_enable: whether a name, also one of the anonymous login, is
// refused when USER comes, with "530 Permission denied." and before a password
// could be sent. Under deny (userlist_deny) the names of the list are refused, else all
// others. An empty list that says who may log in lets nobody in; vsftpd takes it
// for no list.
func (l *UserList) Denied(name string, deny bool) bool { return l.Has(name) == deny }
