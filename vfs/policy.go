package vfs

import (
	"io/fs"
	"strings"
)

// Policy says what may be done with a store. The zero Policy allows nothing
// but to ask what a file is. The functions get absolute, clean pathnames and
// may be called from several goroutines at once.
type Policy struct {
	// Allow is what may be done at all.
	Allow Perm

	// AllowAt is what may be done with a pathname, as far as Allow has it too.
	// It is asked for the name itself (to list a directory: for that directory)
	// and for both names of a rename. A symbolic link counts by its own name,
	// not by what it leads to. Subtrees makes such a function. nil allows
	// everywhere what Allow has.
	//
	// Where it is set, a directory is only renamed if everything below it could
	// be renamed alone, so that nothing leaves its rule behind: each rename
	// looks through the whole directory.
	AllowAt func(name string) Perm

	// Denied makes a pathname inaccessible, whatever is done with it, and
	// everything below it: it is asked for the name and for each directory on
	// the way to it, though not for "/" unless that is the name. nil denies
	// nothing.
	Denied func(name string) bool

	// Hidden leaves an entry out of List, and does nothing else. It gets the
	// pathname of the entry. nil hides nothing.
	Hidden func(name string) bool

	// ReadMode are permission bits that a file must have, all of them, to be
	// read: 0o004 serves only what is readable by the world. It is checked on
	// the open file. 0 asks for nothing.
	ReadMode fs.FileMode

	// MayRead and MayWrite say which files may be read, and made or written.
	// No rename gives a file a name that may be written or read where its old
	// one could not, be it by these or by AllowAt. They are not asked about directories. nil allows all.
	MayRead, MayWrite func(name string) bool
}

// Allowed is what may be done with name, an absolute, clean pathname, as far as
// Allow and AllowAt say. The other rules stand beside it.
func (p *Policy) Allowed(name string) Perm {
	if p.AllowAt == nil {
		return p.Allow
	}
	return p.Allow & p.AllowAt(name)
}

// denied reports whether name or a directory on the way to it is denied.
func (p *Policy) denied(name string) bool {
	if p.Denied == nil {
		return false
	}
	for i := 1; i < len(name); i++ {
		j := strings.IndexByte(name[i:], '/')
		if j < 0 {
			break
		}
		i += j
		if p.Denied(name[:i]) {
			return true
		}
	}
	return p.Denied(name)
}

func (p *Policy) mayRead(name string) bool  { return p.MayRead == nil || p.MayRead(name) }
func (p *Policy) mayWrite(name string) bool { return p.MayWrite == nil || p.MayWrite(name) }

// mayBecome reports whether the file from may be renamed to the name to.
func (p *Policy) mayBecome(from, to string) bool {
	if !p.mayWrite(to) {
		return false
	}
	return p.mayRead(from) || !p.mayRead(to)
}
