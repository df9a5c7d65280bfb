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
	// one could not. They are not asked about directories. nil allows all.
	MayRead, MayWrite func(name string) bool
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
