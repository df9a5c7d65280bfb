package osfs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"ferry/internal/sys"
	"ferry/vfs"
)

// tree is what differs between the ways of confinement. Names are absolute and,
// except in open, openFolder, readLink and removeSame, valid and not "/" where
// something is changed; those take any name and resolve it inside the root. Errors are
// those of the system, which FS puts into a *fs.PathError.
type tree interface {
	confinement() string
	close() error

	// open opens a file with the flags of package os. It waits for nobody: not
	// for the other end of a FIFO.
	open(name string, flag int, perm fs.FileMode) (*os.File, error)
	// fstat describes an open file, and is quicker than file.Stat if it can be.
	fstat(file *os.File) (identity, error)
	fchmod(file *os.File, perm fs.FileMode) error
	// removeSame removes name, if it is the file that id describes. It gives
	// errIsLink where name is a symbolic link.
	removeSame(name string, id identity) error
	// openFolder opens a directory to make files in it.
	openFolder(name string) (folder, error)

	stat(name string, follow bool) (vfs.Info, error)
	// enter looks for something in a directory.
	enter(name string) error
	list(ctx context.Context, name string, yield func(vfs.Info, error) bool)
	remove(name string) error
	rmdir(name string) error
	rename(from, to string) error
	mkdir(name string, perm fs.FileMode) error
	chmod(name string, perm fs.FileMode) error
	chown(name string, uid, gid int) error
	setModTime(name string, t time.Time) error
	readLink(name string) (string, error)
}

// identity describes an open file, so that it can be recognised under its name.
type identity struct {
	sys.Stat
	// fi is for systems where only package os can tell files apart.
	fi fs.FileInfo
}

// same reports whether two describe one file.
func (a identity) same(b identity) bool {
	return a.Same(b.Stat) || a.fi != nil && b.fi != nil && os.SameFile(a.fi, b.fi)
}

// errIsLink is given by removeSame.
var errIsLink = errors.New("is a symbolic link")

// maxLinks bounds how many symbolic links are followed by hand, where the last
// element must be known; Linux has the same number.
const maxLinks = 40

// afterLink is where the symbolic link name leads by its target. The result
// may have ".." elements, which are resolved where they stand.
func afterLink(name, target string) string {
	if strings.HasPrefix(target, "/") {
		return target
	}
	return name[:strings.LastIndexByte(name, '/')+1] + target
}

// splitLast cuts a name into the directory and its last element, which is an
// element that an entry of a directory can have: ok is false where it is not.
func splitLast(name string) (dir, base string, ok bool) {
	i := strings.LastIndexByte(name, '/')
	dir, base = name[:i+1], name[i+1:]
	if i > 0 {
		dir = name[:i]
	}
	return dir, base, base != "" && base != "." && base != ".."
}

// dirPerm is what a new directory must get so that it has exactly perm, and
// whether that differs from what it has, because of the umask. A setgid bit that
// it has inherited stays: it says which group its files get.
func dirPerm(have, perm fs.FileMode) (want fs.FileMode, differs bool) {
	want = perm | have&fs.ModeSetgid
	return want, have&permBits != want
}
