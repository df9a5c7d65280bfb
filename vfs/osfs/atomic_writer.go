package osfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"ferry/internal/sys"
	"ferry/vfs"
)

// atomicWriter writes a file that takes its name in Commit.
type atomicWriter struct {
	fs   *FS
	name string // as the caller said it
	dir  folder
	base string   // the name in dir
	temp string   // the hidden name, "" if the file has none
	file *os.File // nil before it is made
	old  *os.File // what is copied or locked; nil if nothing is

	keep int64 // how much of old comes first, unless
	all  bool  // all of it does

	exclusive, existing bool

	release func() // of the claim; nil before it is taken
	begun   bool
	failed  error // how beginning went
	ended   atomic.Bool
}

var _ vfs.Filer = (*atomicWriter)(nil)

// File implements vfs.Filer.
func (w *atomicWriter) File() *os.File {
	if w.begin() != nil {
		return nil // Write will say why
	}
	return w.file
}

// begin copies what is kept of the file that is there, just before the first byte
// comes. The kernel does it, without a copy where the file system can share it.
func (w *atomicWriter) begin() error {
	if w.begun {
		return w.failed
	}
	w.begun = true
	if w.all || w.keep > 0 {
		w.failed = w.copy()
	}
	return w.failed
}

func (w *atomicWriter) copy() error {
	err := sys.Clone(w.file, w.old)
	switch {
	case err == nil && w.all:
		_, err := w.file.Seek(0, io.SeekEnd)
		return err
	case err == nil:
		return moveTo(w.file, w.keep)
	case !errors.Is(err, errors.ErrUnsupported):
		return err
	case w.all:
		_, err := io.Copy(w.file, w.old)
		return err
	}
	n, err := io.CopyN(w.file, w.old, w.keep)
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("it was cut off at %d meanwhile: %w", n, vfs.ErrInvalid)
	}
	return err
}

func (w *atomicWriter) Write(b []byte) (int, error) {
	if w.ended.Load() {
		return 0, fail("write", w.name, fs.ErrClosed)
	}
	if err := w.begin(); err != nil {
		return 0, fail("write", w.name, err)
	}
	n, err := w.file.Write(b)
	return n, fail("write", w.name, err)
}

// Commit implements vfs.Writer. It does not end early with ctx: whether the file
// is there must be known.
func (w *atomicWriter) Commit(context.Context) error {
	if !w.ended.CompareAndSwap(false, true) {
		return fail("commit", w.name, fs.ErrClosed)
	}
	err := w.begin()
	if err == nil {
		err = w.publish()
	}
	return errors.Join(fail("commit", w.name, err), fail("close", w.name, w.discard()))
}

// publish gives the file its name in the order that survives a crash: the content
// is on the disk before the name leads to it, and the name is on the disk before
// anybody hears that it is done. The file has its hidden name already when it is
// synced, since not every file system writes all of one that has none. Where only
// the last step fails the new file is there, whole, and may go with a crash.
func (w *atomicWriter) publish() error {
	if err := w.nameHidden(); err != nil {
		return err
	}
	if err := w.file.Sync(); err != nil {
		return err
	}
	if closeFirst {
		if err := errors.Join(closeFile(&w.file), closeFile(&w.old)); err != nil {
			return err
		}
	}
	is, err := w.dir.lstat(w.base)
	switch {
	case err == nil && w.exclusive:
		return vfs.ErrExist
	case err == nil:
		err = regular(is.Mode)
	case errors.Is(err, fs.ErrNotExist) && !w.existing:
		err = nil
	}
	if err != nil {
		return err
	}
	rename := w.dir.rename
	if w.exclusive {
		rename = w.dir.renameNew
	}
	if err := rename(w.temp, w.base); err != nil {
		return err
	}
	w.temp = ""
	return w.dir.sync(w.file)
}

// nameHidden gives the file a hidden name if it has none.
func (w *atomicWriter) nameHidden() error {
	for range temporaryTries {
		if w.temp != "" {
			break
		}
		name := temporaryName()
		err := w.dir.name(w.file, name)
		if err == nil {
			w.temp = name
		} else if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// Abort implements vfs.Writer.
func (w *atomicWriter) Abort(error) error {
	if !w.ended.CompareAndSwap(false, true) {
		return fail("abort", w.name, fs.ErrClosed)
	}
	return fail("abort", w.name, w.discard())
}

// discard gives back everything. The hidden name goes while the lock still tells
// others that the file is not left behind.
func (w *atomicWriter) discard() error {
	var err error
	if closeFirst {
		err = closeFile(&w.file)
	}
	if w.temp != "" {
		removeErr := w.dir.remove(w.temp)
		if !errors.Is(removeErr, fs.ErrNotExist) { // gone with its directory
			err = errors.Join(err, removeErr)
		}
		w.temp = ""
	}
	err = errors.Join(err, closeFile(&w.file), closeFile(&w.old), w.dir.close())
	if w.release != nil {
		w.release()
	}
	return err
}

// closeFile closes a file once.
func closeFile(file **os.File) error {
	if *file == nil {
		return nil
	}
	err := (*file).Close()
	*file = nil
	return err
}
