package osfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"ferry/vfs"
)

// errRoot is given where the root itself would have to be renamed or removed.
var errRoot = fmt.Errorf("the root of the store stays: %w", vfs.ErrInvalid)

// List implements vfs.FS. The entries come as the system reads them, a batch at
// a time: the first ones of a large directory are there at once, and memory
// does not grow with it.
func (f *FS) List(ctx context.Context, name string) iter.Seq2[vfs.Info, error] {
	return func(yield func(vfs.Info, error) bool) {
		if err := beginRead(ctx, "list", name); err != nil {
			yield(vfs.Info{}, err)
			return
		}
		f.tree.list(ctx, name, leaveOut(func(i vfs.Info, err error) bool {
			return yield(i, fail("list", name, err))
		}))
	}
}

// Remove implements vfs.FS.
func (f *FS) Remove(ctx context.Context, name string) error {
	if err := f.beginChange(ctx, "remove", name); err != nil {
		return err
	}
	if name == "/" {
		return fail("remove", name, vfs.ErrIsDir)
	}
	return fail("remove", name, f.tree.remove(name))
}

// Rmdir implements vfs.FS. A directory in which there is nothing but what uploads
// have left behind is an empty one to everybody.
func (f *FS) Rmdir(ctx context.Context, name string) error {
	if err := f.beginChange(ctx, "rmdir", name); err != nil {
		return err
	}
	if name == "/" {
		return fail("rmdir", name, errRoot)
	}
	err := f.tree.rmdir(name)
	if errors.Is(vfs.FromOS(err), vfs.ErrNotEmpty) && f.sweepAll(name) {
		err = f.tree.rmdir(name)
	}
	return fail("rmdir", name, err)
}

// Rename implements vfs.FS, as rename(2) does: a directory also replaces an
// empty directory.
func (f *FS) Rename(ctx context.Context, from, to string) error {
	if err := f.beginChange(ctx, "rename", from); err != nil {
		return err
	}
	if err := f.beginChange(ctx, "rename", to); err != nil {
		return err
	}
	if from == "/" || to == "/" {
		return fail("rename", from, errRoot)
	}
	return fail("rename", from, f.tree.rename(from, to))
}

// Mkdir implements vfs.FS.
func (f *FS) Mkdir(ctx context.Context, name string, perm fs.FileMode) error {
	if err := f.beginChange(ctx, "mkdir", name); err != nil {
		return err
	}
	if name == "/" {
		return fail("mkdir", name, vfs.ErrExist)
	}
	return fail("mkdir", name, f.tree.mkdir(name, perm&permBits))
}

// permBits are the bits of a mode that a caller may set.
const permBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky

// Chmod implements vfs.Chmodder.
func (f *FS) Chmod(ctx context.Context, name string, perm fs.FileMode) error {
	if err := f.beginChange(ctx, "chmod", name); err != nil {
		return err
	}
	return fail("chmod", name, f.tree.chmod(name, perm&permBits))
}

// Chown implements vfs.Chowner.
func (f *FS) Chown(ctx context.Context, name string, uid, gid int) error {
	if err := f.beginChange(ctx, "chown", name); err != nil {
		return err
	}
	return fail("chown", name, f.tree.chown(name, max(-1, uid), max(-1, gid)))
}

// SetModTime implements vfs.TimeSetter. The time of the last access stays.
func (f *FS) SetModTime(ctx context.Context, name string, t time.Time) error {
	if err := f.beginChange(ctx, "settime", name); err != nil {
		return err
	}
	return fail("settime", name, f.tree.setModTime(name, t))
}

// ReadLink implements vfs.LinkReader.
func (f *FS) ReadLink(ctx context.Context, name string) (string, error) {
	if err := beginRead(ctx, "readlink", name); err != nil {
		return "", err
	}
	target, err := f.tree.readLink(name)
	return target, fail("readlink", name, err)
}
