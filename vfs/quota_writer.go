package vfs

import (
	"context"
	"io/fs"
)

// quotaWriter is what Create of a quota returns. file.writing guards it.
type quotaWriter struct {
	below  Writer
	fs     FS
	usage  *Usage
	file   *writtenFile
	name   string
	at     int64 // where the next byte goes, unless append
	append bool
	begun  bool // an existing file has been cut off
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
	if s.length == 0 && len(b) > 0 {
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

// Commit implements Writer.
func (w *quotaWriter) Commit(ctx context.Context) error {
	return w.end(context.WithoutCancel(ctx), "commit", func() error {
		err := w.below.Commit(ctx)
		if err == nil && !w.begun {
			s := w.usage.reserve(w.file, w.at, w.append, true, 0)
			w.usage.settle(w.file, s, 0, nil)
		}
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
	before := look(ctx, w.fs, w.name)
	err := end()
	after := look(ctx, w.fs, w.name)
	w.usage.finish(w.file, before, after, op == "commit" && err == nil)
	return err
}
