package system

import (
	"fmt"
	"slices"
	"strings"
)

// User is an account of the machine.
type User struct {
	Name     string
	UID, GID uint32
	// Groups are all groups of the user, GID first.
	Groups []uint32
	// Home is the directory as /etc/passwd says it: it may have "/./" in it,
	// or a token that stands for a name, and need not exist.
	Home string
	// Shell is /bin/sh where /etc/passwd says nothing.
	Shell string
	Gecos string

	// password is the second field of the line: "x" sends to /etc/shadow.
	password string
}

// maxGroups is Linux's limit of the groups of a process.
const maxGroups = 65536

// validName reports what may be looked up: a name that can stand in a line.
func validName(name string) bool {
	return name != "" && name[0] != '+' && name[0] != '-' && name[0] != '#' &&
		!strings.ContainsAny(name, ":\n\r\x00") && strings.TrimSpace(name) == name
}

// Lookup finds a user of /etc/passwd and the groups. Without one the error wraps
// ErrNoUser; other errors say what cannot be read. Of two lines with the name the
// first counts, and lines that make no sense do not.
func (f Files) Lookup(name string) (*User, error) {
	var u *User
	if validName(name) {
		err := eachLine(f.Passwd, func(line string) bool {
			if strings.HasPrefix(line, name+":") {
				u = parseUser(line)
			}
			return u == nil
		})
		if err != nil {
			return nil, err
		}
	}
	if u == nil {
		return nil, fmt.Errorf("user %q: %w", name, ErrNoUser)
	}
	var err error
	u.Groups, err = f.Groups(u)
	return u, err
}

// parseUser reads a line of passwd(5); nil if it is none.
func parseUser(line string) *User {
	fields, ok := record(line, 7)
	if !ok {
		return nil
	}
	uid, ok1 := id(fields[2])
	gid, ok2 := id(fields[3])
	if !ok1 || !ok2 {
		return nil
	}
	u := &User{
		Name: fields[0], UID: uid, GID: gid, Gecos: fields[4], Home: fields[5], Shell: fields[6],
		password: fields[1],
	}
	if u.Shell == "" {
		u.Shell = "/bin/sh"
	}
	return u
}

// Groups lists the groups of a user: GID first, then those of /etc/group that
// have the name as a member, each once. A list that is not there adds none.
func (f Files) Groups(u *User) ([]uint32, error) {
	groups := []uint32{u.GID}
	seen := map[uint32]bool{u.GID: true}
	err := eachLine(f.Group, func(line string) bool {
		fields, ok := record(line, 4)
		if !ok {
			return true
		}
		gid, ok := id(fields[2])
		if ok && !seen[gid] && slices.Contains(strings.Split(fields[3], ","), u.Name) {
			seen[gid] = true
			groups = append(groups, gid)
		}
		return len(groups) < maxGroups
	})
	if err != nil && !missing(err) {
		return nil, err
	}
	return groups, nil
}
