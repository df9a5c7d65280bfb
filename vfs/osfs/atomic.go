package osfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"ferry/internal/sys"
	"ferry/vfs"
)

// createAtomic is create with CreateOptions.Atomic: it finds out where the name
// leads, as the new file must stand in that directory, and prepares one there.
func (f *FS) createAtomic(name string, opts vfs.CreateOptions) (*atomicWriter, error) {
	if opts.Offset > 0 && opts.Exclusive || name == "/" {
		return nil, f.refuse(name, opts)
	}
	target := name
	for range maxLinks {
		link, err := f.tree.readLink(target)
		if err == nil {
			if opts.Exclusive {
				return nil, vfs.ErrExist
			}
			target = afterLink(target, link)
			continue
		}
		w, err := f.prepare(name, target, opts)
		if !errors.Is(err, errUnlinked) {
			return w, err
		}
	}
	return nil, vfs.ErrLoop
}

// prepare makes the Writer of a file that will take the place of target, which is
// no symbolic link.
func (f *FS) prepare(name, target string, opts vfs.CreateOptions) (_ *atomicWriter, err error) {
	dir, base, ok := splitLast(target)
	if !ok {
		// It leads to a directory, if anywhere.
		if _, err := f.tree.stat(target, true); err != nil {
			return nil, err
		}
		return nil, vfs.ErrIsDir
	}
	if temporary(base) {
		return nil, vfs.ErrPermission
	}
	d, err := f.tree.openFolder(dir)
	if err != nil {
		return nil, err
	}
	w := &atomicWriter{fs: f, name: name, dir: d, base: base, exclusive: opts.Exclusive, existing: opts.Existing}
	defer func() {
		if err != nil {
			_ = w.discard() // nothing was written
		}
	}()
	dirID, err := d.id()
	if err != nil {
		return nil, err
	}
	if w.release, err = f.claimOn(dirID, dir, base).take(opts); err != nil {
		return nil, err
	}
	was, there, err := w.replace(opts)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, f.missing(name, opts, err)
	case err != nil:
		return nil, err
	}
	f.sweep(d, dir)
	perm := opts.Perm
	if there {
		perm = 0o600 // until it has the owner
	}
	if err := f.makeTemporary(w, dirID, perm); err != nil {
		return nil, err
	}
	_ = sys.TryLock(w.file) // tells others that it is in use, where there are locks
	id, err := f.tree.fstat(w.file)
	if err != nil {
		return nil, err
	}
	if there {
		return w, f.inherit(w.file, id, was)
	}
	return w, f.exactPerm(w.file, id.Mode, opts.Perm)
}

// replace looks at the file that will be replaced, and opens it as it would have
// to be to be written: who may not do that may not replace it either. there is
// false where there is none and none is needed.
func (w *atomicWriter) replace(opts vfs.CreateOptions) (was identity, there bool, err error) {
	if opts.Exclusive {
		_, err := w.dir.lstat(w.base)
		switch {
		case err == nil:
			return was, false, vfs.ErrExist
		case errors.Is(err, fs.ErrNotExist):
			return was, false, nil
		}
		return was, false, err
	}
	flag := os.O_WRONLY
	if opts.Append || opts.Offset > 0 {
		flag, w.keep, w.all = os.O_RDWR, opts.Offset, opts.Append
	}
	w.old, err = w.dir.open(w.base, flag, 0)
	if errors.Is(err, fs.ErrNotExist) && !opts.Existing && opts.Offset == 0 {
		w.all = false
		return was, false, nil
	}
	if err != nil {
		return was, false, err
	}
	if opts.Lock {
		if err := lock(w.old); err != nil {
			return was, false, err
		}
	}
	if was, err = w.fs.tree.fstat(w.old); err != nil {
		return was, false, err
	}
	if err := regular(was.Mode); err != nil {
		return was, false, err
	}
	// Whoever had the lock may have put another file in its place meanwhile.
	now, err := w.dir.lstat(w.base)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !now.same(was) {
		return was, false, errUnlinked
	}
	if err != nil {
		return was, false, err
	}
	if opts.Offset > was.Size {
		return was, false, fmt.Errorf("offset %d of %d: %w", opts.Offset, was.Size, vfs.ErrInvalid)
	}
	if !opts.Lock && !w.all && w.keep == 0 {
		err, w.old = w.old.Close(), nil
	}
	return was, true, err
}

// temporaryTries is how many names are tried, although nobody has one of them.
const temporaryTries = 10

// makeTemporary makes the file, without a name if it can get one later.
func (f *FS) makeTemporary(w *atomicWriter, dirID identity, perm fs.FileMode) (err error) {
	if f.namesLater(w.dir, dirID) {
		w.file, err = w.dir.unnamed(perm)
		if !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	for range temporaryTries {
		name := temporaryName()
		w.file, err = w.dir.open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
		if err == nil {
			w.temp = name
		}
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return err
}

// namesLater tries once for each file system whether a file without a name can be
// made there and get a name: the one does not follow from the other, and must not
// be missed when the upload is there.
func (f *FS) namesLater(d folder, id identity) bool {
	if ok, known := f.unnamed.get(id.Dev); known {
		return ok
	}
	file, err := d.unnamed(0o600)
	if err == nil {
		name := temporaryName()
		if err = d.name(file, name); err == nil {
			err = d.remove(name)
		}
		_ = file.Close() // nothing was written
	}
	if kind := vfs.FromOS(err); errors.Is(kind, vfs.ErrNoSpace) || errors.Is(kind, vfs.ErrQuota) {
		return false // for now
	}
	f.unnamed.set(id.Dev, err == nil)
	return err == nil
}

// inherit gives a new file the owner and the permission bits of the one that it
// will replace, as far as that is allowed. What somebody else wrote does not get
// the power of its owner or group: setuid and setgid go. Where the group has to
// be another one it gets no more than everybody.
func (f *FS) inherit(file *os.File, is, was identity) error {
	perm := was.Mode.Perm() | was.Mode&fs.ModeSticky
	if is.UID != was.UID || is.GID != was.GID {
		err := file.Chown(int(was.UID), int(was.GID))
		if err != nil && is.GID != was.GID {
			if err = file.Chown(-1, int(was.GID)); err != nil {
				perm = perm&^0o070 | perm&(perm&0o007<<3)
			}
		}
	}
	return f.exactPerm(file, is.Mode, perm)
}
