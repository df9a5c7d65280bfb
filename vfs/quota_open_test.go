package vfs_test

import (
	"context"
	"errors"
	"testing"

	"ferry/vfs"
	"ferry/vfs/memfs"
)

// TestQuotaRemovedWhileWritten counts the bytes of a file that has lost its
// name as long as they can become more.
func TestQuotaRemovedWhileWritten(t *testing.T) {
	for what, lose := range map[string]func(t *testing.T, fsys vfs.FS) error{
		"removed": func(t *testing.T, fsys vfs.FS) error { return fsys.Remove(t.Context(), "/f") },
		"replaced": func(t *testing.T, fsys vfs.FS) error {
			put(t, fsys, "/g", 0)
			return errors.Join(fsys.Rename(t.Context(), "/g", "/f"), fsys.Remove(t.Context(), "/f"))
		},
		"another in its place": func(t *testing.T, fsys vfs.FS) error {
			if err := fsys.Remove(t.Context(), "/f"); err != nil {
				return err
			}
			put(t, fsys, "/f", 10)
			return nil
		},
	} {
		t.Run(what, func(t *testing.T) {
			stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
				for _, end := range []func(vfs.Writer) error{
					func(w vfs.Writer) error { return w.Commit(t.Context()) },
					func(w vfs.Writer) error { return w.Abort(nil) },
				} {
					w := open(t, fsys, "/f", vfs.CreateOptions{})
					write(t, w, 40, 40)
					second := open(t, fsys, "/f", vfs.CreateOptions{Append: true})
					if err := lose(t, fsys); err != nil {
						t.Fatal(err)
					}
					extra, files := int64(0), int64(0)
					if what == "another in its place" {
						extra, files = 10, 1
					}
					wantUsed(t, u, 40+extra, files)
					write(t, second, 50, 50)
					write(t, w, 70, int(60-extra)) // from 40 on, where 50 bytes are already
					wantUsed(t, u, 100, files)
					if err := end(w); err != nil {
						t.Error(err)
					}
					wantUsed(t, u, 100, files)
					if err := end(second); err != nil {
						t.Error(err)
					}
					wantUsed(t, u, extra, files)
					if files > 0 {
						if err := fsys.Remove(t.Context(), "/f"); err != nil {
							t.Error(err)
						}
					}
				}
			}, 100, 0)
		})
	}
}

// TestQuotaRenamedWhileWritten keeps counting what was only moved.
func TestQuotaRenamedWhileWritten(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		if err := fsys.Mkdir(t.Context(), "/d", 0o755); err != nil {
			t.Fatal(err)
		}
		for i, c := range []struct {
			from, to, moved string
			end             func(vfs.Writer) error
		}{
			{"/d", "/e", "/e/f", func(w vfs.Writer) error { return w.Commit(t.Context()) }},
			{"/f", "/g", "/g", func(w vfs.Writer) error { return w.Commit(t.Context()) }},
			{"/f", "/h", "/h", func(w vfs.Writer) error { return w.Abort(nil) }},
		} {
			name := "/f"
			if c.from == "/d" {
				name = "/d/f"
			}
			used, files := u.Used()
			w := open(t, fsys, name, vfs.CreateOptions{})
			write(t, w, 20, 20)
			if err := fsys.Rename(t.Context(), c.from, c.to); err != nil {
				t.Fatal(err)
			}
			write(t, w, i, i)
			if err := c.end(w); err != nil {
				t.Error(err)
			}
			wantUsed(t, u, used+20+int64(i), files+1)
			wantSize(t, fsys, c.moved, 20+int64(i))
		}
	}, 100, 3)
}

// TestQuotaTwoWriters writes one file in two places at once: what both write
// counts once, and a hole counts too.
func TestQuotaTwoWriters(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		put(t, fsys, "/f", 30)
		long := open(t, fsys, "/f", vfs.CreateOptions{Offset: 20})
		write(t, long, 20, 20)
		wantUsed(t, u, 40, 1)
		short := open(t, fsys, "/f", vfs.CreateOptions{})
		write(t, short, 10, 10)
		wantUsed(t, u, 10, 1)
		write(t, long, 10, 10) // from 40
		wantUsed(t, u, 50, 1)
		write(t, short, 30, 30) // up to 40, which is there
		wantUsed(t, u, 50, 1)
		write(t, short, 80, 60)
		wantUsed(t, u, 100, 1)
		commit(t, long)
		wantUsed(t, u, 100, 1)
		abort(t, short)
		wantUsed(t, u, 0, 0)
	}, 100, 0)
}

// TestQuotaCommitOfNothing continues a file that has been cut off meanwhile: the
// store may make it as long again, and there must be room for that.
func TestQuotaCommitOfNothing(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		for _, c := range []struct {
			other int
			want  error
		}{{80, nil}, {81, vfs.ErrQuota}} {
			put(t, fsys, "/f", 20)
			w := open(t, fsys, "/f", vfs.CreateOptions{Offset: 20})
			put(t, fsys, "/f", 0)
			put(t, fsys, "/other", c.other)
			if err := w.Commit(t.Context()); !errors.Is(err, c.want) {
				t.Errorf("Commit with %d bytes elsewhere = %v, want %v", c.other, err, c.want)
			}
			if bytes, files := u.Used(); bytes > 100 || files != 2 {
				t.Errorf("used are %d bytes in %d files", bytes, files)
			}
			if err := fsys.Remove(t.Context(), "/other"); err != nil {
				t.Fatal(err)
			}
		}
	}, 100, 0)
}

// failing is a store whose Writers fail as they are told.
type failing struct {
	vfs.FS
	write  func(w vfs.Writer, b []byte) (int, error)
	commit error
}

type failingWriter struct {
	vfs.Writer
	fs failing
}

func (f failing) Create(ctx context.Context, name string, opts vfs.CreateOptions) (vfs.Writer, error) {
	w, err := f.FS.Create(ctx, name, opts)
	if err != nil {
		return nil, err
	}
	return failingWriter{w, f}, nil
}

func (w failingWriter) Write(b []byte) (int, error) { return w.fs.write(w.Writer, b) }

// Commit fails as a full disk makes it: the file goes.
func (w failingWriter) Commit(ctx context.Context) error {
	if w.fs.commit == nil {
		return w.Writer.Commit(ctx)
	}
	return errors.Join(w.fs.commit, w.Abort(w.fs.commit))
}

func TestQuotaStoreFails(t *testing.T) {
	below := memfs.New()
	u := vfs.NewUsage(100, 0)
	wantExact(t, below, u)
	put(t, vfs.Quota(below, u), "/old", 50)
	for what, c := range map[string]struct {
		fs           failing
		opts         vfs.CreateOptions
		name         string
		n            int
		bytes, files int64 // in the end
	}{
		"half is written": {
			fs: failing{write: func(w vfs.Writer, b []byte) (int, error) {
				n, err := w.Write(b[:len(b)/2])
				return n, errors.Join(err, vfs.ErrNoSpace)
			}},
			opts: vfs.CreateOptions{KeepPartial: true}, name: "/new", n: 15, bytes: 65, files: 2,
		},
		"nothing is written": {
			fs:   failing{write: func(vfs.Writer, []byte) (int, error) { return 0, vfs.ErrNoSpace }},
			opts: vfs.CreateOptions{KeepPartial: true}, name: "/old", bytes: 50, files: 1,
		},
		"cut off, and nothing is written": {
			fs: failing{write: func(w vfs.Writer, _ []byte) (int, error) {
				n, err := w.Write(nil)
				return n, errors.Join(err, vfs.ErrNoSpace)
			}},
			opts: vfs.CreateOptions{Offset: 20}, name: "/old", bytes: 20, files: 1,
		},
		"the end fails": {
			fs:   failing{write: vfs.Writer.Write, commit: vfs.ErrNoSpace},
			name: "/new", n: 30, bytes: 50, files: 1,
		},
	} {
		t.Run(what, func(t *testing.T) {
			c.fs.FS = below
			fsys := vfs.Quota(c.fs, u)
			put(t, vfs.Quota(below, u), "/old", 50)
			w := open(t, fsys, c.name, c.opts)
			n, err := w.Write(make([]byte, 30))
			if n != c.n || (n < 30) != errors.Is(err, vfs.ErrNoSpace) {
				t.Errorf("Write = %d, %v", n, err)
			}
			if c.fs.commit != nil {
				if err := w.Commit(t.Context()); !errors.Is(err, c.fs.commit) {
					t.Errorf("Commit = %v", err)
				}
			} else {
				abort(t, w)
			}
			wantUsed(t, u, c.bytes, c.files)
			if err := below.Remove(t.Context(), "/new"); err == nil {
				if err := u.Scan(t.Context(), below); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
