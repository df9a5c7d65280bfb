package osfs

import (
	"io/fs"
	"os"
)

// folder is one directory that is held open, whatever happens to its name. Each
// base is one element in it, and is not followed where it is a symbolic link.
// Errors are those of the system.
type folder interface {
	// id describes the directory.
	id() (identity, error)
	// open opens a file as tree.open does.
	open(base string, flag int, perm fs.FileMode) (*os.File, error)
	lstat(base string) (identity, error)
	// unnamed makes a file that has no name, for name to give it one. Either gives
	// errors.ErrUnsupported where there is no such thing.
	unnamed(perm fs.FileMode) (*os.File, error)
	name(file *os.File, base string) error
	// rename replaces what has the name to; renameNew gives fs.ErrExist instead.
	rename(from, to string) error
	renameNew(from, to string) error
	remove(base string) error
	// names calls do with the name of each entry until that returns false.
	names(do func(base string) bool) error
	// sync waits until the entries of the directory are on the disk. file is one
	// that is in it.
	sync(file *os.File) error
	close() error
}
