package vfs

import (
	"path"
	"strings"
)

// Rule says what may be done with a pathname and everything below it.
type Rule struct {
	// Prefix is an absolute pathname: "/" is the whole store, "/a" does not
	// hold "/ab". It need not be clean.
	Prefix string
	// Allow is all that may be done there: it adds nothing to what a shorter
	// prefix allows, it stands in its place.
	Allow Perm
}

// Subtrees returns a function for Policy.AllowAt: of the rules whose prefix
// holds a name the longest decides, of two with the same prefix the later one.
// Where no rule holds, nothing is allowed. The function takes absolute, clean
// pathnames and costs one look-up for each element of a name, as far as there
// are prefixes of that length, however many rules there are.
func Subtrees(rules []Rule) func(name string) Perm {
	allow := make(map[string]Perm, len(rules))
	longest := 0
	for _, r := range rules {
		prefix := path.Clean("/" + r.Prefix)
		allow[prefix] = r.Allow
		longest = max(longest, len(prefix))
	}
	return func(name string) Perm {
		if len(name) > longest {
			// What no prefix reaches needs no look-up.
			name = parent(name[:longest+1])
		}
		for {
			if perm, ok := allow[name]; ok || name == "/" || name == "" {
				return perm
			}
			name = parent(name)
		}
	}
}

// parent is name up to its last slash; a name without one has no parent, which
// is the empty string.
func parent(name string) string {
	switch i := strings.LastIndexByte(name, '/'); {
	case i > 0:
		return name[:i]
	case i == 0:
		return "/"
	}
	return ""
}
