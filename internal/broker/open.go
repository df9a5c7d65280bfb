package broker

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"ferry/internal/sys"
	"ferry/vfs"
)

// passedFile takes over the descriptor that came with an answer.
func passedFile(d *decoder, passed int, name string) (*os.File, error) {
	if err := d.end(); err != nil || passed < 0 {
		if passed >= 0 {
			_ = sys.ClosePassed(passed) // nothing was done with it
		}
		return nil, errMalformed
	}
	return os.NewFile(uintptr(passed), name), nil
}

// Open implements vfs.FS. The Reader implements vfs.Filer.
func (s *Session) Open(ctx context.Context, name string, offset int64) (vfs.Reader, error) {
	r := &reader{name: name}
	err := s.on(ctx, opOpen, "open", name,
		func(e *encoder) { e.u64(uint64(offset)) },
		func(d *decoder, passed int) (err error) {
			r.info = d.info()
			r.file, err = passedFile(d, passed, name)
			return err
		})
	if err != nil {
		return nil, err
	}
	return r, nil
}

type reader struct {
	file *os.File
	name string
	info vfs.Info
}

var _ vfs.Filer = (*reader)(nil)

func (r *reader) Info() vfs.Info { return r.info }
func (r *reader) File() *os.File { return r.file }
func (r *reader) Close() error   { return fail("close", r.name, r.file.Close()) }

func (r *reader) Read(b []byte) (int, error) {
	n, err := r.file.Read(b)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, fail("read", r.name, err)
}

// fail says which operation on which name failed; nil stays nil.
func fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: vfs.FromOS(err)}
}

// Create implements vfs.FS. The Writer implements vfs.Filer. It stands at the
// broker; this end has the descriptor, once the first byte is written.
func (s *Session) Create(ctx context.Context, name string, opts vfs.CreateOptions) (vfs.Writer, error) {
	if err := check(ctx, "create", name); err != nil {
		return nil, err
	}
	defer s.changes.Add(1)
	w := &writer{session: s, name: name, handle: s.newHandle()}
	err := s.do(ctx, request{op: opCreate, opName: "create", name: name, handle: w.handle, put: func(e *encoder) {
		e.u32(w.handle)
		e.str(name)
		e.options(opts)
	}})
	if err != nil {
		return nil, err
	}
	return w, nil
}

type writer struct {
	session *Session
	name    string
	handle  uint32
	file    *os.File // nil before begin
	begun   bool
	failed  error // how beginning went
	ended   atomic.Bool
}

var _ vfs.Filer = (*writer)(nil)

// call asks the broker's Writer for something. Nobody else knows how the file
// stands if the answer is not waited for, so it always is.
func (w *writer) call(ctx context.Context, op operation, opName string, take func(d *decoder, passed int) error) error {
	return w.session.do(context.WithoutCancel(ctx), request{op: op, opName: opName, name: w.name, take: take, put: func(e *encoder) { e.u32(w.handle) }})
}

// begin gets the descriptor, just before the first byte comes: that is when an
// existing file is cut off.
func (w *writer) begin() error {
	if w.begun {
		return w.failed
	}
	if w.ended.Load() {
		return fail("write", w.name, fs.ErrClosed)
	}
	w.begun = true
	w.failed = w.call(context.Background(), opBegin, "write", func(d *decoder, passed int) (err error) {
		w.file, err = passedFile(d, passed, w.name)
		return err
	})
	return w.failed
}

func (w *writer) File() *os.File {
	if w.begin() != nil {
		return nil // Write will say why
	}
	return w.file
}

func (w *writer) Write(b []byte) (int, error) {
	if err := w.begin(); err != nil {
		return 0, err
	}
	n, err := w.file.Write(b)
	return n, fail("write", w.name, err)
}

// close gives back this end's descriptor. It goes before the broker's: a lock
// ends with the last of them, and the file system may say only here that it had
// no space.
func (w *writer) close() error {
	if w.file == nil {
		return nil
	}
	return w.file.Close()
}

// Commit implements vfs.Writer.
func (w *writer) Commit(ctx context.Context) error {
	if !w.ended.CompareAndSwap(false, true) {
		return fail("commit", w.name, fs.ErrClosed)
	}
	defer w.session.changes.Add(1)
	if err := w.close(); err != nil {
		return errors.Join(fail("commit", w.name, err), w.call(ctx, opAbort, "remove", nil))
	}
	return w.call(ctx, opCommit, "commit", nil)
}

// Abort implements vfs.Writer.
func (w *writer) Abort(error) error {
	if !w.ended.CompareAndSwap(false, true) {
		return fail("abort", w.name, fs.ErrClosed)
	}
	defer w.session.changes.Add(1)
	// The broker's Writer removes the file before its lock ends, which it does
	// when both ends have closed it.
	err := w.call(context.Background(), opAbort, "abort", nil)
	return errors.Join(err, fail("abort", w.name, w.close()))
}
