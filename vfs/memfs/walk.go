package memfs

import (
	"strings"

	"ferry/vfs"
)

// maxLinks is how many symbolic links one resolution follows, as Linux has it.
const maxLinks = 40

// place is where a name leads.
type place struct {
	dir  *node  // the directory that holds the last element; the root is in none
	base string // the last element, as it stands in dir
	node *node  // nil if there is none of that name
}

// walk resolves a valid name inside the store: an absolute link starts at the
// root, ".." at the root stays there. The last element need not exist; whether
// a link there is followed is for the caller to say.
func (f *FS) walk(name string, follow bool) (place, error) {
	at := place{node: f.root}
	rest := split(name)
	links := 0
	for len(rest) > 0 {
		element := rest[0]
		rest = rest[1:]
		switch {
		case at.node == nil:
			return place{}, vfs.ErrNotExist
		case !at.node.mode.IsDir():
			return place{}, vfs.ErrNotDir
		case len(element) > vfs.MaxElement:
			return place{}, vfs.ErrNameTooLong
		case element == "..":
			at = at.node.parentPlace()
			continue
		}
		next := place{dir: at.node, base: element, node: at.node.children[element]}
		if next.node == nil || next.node.target == "" || len(rest) == 0 && !follow {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return place{}, vfs.ErrLoop
		}
		if strings.HasPrefix(next.node.target, "/") {
			at = place{node: f.root}
		}
		rest = append(split(next.node.target), rest...)
	}
	return at, nil
}

// parentPlace is where ".." leads from a directory.
func (n *node) parentPlace() place {
	if n.parent == nil {
		return place{node: n} // the root
	}
	up := n.parent
	if up.parent == nil {
		return place{node: up}
	}
	for base, child := range up.parent.children {
		if child == up {
			return place{dir: up.parent, base: base, node: up}
		}
	}
	return place{node: up}
}

// find is walk to something that must exist.
func (f *FS) find(op, name string, follow bool) (place, error) {
	p, err := f.walk(name, follow)
	if err == nil && p.node == nil {
		err = vfs.ErrNotExist
	}
	if err != nil {
		return place{}, fail(op, name, err)
	}
	return p, nil
}

// split cuts a pathname or the target of a link into its elements.
func split(name string) []string {
	var elements []string
	for element := range strings.SplitSeq(name, "/") {
		if element != "" && element != "." {
			elements = append(elements, element)
		}
	}
	return elements
}
