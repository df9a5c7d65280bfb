package osfs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"

	"ferry/vfs"
)

// writer is what Create returns.
type writer struct {
	fs     *FS
	name   string // as the caller said it
	target string // where the file was made, dangling links followed
	file   *os.File
	id     identity
	made   bool // Create made the file
	anew   bool // it was made or is emptied, so that Abort may remove it
	keep   bool
	cut    int64 // where an existing file is cut off once writing begins; -1 is nowhere
	begun  bool
	failed error // how beginning went
	ended  atomic.Bool
}

var _ vfs.Filer = (*writer)(nil)

func (w *writer) File() *os.File {
	if w.begin() != nil {
		return nil // Write will say why
	}
	return w.file
}

// begin cuts an existing file off, just before the first byte comes.
func (w *writer) begin() error {
	if w.begun {
		return w.failed
	}
	w.begun = true
	if w.cut >= 0 {
		w.failed = moveTo(w.file, w.cut)
	}
	return w.failed
}

func (w *writer) Write(b []byte) (int, error) {
	if err := w.begin(); err != nil {
		return 0, fail("write", w.name, err)
	}
	n, err := w.file.Write(b)
	return n, fail("write", w.name, err)
}

// Commit implements vfs.Writer. There is nothing to wait for, so ctx does not
// matter. Some file systems report only at the end that they had no space: then
// the file goes as if it had been aborted.
func (w *writer) Commit(context.Context) error {
	if !w.ended.CompareAndSwap(false, true) {
		return fail("commit", w.name, fs.ErrClosed)
	}
	if err := errors.Join(w.begin(), w.file.Close()); err != nil {
		return errors.Join(fail("commit", w.name, err), fail("remove", w.name, w.discard()))
	}
	return nil
}

// Abort implements vfs.Writer. The file is removed before it is closed, while
// its lock still keeps others from beginning to write it.
func (w *writer) Abort(error) error {
	if !w.ended.CompareAndSwap(false, true) {
		return fail("abort", w.name, fs.ErrClosed)
	}
	err := w.discard()
	return errors.Join(fail("remove", w.name, err), fail("abort", w.name, w.file.Close()))
}

// discard removes the file, if it is ours to remove and still has its name.
// Between the look at the name and the removal there is a moment in which
// somebody else could put another file there; no system has a call for both.
func (w *writer) discard() error {
	if w.begun && (!w.anew || w.keep) || !w.begun && !w.made {
		return nil
	}
	name := w.target
	for range maxLinks {
		err := w.fs.tree.removeSame(name, w.id)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone, or moved with its directory
		}
		if !errors.Is(err, errIsLink) {
			return err
		}
		link, err := w.fs.tree.readLink(name)
		if err != nil {
			return err
		}
		name = afterLink(name, link)
	}
	return vfs.ErrLoop
}
