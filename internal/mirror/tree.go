package mirror

import (
	"cmp"
	"io/fs"
	"slices"
	"time"
)

// Kind is what an entry of a directory is.
type Kind string

// The kinds.
const (
	File   Kind = "file"
	Folder Kind = "dir"
	Link   Kind = "link"  // a symbolic link, wherever it leads
	Other  Kind = "other" // a device, a pipe, or what a server does not explain
)

// kindOf is the kind of a mode.
func kindOf(m fs.FileMode) Kind {
	switch m.Type() {
	case 0:
		return File
	case fs.ModeDir:
		return Folder
	case fs.ModeSymlink:
		return Link
	default:
		return Other
	}
}

// State is what is known of one file or directory, besides its name.
type State struct {
	Kind Kind `json:"type"`
	// Size is the length of a file in bytes; -1 is unknown.
	Size int64 `json:"size"`
	// Time is that of the last change; zero is unknown. Precision is how exact
	// it is: a time of LIST may be cut off to minutes or days; 0 is exact.
	Time      time.Time     `json:"time,omitzero"`
	Precision time.Duration `json:"precision_ns,omitempty"`
	// Sum is a checksum of the content, as "SHA-256:" and digits; "" is none.
	Sum string `json:"sum,omitempty"`
}

// Entry is one name in a directory.
type Entry struct {
	Name string
	State
	// Dir is what a directory has; nil if it was not listed, because it is
	// excluded.
	Dir *Dir
	// Excluded is set if the options leave it out: it is neither copied nor
	// removed.
	Excluded bool
}

// Dir is what a directory has.
type Dir struct {
	// Entries are in the order of their names.
	Entries []Entry
	// Doubt says why there may be more than the Entries; "" means that these
	// are certainly all.
	Doubt string
	// Unread is set, beside Doubt, if nothing could be read at all.
	Unread bool
}

// sort brings the entries in order, and takes out names that come twice.
func (d *Dir) sort() {
	slices.SortFunc(d.Entries, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	before := len(d.Entries)
	d.Entries = slices.CompactFunc(d.Entries, func(a, b Entry) bool { return a.Name == b.Name })
	if len(d.Entries) < before {
		d.doubt("it has a name twice")
	}
}

// doubt notes the first reason for doubt.
func (d *Dir) doubt(why string) {
	if d.Doubt == "" {
		d.Doubt = why
	}
}

// Count is how many entries the tree has, without those that are excluded.
func (d *Dir) Count() int {
	if d == nil {
		return 0
	}
	n := 0
	for i := range d.Entries {
		if e := &d.Entries[i]; !e.Excluded {
			n += 1 + e.Dir.Count()
		}
	}
	return n
}

// The limits of a tree, which a server that makes one up as it goes would reach.
const (
	maxDepth   = 100     // directories within each other
	maxEntries = 4 << 20 // in all directories together
)
