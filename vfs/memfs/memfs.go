package memfs

import (
	"context"
	"io/fs"
	"path"
	"strconv"
	"sync"
	"time"

	"ferry/vfs"
)

// FS is a store in memory. The fields may be set until it is first used.
type FS struct {
	// Limit is how many bytes the contents of all files may have together;
	// more gives vfs.ErrNoSpace. 0 is no limit. A file that is removed and
	// still open does not count.
	Limit int64

	// Now is the clock for modification times; nil is time.Now.
	Now func() time.Time

	mu   sync.RWMutex
	root *node
	used int64  // bytes in files that count
	last uint64 // number of the node made last

	claims map[claim]struct{} // names that are about to be given
}

var (
	_ vfs.FS         = (*FS)(nil)
	_ vfs.Chmodder   = (*FS)(nil)
	_ vfs.Chowner    = (*FS)(nil)
	_ vfs.TimeSetter = (*FS)(nil)
	_ vfs.LinkReader = (*FS)(nil)
	_ vfs.Enterer    = (*FS)(nil)
)

// New returns an empty store: a root with the permission bits 0755.
func New() *FS {
	f := &FS{}
	f.root = &node{mode: fs.ModeDir | 0o755, children: map[string]*node{}, modTime: time.Now()}
	return f
}

func (f *FS) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

// node is a file, directory or symbolic link. FS.mu guards all of it.
type node struct {
	mode     fs.FileMode
	modTime  time.Time
	uid, gid uint32
	id       uint64
	parent   *node            // the directory it is in; nil for the root and what was removed
	children map[string]*node // of a directory
	target   string           // of a symbolic link
	data     []byte           // of a file
	locked   bool             // a Writer has the lock
	pending  bool             // of a file: it will get a name
}

// counts reports whether the bytes of a file count: nobody can get rid of those
// in one that is removed and still open.
func (n *node) counts() bool { return n.parent != nil || n.pending }

func (n *node) info(name string) vfs.Info {
	return vfs.Info{
		Name:    name,
		Mode:    n.mode,
		Size:    int64(len(n.data) + len(n.target)),
		ModTime: n.modTime,
		UID:     n.uid,
		GID:     n.gid,
		Nlink:   1,
		Target:  n.target,
		ID:      strconv.FormatUint(n.id, 10),
	}
}

// isBelow reports whether n is dir or somewhere below it.
func (n *node) isBelow(dir *node) bool {
	for ; n != nil; n = n.parent {
		if n == dir {
			return true
		}
	}
	return false
}

// link puts a node into a directory.
func (f *FS) link(p place, n *node) {
	p.dir.children[p.base] = n
	p.dir.modTime = f.now()
	n.parent = p.dir
	f.used += int64(len(n.data))
}

// unlink takes the node out of its directory. Who has it open keeps it.
func (f *FS) unlink(p place) {
	delete(p.dir.children, p.base)
	p.dir.modTime = f.now()
	p.node.parent = nil
	f.used -= int64(len(p.node.data))
}

// make makes a node at a free place.
func (f *FS) make(p place, n *node) *node {
	f.last++
	n.id, n.modTime = f.last, f.now()
	f.link(p, n)
	return n
}

// Stat implements vfs.FS.
func (f *FS) Stat(ctx context.Context, name string) (vfs.Info, error) {
	return f.stat(ctx, "stat", name, true)
}

// Lstat implements vfs.FS.
func (f *FS) Lstat(ctx context.Context, name string) (vfs.Info, error) {
	return f.stat(ctx, "lstat", name, false)
}

func (f *FS) stat(ctx context.Context, op, name string, follow bool) (vfs.Info, error) {
	if err := begin(ctx, op, name); err != nil {
		return vfs.Info{}, err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	p, err := f.find(op, name, follow)
	if err != nil {
		return vfs.Info{}, err
	}
	return p.node.info(path.Base(name)), nil
}

// begin is what every operation does first.
func begin(ctx context.Context, op, name string) error {
	if !vfs.Valid(name) {
		return fail(op, name, vfs.ErrInvalid)
	}
	if len(name) > vfs.MaxName {
		return fail(op, name, vfs.ErrNameTooLong)
	}
	if err := ctx.Err(); err != nil {
		return fail(op, name, err)
	}
	return nil
}

func fail(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}
