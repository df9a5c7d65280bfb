package vfs

import (
	"context"
	"errors"
	"io/fs"
)

// quotaWriter is what Create of a quota returns. file.writing guards it.
type quotaWriter struct {
	below  Writer
	fs     FS
	usage  *Usage
	file   *writtenFile
	name   string
	place  string // name, or what it has become; Usage.names guards it
	at     int64  // where the next byte goes, unless append
	atomic bool   // it writes a file of its own
	append bool
	begun  bool // nothing will be cut off any more; of a new file nothing ever is
	ended  bool
}

// Write implements io.Writer. Where the limit is reached it writes what fits;
// if that is nothing, the store does not hear of it, and a file that was there
// before and has not been touched stays so.
func (w *quotaWriter) Write(b []byte) (int, error) {
	w.file.writing.Lock()
	defer w.file.writing.Unlock()
	if w.ended {
		return 0, &fs.PathError{Op: "write", Path: w.name, Err: fs.ErrClosed}
	}
	s := w.usage.reserve(w.file, w.at, w.append, !w.begun, len(b))
	if s.refused {
		return 0, overQuota("write", w.name)
	}
	n, err := w.below.Write(b[:s.length])
	w.usage.settle(w.file, s, n, err)
	w.at, w.begun = s.at+int64(n), true
	if err == nil && s.length < len(b) {
		err = overQuota("write", w.name)
	}
	return n, err
}

// Commit implements Writer. Where nothing was written it may have to make up for
// what another Writer has cut off meanwhile: without room for that the file
// goes as if it had been aborted.
func (w *quotaWriter) Commit(ctx context.Context) error {
	return w.end(context.WithoutCancel(ctx), "commit", func() error {
		s := w.usage.reserve(w.file, w.at, w.append, !w.begun, 0)
		if s.refused {
			err := overQuota("commit", w.name)
			return errors.Join(err, w.below.Abort(err))
		}
		err := w.below.Commit(ctx)
		w.usage.settle(w.file, s, 0, err)
		return err
	})
}

// Abort implements Writer. What stays of the file stays counted.
func (w *quotaWriter) Abort(cause error) error {
	return w.end(context.Background(), "abort", func() error { return w.below.Abort(cause) })
}

// end ends the Writer, and asks the store before and after what there is: it
// alone knows what it has kept.
func (w *quotaWriter) end(ctx context.Context, op string, end func() error) error {
	w.file.writing.Lock()
	defer w.file.writing.Unlock()
	if w.ended {
		return &fs.PathError{Op: op, Path: w.name, Err: fs.ErrClosed}
	}
	w.ended = true
	w.usage.names.Lock()
	defer w.usage.names.Unlock()
	delete(w.usage.pending, w)
	before := look(ctx, w.fs, w.place)
	if op == "commit" && w.atomic && !w.usage.takePlace(w.file, before) {
		err := overQuota(op, w.name)
		end = func() error { return errors.Join(err, w.below.Abort(err)) }
	}
	err := end()
	after := look(ctx, w.fs, w.place)
	committed := op == "commit" && err == nil
	if w.atomic {
		w.usage.publish(w.file, w.place, before, after, committed)
	} else {
		w.usage.finish(w.file, before, after, committed)
	}
	return err
}
