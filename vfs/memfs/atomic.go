package memfs

import (
	"context"
	"io/fs"

	"ferry/vfs"
)

// claim is a name that somebody is about to give to a new file.
type claim struct {
	dir  *node
	base string
}

// atomicWriter writes a file that has no place until Commit. FS.mu guards all of
// it.
type atomicWriter struct {
	writer
	old *node // what is copied or locked; nil if nothing is

	exclusive, existing, claims bool
}

// createAtomic makes the Writer of a file that will stand at p. FS.mu is held.
func (f *FS) createAtomic(name string, p place, opts vfs.CreateOptions) (*atomicWriter, error) {
	w := &atomicWriter{
		writer:    writer{fs: f, name: name, place: p, made: true, anew: true, append: opts.Append},
		exclusive: opts.Exclusive, existing: opts.Existing,
	}
	if !opts.Append {
		w.at = opts.Offset
	}
	f.last++
	w.node = &node{id: f.last, modTime: f.now(), mode: opts.Perm & permBits, pending: true}
	c := claim{p.dir, p.base}
	switch old := p.node; {
	case old == nil && opts.Existing:
		return nil, vfs.ErrNotExist
	case old == nil && w.at > 0:
		return nil, vfs.ErrInvalid
	case old == nil:
	case opts.Exclusive:
		return nil, vfs.ErrExist
	case old.mode.IsDir():
		return nil, vfs.ErrIsDir
	case opts.Lock && old.locked:
		return nil, vfs.ErrLocked
	case w.at > int64(len(old.data)):
		return nil, vfs.ErrInvalid
	default:
		w.old = old
		w.node.mode, w.node.uid, w.node.gid = old.mode, old.uid, old.gid
	}
	if opts.Lock || opts.Exclusive {
		if _, held := f.claims[c]; held {
			if opts.Exclusive {
				return nil, vfs.ErrExist
			}
			return nil, vfs.ErrLocked
		}
		if f.claims == nil {
			f.claims = make(map[claim]struct{})
		}
		f.claims[c], w.claims = struct{}{}, true
	}
	if opts.Lock && w.old != nil {
		w.old.locked, w.locks = true, true
	}
	return w, nil
}

// Write implements io.Writer.
func (w *atomicWriter) Write(b []byte) (int, error) {
	w.fs.mu.Lock()
	defer w.fs.mu.Unlock()
	if w.ended {
		return 0, fail("write", w.name, fs.ErrClosed)
	}
	if err := w.begin(); err != nil {
		return 0, fail("write", w.name, err)
	}
	return w.write(b)
}

// begin copies what is kept of the file that is there, just before the first byte
// comes.
func (w *atomicWriter) begin() error {
	if w.begun || w.old == nil {
		w.begun = true
		return nil
	}
	kept := w.at
	if w.append {
		kept = int64(len(w.old.data))
	}
	if kept > int64(len(w.old.data)) {
		return vfs.ErrInvalid // it was cut off meanwhile
	}
	if room, limited := w.room(); limited && kept > room {
		return vfs.ErrNoSpace
	}
	w.begun = true
	w.resize(kept)
	copy(w.node.data, w.old.data)
	return nil
}

// Commit implements vfs.Writer.
func (w *atomicWriter) Commit(context.Context) error {
	w.fs.mu.Lock()
	defer w.fs.mu.Unlock()
	if w.ended {
		return fail("commit", w.name, fs.ErrClosed)
	}
	err := w.begin()
	if err == nil {
		err = w.mayPublish()
	}
	if err := w.drop("commit"); err != nil {
		return err
	}
	if err != nil {
		return fail("commit", w.name, err)
	}
	if there := w.place.dir.children[w.place.base]; there != nil {
		w.fs.unlink(place{dir: w.place.dir, base: w.place.base, node: there})
	}
	w.fs.link(w.place, w.node)
	return nil
}

// mayPublish looks at what has the name now.
func (w *atomicWriter) mayPublish() error {
	there := w.place.dir.children[w.place.base]
	switch {
	case !w.place.dir.isBelow(w.fs.root):
		return vfs.ErrNotExist
	case there == nil && w.existing:
		return vfs.ErrNotExist
	case there == nil:
		return nil
	case w.exclusive:
		return vfs.ErrExist
	case there.mode.IsDir():
		return vfs.ErrIsDir
	case !there.mode.IsRegular():
		return vfs.ErrNotRegular
	}
	return nil
}

// Abort implements vfs.Writer.
func (w *atomicWriter) Abort(error) error {
	w.fs.mu.Lock()
	defer w.fs.mu.Unlock()
	return w.drop("abort")
}

// drop ends the Writer: what it has written counts no more.
func (w *atomicWriter) drop(op string) error {
	if w.ended {
		return fail(op, w.name, fs.ErrClosed)
	}
	w.ended = true
	w.node.pending = false
	w.fs.used -= int64(len(w.node.data))
	if w.locks {
		w.old.locked = false
	}
	if w.claims {
		delete(w.fs.claims, claim{w.place.dir, w.place.base})
	}
	return nil
}
