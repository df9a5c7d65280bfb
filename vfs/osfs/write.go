package osfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"ferry/internal/sys"
	"ferry/vfs"
)

// Create implements vfs.FS. The Writer implements vfs.Filer. The file is
// visible while it is written; one that is there is emptied only when the lock
// has been got and the first byte comes.
func (f *FS) Create(ctx context.Context, name string, opts vfs.CreateOptions) (vfs.Writer, error) {
	if err := f.beginChange(ctx, "create", name); err != nil {
		return nil, err
	}
	if opts.Append {
		opts.Offset = 0
	}
	if opts.Offset < 0 || opts.Exclusive && opts.Existing {
		return nil, fail("create", name, vfs.ErrInvalid)
	}
	opts.Perm &= permBits
	if opts.Atomic {
		w, err := f.createAtomic(name, opts)
		if err != nil {
			return nil, fail("create", name, err)
		}
		return w, nil
	}
	w, err := f.create(name, opts)
	if err != nil {
		return nil, fail("create", name, err)
	}
	return w, nil
}

// create finds out whether there is a file in one step with opening it: it
// first tries to make one, then to use one. Only so is it known whose file it
// is, and whose permission bits.
func (f *FS) create(name string, opts vfs.CreateOptions) (*writer, error) {
	flag := os.O_WRONLY
	if opts.Append {
		flag |= os.O_APPEND
	}
	if opts.Offset > 0 && opts.Exclusive || name == "/" {
		return nil, f.refuse(name, opts)
	}
	mayMake := opts.Offset == 0 && !opts.Existing
	target := name
	for range maxLinks {
		if mayMake {
			file, err := f.tree.open(target, flag|os.O_CREATE|os.O_EXCL, opts.Perm)
			if err == nil {
				return f.take(file, &writer{fs: f, name: name, target: target, file: file, made: true, anew: true, cut: -1}, opts, true)
			}
			if opts.Exclusive || !errors.Is(err, fs.ErrExist) {
				return nil, err
			}
		}
		file, err := f.tree.open(target, flag, 0)
		switch {
		case err == nil:
			w := &writer{fs: f, name: name, target: target, file: file, anew: opts.Offset == 0 && !opts.Append, cut: -1}
			if w, err = f.take(file, w, opts, false); !errors.Is(err, errUnlinked) {
				return w, err
			}
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		case !mayMake:
			return nil, f.missing(name, opts, err)
		}
		// The name is taken and leads nowhere. Either its file went away just
		// now, or it is a symbolic link to a free name: make the file there.
		if link, err := f.tree.readLink(target); err == nil {
			target = afterLink(target, link)
		}
	}
	return nil, vfs.ErrLoop
}

// errUnlinked is given by take where the file has lost its last name: what is
// written to it would be lost.
var errUnlinked = errors.New("the file was removed meanwhile")

// take makes an opened file ready for its writer, or closes it.
func (f *FS) take(file *os.File, w *writer, opts vfs.CreateOptions, made bool) (_ *writer, err error) {
	defer func() {
		if err != nil {
			_ = file.Close() // nothing was written
		}
	}()
	if opts.Lock {
		if err := lock(file); err != nil {
			return nil, err
		}
	}
	if w.id, err = f.tree.fstat(file); err != nil {
		return nil, err
	}
	if err := regular(w.id.Mode); err != nil {
		return nil, err
	}
	w.keep = opts.KeepPartial
	if made {
		return w, f.exactPerm(file, w.id.Mode, opts.Perm)
	}
	if w.id.Nlink == 0 && !f.stillNamed(w) {
		// Whoever had the lock has aborted and removed its file.
		return nil, errUnlinked
	}
	if opts.Append {
		return w, nil
	}
	if opts.Offset > w.id.Size {
		return nil, fmt.Errorf("offset %d of %d: %w", opts.Offset, w.id.Size, vfs.ErrInvalid)
	}
	w.cut = opts.Offset
	return w, nil
}

// lock takes the lock of a file, where there are locks.
func lock(file *os.File) error {
	err := sys.TryLock(file)
	switch {
	case errors.Is(err, sys.ErrLocked):
		return fmt.Errorf("%w: %w", vfs.ErrLocked, err)
	case errors.Is(err, errors.ErrUnsupported):
		return nil
	}
	return err
}

// stillNamed reports whether the name leads to the file that was opened. There
// are file systems in user space that count no links.
func (f *FS) stillNamed(w *writer) bool {
	i, err := f.tree.stat(w.name, true)
	return err == nil && i.ID == info("", w.id.Stat).ID
}

// exactPerm takes back what the umask has done to a new file. A file system
// that has no such bits refuses, and keeps the file as good as it can.
func (f *FS) exactPerm(file *os.File, mode, perm fs.FileMode) error {
	if mode&permBits == perm {
		return nil
	}
	err := f.tree.fchmod(file, perm)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// moveTo cuts an existing file off at offset and goes there.
func moveTo(file *os.File, offset int64) error {
	if err := file.Truncate(offset); err != nil {
		return err
	}
	if offset == 0 {
		return nil
	}
	_, err := file.Seek(offset, io.SeekStart)
	return err
}

// refuse says what is wrong with options that no file can satisfy: the root, or
// an offset into a file that must not exist.
func (f *FS) refuse(name string, opts vfs.CreateOptions) error {
	_, err := f.tree.stat(name, false)
	switch {
	case err == nil && opts.Exclusive:
		return vfs.ErrExist
	case err == nil:
		return vfs.ErrIsDir
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return f.missing(name, opts, err)
}

// missing says whether an offset was past the end of a file that is not there,
// or its directory is missing too.
func (f *FS) missing(name string, opts vfs.CreateOptions, err error) error {
	if opts.Existing || opts.Offset == 0 {
		return err
	}
	if _, dirErr := f.tree.stat(path.Dir(name), true); dirErr != nil {
		return err
	}
	return fmt.Errorf("offset %d of a missing file: %w", opts.Offset, vfs.ErrInvalid)
}
