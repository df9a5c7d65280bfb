package account

import (
	"fmt"
	"strings"

	"ferry/vfs"
)

// The words for a set of permissions that have no permission's name.
const (
	permAll      = "all"
	permNone     = "none"
	permReadOnly = "read-only"
)

// PermNames lists the names of the permissions, in their order.
func PermNames() []string { return strings.Split(vfs.PermAll.String(), ",") }

// FormatPerm writes permissions: names with commas between them, or "all" or
// "none".
func FormatPerm(p vfs.Perm) string {
	if p == vfs.PermAll {
		return permAll
	}
	return p.String()
}

// ParsePerm reads permissions: names with commas between them, of which "all",
// "none" and "read-only" stand for several.
func ParsePerm(text string) (vfs.Perm, error) {
	var p vfs.Perm
	for word := range strings.SplitSeq(text, ",") {
		one, err := permByName(strings.TrimSpace(word))
		if err != nil {
			return 0, err
		}
		p |= one
	}
	return p, nil
}

func permByName(word string) (vfs.Perm, error) {
	switch word {
	case permAll:
		return vfs.PermAll, nil
	case permNone:
		return 0, nil
	case permReadOnly:
		return vfs.PermReadOnly, nil
	}
	for i, name := range PermNames() {
		if word == name {
			return 1 << i, nil
		}
	}
	return 0, fmt.Errorf("there is no permission %q: want all, none, read-only, or some of %s", word, strings.Join(PermNames(), ","))
}
