package memfs

import (
	"context"
	"io/fs"
	"time"

	"ferry/vfs"
)

// Chmod implements vfs.Chmodder.
func (f *FS) Chmod(ctx context.Context, name string, perm fs.FileMode) error {
	return f.change(ctx, "chmod", name, true, func(n *node) {
		n.mode = n.mode&^permBits | perm&permBits
	})
}

// Chown implements vfs.Chowner.
func (f *FS) Chown(ctx context.Context, name string, uid, gid int) error {
	return f.change(ctx, "chown", name, false, func(n *node) {
		if uid >= 0 {
			n.uid = uint32(uid)
		}
		if gid >= 0 {
			n.gid = uint32(gid)
		}
	})
}

// SetModTime implements vfs.TimeSetter.
func (f *FS) SetModTime(ctx context.Context, name string, t time.Time) error {
	return f.change(ctx, "settime", name, true, func(n *node) { n.modTime = t })
}

func (f *FS) change(ctx context.Context, op, name string, follow bool, apply func(*node)) error {
	if err := begin(ctx, op, name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.find(op, name, follow)
	if err != nil {
		return err
	}
	apply(p.node)
	return nil
}

// Enter implements vfs.Enterer: no directory is closed.
func (f *FS) Enter(ctx context.Context, name string) error {
	i, err := f.Stat(ctx, name)
	if err == nil && !i.IsDir() {
		err = &fs.PathError{Op: "enter", Path: name, Err: vfs.ErrNotDir}
	}
	return err
}

// ReadLink implements vfs.LinkReader.
func (f *FS) ReadLink(ctx context.Context, name string) (string, error) {
	if err := begin(ctx, "readlink", name); err != nil {
		return "", err
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	p, err := f.find("readlink", name, false)
	if err != nil {
		return "", err
	}
	if p.node.target == "" {
		return "", fail("readlink", name, vfs.ErrInvalid)
	}
	return p.node.target, nil
}
