package carry

import (
	"os"
	"path/filepath"
	"sync/atomic"
)

// folder is one that is open while files come into it, so that each need not be
// looked for from the root on. The last file that is done with closes it; those of
// a tree that is broken off are closed by the garbage collector, as an os.Root is.
type folder struct {
	root  *os.Root
	users atomic.Int64
}

// openFor opens the folder at a path below root for its first user; nil if that
// cannot be, with too many files open for example: paths from the root on do too.
func openFor(root *os.Root, path string) *folder {
	below, err := root.OpenRoot(path)
	if err != nil {
		return nil
	}
	f := &folder{root: below}
	f.users.Store(1)
	return f
}

// place puts a file where it comes to: into the folder, if that is open.
func (f *folder) place(to *file, root *os.Root, path, name, part string) {
	to.local = filepath.Join(root.Name(), path, name)
	if f == nil {
		to.root, to.name, to.part = root, filepath.Join(path, name), filepath.Join(path, part)
		return
	}
	f.users.Add(1)
	to.root, to.name, to.part = f.root, name, part
}

// leave is one user less.
func (f *folder) leave() {
	if f != nil && f.users.Add(-1) == 0 {
		_ = f.root.Close() // a directory that was only looked into
	}
}
