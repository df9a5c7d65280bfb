package memfs

import (
	"context"
	"io"
	"io/fs"
	"path"

	"ferry/vfs"
)

// Open implements vfs.FS.
func (f *FS) Open(ctx context.Context, name string, offset int64) (vfs.Reader, error) {
	if err := begin(ctx, "open", name); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fail("open", name, vfs.ErrInvalid)
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	p, err := f.find("open", name, true)
	if err != nil {
		return nil, err
	}
	if p.node.mode.IsDir() {
		return nil, fail("open", name, vfs.ErrIsDir)
	}
	at := min(offset, int64(len(p.node.data)))
	return &reader{fs: f, node: p.node, at: at, name: name, info: p.node.info(path.Base(name))}, nil
}

// reader is for one goroutine, as every io.Reader.
type reader struct {
	fs     *FS
	node   *node
	name   string
	info   vfs.Info
	at     int64
	closed bool
}

func (r *reader) Info() vfs.Info { return r.info }

func (r *reader) Read(b []byte) (int, error) {
	if r.closed {
		return 0, fail("read", r.name, fs.ErrClosed)
	}
	r.fs.mu.RLock()
	defer r.fs.mu.RUnlock()
	if len(b) == 0 {
		return 0, nil
	}
	if r.at >= int64(len(r.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, r.node.data[r.at:])
	r.at += int64(n)
	return n, nil
}

func (r *reader) Close() error {
	if r.closed {
		return fail("close", r.name, fs.ErrClosed)
	}
	r.closed = true
	return nil
}

// Create implements vfs.FS.
func (f *FS) Create(ctx context.Context, name string, opts vfs.CreateOptions) (vfs.Writer, error) {
	if err := begin(ctx, "create", name); err != nil {
		return nil, err
	}
	if !opts.Append && opts.Offset < 0 || opts.Exclusive && opts.Existing {
		return nil, fail("create", name, vfs.ErrInvalid)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.walk(name, !opts.Exclusive)
	if err != nil {
		return nil, fail("create", name, err)
	}
	if opts.Atomic {
		w, err := f.createAtomic(name, p, opts)
		if err != nil {
			return nil, fail("create", name, err)
		}
		return w, nil
	}
	w := &writer{fs: f, name: name, place: p, keep: opts.KeepPartial, append: opts.Append}
	if !opts.Append {
		w.at = opts.Offset
	}
	if p.node == nil {
		err = w.create(opts)
	} else {
		err = w.take(opts)
	}
	if err != nil {
		return nil, fail("create", name, err)
	}
	if opts.Lock {
		w.node.locked, w.locks = true, true
	}
	return w, nil
}

// create makes the file of a writer.
func (w *writer) create(opts vfs.CreateOptions) error {
	switch {
	case opts.Existing:
		return vfs.ErrNotExist
	case w.at > 0:
		return vfs.ErrInvalid
	}
	w.made, w.anew = true, true
	w.node = w.fs.make(w.place, &node{mode: opts.Perm & permBits})
	return nil
}

// take uses a file that is there.
func (w *writer) take(opts vfs.CreateOptions) error {
	n := w.place.node
	switch {
	case opts.Exclusive:
		return vfs.ErrExist
	case n.mode.IsDir():
		return vfs.ErrIsDir
	case opts.Lock && n.locked:
		return vfs.ErrLocked
	case w.at > int64(len(n.data)):
		return vfs.ErrInvalid
	}
	w.node = n
	if opts.Append {
		return nil
	}
	w.anew = w.at == 0
	return nil
}
