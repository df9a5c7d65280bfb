package daemon

import (
	"os/user"
	"strconv"
	"sync"
)

// names remembers what numbers are called: a listing asks for every line. They
// are few, as only owners of served files are asked for; beyond maxNames
// nothing is remembered.
type names struct {
	mu     sync.Mutex
	known  map[uint32]string
	lookup func(id string) (string, error)
}

const maxNames = 10_000

var (
	users = names{lookup: func(id string) (string, error) {
		u, err := user.LookupId(id)
		if err != nil {
			return "", err
		}
		return u.Username, nil
	}}
	groups = names{lookup: func(id string) (string, error) {
		g, err := user.LookupGroupId(id)
		if err != nil {
			return "", err
		}
		return g.Name, nil
	}}
)

func userName(id uint32) string  { return users.name(id) }
func groupName(id uint32) string { return groups.name(id) }

// name is what a number is called, or "" if nobody knows.
func (n *names) name(id uint32) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if name, ok := n.known[id]; ok {
		return name
	}
	name, err := n.lookup(strconv.FormatUint(uint64(id), 10))
	if err != nil {
		name = ""
	}
	if n.known == nil {
		n.known = make(map[uint32]string)
	}
	if len(n.known) < maxNames {
		n.known[id] = name
	}
	return name
}
