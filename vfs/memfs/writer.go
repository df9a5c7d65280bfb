package memfs

import (
	"context"
	"io/fs"

	"ferry/vfs"
)

// writer is what Create returns. FS.mu guards all of it.
type writer struct {
	fs     *FS
	name   string
	place  place // where the file was when it was opened
	node   *node
	at     int64 // where the next byte goes, unless append
	append bool
	made   bool // Create made the file
	anew   bool // it was made or is emptied
	begun  bool
	keep   bool
	locks  bool
	ended  bool
}

// Write implements io.Writer. Where the limit of the store ends, it writes what
// fits.
func (w *writer) Write(b []byte) (int, error) {
	w.fs.mu.Lock()
	defer w.fs.mu.Unlock()
	if w.ended {
		return 0, fail("write", w.name, fs.ErrClosed)
	}
	w.begin()
	return w.write(b)
}

// write is Write once the file has been begun.
func (w *writer) write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	old := int64(len(w.node.data))
	if w.append {
		w.at = old
	}
	end := w.at + int64(len(b))
	var err error
	if room, limited := w.room(); limited && end > old+room {
		end, err = max(w.at, old+room), fail("write", w.name, vfs.ErrNoSpace)
		b = b[:end-w.at]
	}
	if len(b) == 0 {
		return 0, err
	}
	if end > old {
		w.resize(end)
	}
	n := copy(w.node.data[w.at:], b)
	w.at += int64(n)
	w.node.modTime = w.fs.now()
	return n, err
}

// begin cuts an existing file off, just before the first byte comes.
func (w *writer) begin() {
	if !w.begun && !w.made && !w.append && w.at < int64(len(w.node.data)) {
		w.resize(w.at)
		w.node.modTime = w.fs.now()
	}
	w.begun = true
}

// room is by how many bytes the file may grow, if there is a limit.
func (w *writer) room() (n int64, limited bool) {
	if w.fs.Limit <= 0 || !w.node.counts() {
		return 0, false
	}
	return max(0, w.fs.Limit-w.fs.used), true
}

// resize cuts the file off or fills it up with zeros.
func (w *writer) resize(size int64) {
	old := int64(len(w.node.data))
	if size <= old {
		w.node.data = w.node.data[:size]
	} else {
		w.node.data = append(w.node.data, make([]byte, size-old)...)
	}
	if w.node.counts() {
		w.fs.used += size - old
	}
}

// Commit implements vfs.Writer. There is nothing to wait for, so ctx does not
// matter.
func (w *writer) Commit(context.Context) error {
	w.fs.mu.Lock()
	defer w.fs.mu.Unlock()
	if !w.ended {
		w.begin()
	}
	return w.end("commit")
}

// Abort implements vfs.Writer: the file is removed if that is wanted and it
// still is where it was.
func (w *writer) Abort(error) error {
	w.fs.mu.Lock()
	defer w.fs.mu.Unlock()
	if err := w.end("abort"); err != nil {
		return err
	}
	wanted := w.made
	if w.begun {
		wanted = w.anew && !w.keep
	}
	if wanted && w.place.dir.children[w.place.base] == w.node {
		w.place.node = w.node
		w.fs.unlink(w.place)
	}
	return nil
}

func (w *writer) end(op string) error {
	if w.ended {
		return fail(op, w.name, fs.ErrClosed)
	}
	w.ended = true
	if w.locks {
		w.node.locked = false
	}
	return nil
}
