package vfs_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"

	"ferry/vfs"
	"ferry/vfs/memfs"
)

// late is a store that shows nothing of a file before Commit, and until then
// what was there before, as an object store does. Each Commit makes another
// file, with an ID of its own if the store has any.
type late struct {
	*memfs.FS
	ids bool
}

func (l late) Stat(ctx context.Context, name string) (vfs.Info, error) {
	return l.anonymous(l.FS.Stat(ctx, name))
}

func (l late) Lstat(ctx context.Context, name string) (vfs.Info, error) {
	return l.anonymous(l.FS.Lstat(ctx, name))
}

func (l late) anonymous(info vfs.Info, err error) (vfs.Info, error) {
	if !l.ids {
		info.ID = ""
	}
	return info, err
}

func (l late) Create(ctx context.Context, name string, opts vfs.CreateOptions) (vfs.Writer, error) {
	info, err := l.FS.Stat(ctx, name)
	switch {
	case err == nil && opts.Exclusive:
		return nil, &fs.PathError{Op: "create", Path: name, Err: vfs.ErrExist}
	case errors.Is(err, vfs.ErrNotExist) && opts.Offset == 0 && !opts.Existing:
	case err != nil:
		return nil, err
	}
	w := &lateWriter{store: l.FS, name: name}
	if err == nil && (opts.Append || opts.Offset > 0) {
		w.content = make([]byte, min(info.Size, opts.Offset))
		if opts.Append {
			w.content = make([]byte, info.Size)
		}
	}
	return w, nil
}

type lateWriter struct {
	store   *memfs.FS
	name    string
	content []byte
}

func (w *lateWriter) Write(b []byte) (int, error) {
	w.content = append(w.content, b...)
	return len(b), nil
}

func (w *lateWriter) Commit(ctx context.Context) error {
	if err := w.store.Remove(ctx, w.name); err != nil && !errors.Is(err, vfs.ErrNotExist) {
		return err
	}
	file, err := w.store.Create(ctx, w.name, vfs.CreateOptions{Exclusive: true})
	if err != nil {
		return err
	}
	if _, err := file.Write(w.content); err != nil {
		return errors.Join(err, file.Abort(err))
	}
	return file.Commit(ctx)
}

func (w *lateWriter) Abort(error) error { return nil }

func TestQuotaLateStore(t *testing.T) {
	for what, ids := range map[string]bool{"with IDs": true, "without IDs": false} {
		t.Run(what, func(t *testing.T) {
			u := vfs.NewUsage(100, 3)
			below := late{memfs.New(), ids}
			wantExact(t, below, u)
			fsys := vfs.Quota(below, u)

			w := open(t, fsys, "/f", vfs.CreateOptions{})
			write(t, w, 30, 30)
			wantUsed(t, u, 30, 1) // reserved
			commit(t, w)
			wantUsed(t, u, 30, 1)
			abortedAt := func(name string, opts vfs.CreateOptions, n int) {
				t.Helper()
				bytes, files := u.Used()
				w := open(t, fsys, name, opts)
				write(t, w, n, n)
				abort(t, w)
				wantUsed(t, u, bytes, files)
			}
			abortedAt("/new", vfs.CreateOptions{}, 20)
			abortedAt("/f", vfs.CreateOptions{}, 20) // the old one stays
			abortedAt("/f", vfs.CreateOptions{Append: true}, 20)

			w = open(t, fsys, "/f", vfs.CreateOptions{})
			write(t, w, 50, 50)
			commit(t, w)
			wantUsed(t, u, 50, 1)
			w = open(t, fsys, "/f", vfs.CreateOptions{Offset: 20})
			write(t, w, 10, 10)
			commit(t, w)
			wantUsed(t, u, 30, 1)
			put(t, fsys, "/f", 0)
			wantUsed(t, u, 0, 1)

			// Removed while its successor is written.
			w = open(t, fsys, "/f", vfs.CreateOptions{})
			write(t, w, 40, 40)
			if err := fsys.Remove(t.Context(), "/f"); err != nil {
				t.Fatal(err)
			}
			wantUsed(t, u, 40, 0)
			commit(t, w)
			wantUsed(t, u, 40, 1)

			// Two make the same file.
			first := open(t, fsys, "/g", vfs.CreateOptions{})
			second := open(t, fsys, "/g", vfs.CreateOptions{})
			wantUsed(t, u, 40, 2)
			write(t, first, 10, 10)
			write(t, second, 15, 15)
			commit(t, first)
			commit(t, second)
			wantUsed(t, u, 55, 2)
			third := open(t, fsys, "/h", vfs.CreateOptions{})
			if _, err := fsys.Create(t.Context(), "/i", vfs.CreateOptions{}); !errors.Is(err, vfs.ErrQuota) {
				t.Errorf("the fourth file, while the third is not shown: %v", err)
			}
			abort(t, third)

			// Another file is in the place when Commit comes.
			w = open(t, fsys, "/g", vfs.CreateOptions{})
			write(t, w, 5, 5)
			if err := fsys.Remove(t.Context(), "/g"); err != nil {
				t.Fatal(err)
			}
			if ids {
				put(t, fsys, "/g", 12)
			}
			commit(t, w)
			wantUsed(t, u, 45, 2)
		})
	}
}
