package vfs_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/vfs"
	"ferry/vfs/memfs"
	"ferry/vfs/osfs"
	"ferry/vfs/vfstest"
)

// counted is a store with a quota, and its links.
type counted struct {
	vfs.FS
	below   vfs.FS
	symlink func(target, name string) error
}

func (c counted) Unwrap() vfs.FS                    { return c.FS }
func (c counted) Symlink(target, name string) error { return c.symlink(target, name) }

// overMemory makes a quota over a store in memory, and what a fresh look at
// that store counts is compared at the end.
func overMemory(t *testing.T, below *memfs.FS, u *vfs.Usage) counted {
	wantExact(t, below, u)
	return counted{vfs.Quota(below, u), below, below.Symlink}
}

// overDisk is overMemory for a local directory.
func overDisk(t *testing.T, u *vfs.Usage) counted {
	dir := t.TempDir()
	below, err := osfs.New(dir, osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := below.Close(); err != nil {
			t.Error(err)
		}
	})
	wantExact(t, below, u)
	return counted{vfs.Quota(below, u), below, func(target, name string) error {
		return os.Symlink(target, filepath.Join(dir, filepath.FromSlash(name)))
	}}
}

// wantExact has the test fail if, at its end, the count differs from what is in
// the store.
func wantExact(t *testing.T, below vfs.FS, u *vfs.Usage) {
	t.Cleanup(func() {
		anew := vfs.NewUsage(0, 0)
		if err := anew.Scan(context.WithoutCancel(t.Context()), below); err != nil {
			t.Error(err)
		}
		bytes, files := anew.Used()
		wantUsed(t, u, bytes, files)
	})
}

func wantUsed(t *testing.T, u *vfs.Usage, bytes, files int64) {
	t.Helper()
	if b, f := u.Used(); b != bytes || f != files {
		t.Errorf("used are %d bytes in %d files, want %d in %d", b, f, bytes, files)
	}
}

// stores are those that the tests of quotas run on, limited to so much.
func stores(t *testing.T, run func(t *testing.T, fsys counted, u *vfs.Usage), bytes, files int64) {
	t.Run("memfs", func(t *testing.T) {
		u := vfs.NewUsage(bytes, files)
		below := memfs.New()
		below.Limit = bytes // it would say ErrNoSpace, which nothing here expects
		run(t, overMemory(t, below, u), u)
	})
	t.Run("osfs", func(t *testing.T) {
		u := vfs.NewUsage(bytes, files)
		run(t, overDisk(t, u), u)
	})
}

// TestQuotaSuite runs the suite of stores, and compares the counts after each
// of its tests.
func TestQuotaSuite(t *testing.T) {
	for name, u := range map[string]func() *vfs.Usage{
		"no limits": func() *vfs.Usage { return vfs.NewUsage(0, 0) },
		"wide":      func() *vfs.Usage { return vfs.NewUsage(1<<63-1, 1<<63-1) },
	} {
		t.Run("memfs, "+name, func(t *testing.T) {
			vfstest.Run(t, func(t *testing.T) vfs.FS { return overMemory(t, memfs.New(), u()) })
		})
		t.Run("osfs, "+name, func(t *testing.T) {
			vfstest.Run(t, func(t *testing.T) vfs.FS { return overDisk(t, u()) })
		})
	}
}

// open opens a file for writing, or ends the test.
func open(t *testing.T, fsys vfs.FS, name string, opts vfs.CreateOptions) vfs.Writer {
	t.Helper()
	w, err := fsys.Create(t.Context(), name, opts)
	if err != nil {
		t.Fatalf("Create(%q, %+v): %v", name, opts, err)
	}
	return w
}

// write writes n bytes, of which so many are taken, with an ErrQuota if that is
// not all.
func write(t *testing.T, w io.Writer, n, taken int) {
	t.Helper()
	got, err := w.Write([]byte(strings.Repeat("x", n)))
	if got != taken || (taken < n) != errors.Is(err, vfs.ErrQuota) || taken == n && err != nil {
		t.Errorf("Write of %d bytes = %d, %v, want %d", n, got, err, taken)
	}
}

func commit(t *testing.T, w vfs.Writer) {
	t.Helper()
	if err := w.Commit(t.Context()); err != nil {
		t.Errorf("Commit: %v", err)
	}
}

func abort(t *testing.T, w vfs.Writer) {
	t.Helper()
	if err := w.Abort(nil); err != nil {
		t.Errorf("Abort: %v", err)
	}
}

// put makes a file of n bytes.
func put(t *testing.T, fsys vfs.FS, name string, n int) {
	t.Helper()
	w := open(t, fsys, name, vfs.CreateOptions{Perm: 0o644})
	write(t, w, n, n)
	commit(t, w)
}

func wantSize(t *testing.T, fsys vfs.FS, name string, want int64) {
	t.Helper()
	if info, err := fsys.Stat(t.Context(), name); err != nil || info.Size != want {
		t.Errorf("%s has %d bytes, %v, want %d", name, info.Size, err, want)
	}
}

func TestQuotaFiles(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		put(t, fsys, "/a", 1)
		if err := errors.Join(fsys.Mkdir(t.Context(), "/d", 0o755), fsys.symlink("a", "/l"), fsys.symlink("none", "/dangling")); err != nil {
			t.Fatal(err)
		}
		put(t, fsys, "/d/b", 2)
		wantUsed(t, u, 3, 2)
		for _, name := range []string{"/c", "/d/c", "/dangling"} {
			for _, opts := range []vfs.CreateOptions{{}, {Append: true}, {Exclusive: true}, {Lock: true}} {
				_, err := fsys.Create(t.Context(), name, opts)
				if !errors.Is(err, vfs.ErrQuota) && (name != "/dangling" || !opts.Exclusive) {
					t.Errorf("the third file, Create(%q, %+v) = %v, want ErrQuota", name, opts, err)
				}
				if _, err := fsys.Stat(t.Context(), name); !errors.Is(err, vfs.ErrNotExist) {
					t.Errorf("Create(%q) was refused and has made something: %v", name, err)
				}
			}
		}
		// What is there may be written, and the right error stays.
		put(t, fsys, "/l", 5)
		for _, c := range []struct {
			name string
			opts vfs.CreateOptions
			want error
		}{
			{"/a", vfs.CreateOptions{Exclusive: true}, vfs.ErrExist},
			{"/c", vfs.CreateOptions{Existing: true}, vfs.ErrNotExist},
			{"/c", vfs.CreateOptions{Offset: 1}, vfs.ErrInvalid},
			{"/c", vfs.CreateOptions{Offset: -1}, vfs.ErrInvalid},
			{"/d", vfs.CreateOptions{}, vfs.ErrIsDir},
		} {
			if _, err := fsys.Create(t.Context(), c.name, c.opts); !errors.Is(err, c.want) {
				t.Errorf("Create(%q, %+v) = %v, want %v", c.name, c.opts, err, c.want)
			}
		}
		wantUsed(t, u, 7, 2)

		if err := fsys.Remove(t.Context(), "/d/b"); err != nil {
			t.Fatal(err)
		}
		abort(t, open(t, fsys, "/c", vfs.CreateOptions{})) // a place that is given back
		put(t, fsys, "/dangling", 4)
		wantUsed(t, u, 9, 2)
		if err := fsys.Remove(t.Context(), "/dangling"); err != nil { // the link alone
			t.Fatal(err)
		}
		wantUsed(t, u, 9, 2)
		if err := fsys.Rename(t.Context(), "/a", "/none"); err != nil {
			t.Fatal(err)
		}
		put(t, fsys, "/none", 1)
		wantUsed(t, u, 1, 1)
	}, 100, 2)
}

func TestQuotaBytes(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		put(t, fsys, "/a", 60)
		part := open(t, fsys, "/b", vfs.CreateOptions{KeepPartial: true})
		write(t, part, 30, 30)
		write(t, part, 30, 10)
		write(t, part, 30, 0)
		wantUsed(t, u, 100, 2)
		abort(t, part)
		wantSize(t, fsys, "/b", 40)
		wantUsed(t, u, 100, 2)

		// A new file for which there is no room leaves nothing, also if its
		// part might stay.
		none := open(t, fsys, "/c", vfs.CreateOptions{KeepPartial: true})
		write(t, none, 1, 0)
		wantUsed(t, u, 100, 3)
		abort(t, none)
		wantUsed(t, u, 100, 2)
		put(t, fsys, "/empty", 0)

		// Nor is a file touched that cannot be continued.
		for _, opts := range []vfs.CreateOptions{{Append: true}, {Offset: 60}} {
			w := open(t, fsys, "/a", opts)
			write(t, w, 5, 0)
			abort(t, w)
		}
		wantSize(t, fsys, "/a", 60)

		// The room of what is cut off can be used again, that alone.
		w := open(t, fsys, "/a", vfs.CreateOptions{Offset: 20})
		wantUsed(t, u, 100, 3)
		write(t, w, 10, 10)
		wantUsed(t, u, 70, 3)
		write(t, w, 50, 30)
		abort(t, w)
		wantSize(t, fsys, "/a", 60)
		wantUsed(t, u, 100, 3)

		if err := fsys.Remove(t.Context(), "/b"); err != nil {
			t.Fatal(err)
		}
		w = open(t, fsys, "/a", vfs.CreateOptions{Append: true})
		write(t, w, 15, 15)
		write(t, w, 15, 15)
		commit(t, w)
		wantSize(t, fsys, "/a", 90)
		wantUsed(t, u, 90, 2)

		// An upload that replaces, and fails, takes the file away.
		w = open(t, fsys, "/a", vfs.CreateOptions{})
		write(t, w, 120, 100)
		abort(t, w)
		wantUsed(t, u, 0, 1)
	}, 100, 0)
}

// TestQuotaGivesBack looks at the count before and after each step of a Writer.
func TestQuotaGivesBack(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		put(t, fsys, "/f", 50)
		// Nothing is cut off before the first byte.
		abort(t, open(t, fsys, "/f", vfs.CreateOptions{}))
		wantUsed(t, u, 50, 1)
		w := open(t, fsys, "/f", vfs.CreateOptions{Offset: 20})
		wantUsed(t, u, 50, 1)
		commit(t, w)
		wantUsed(t, u, 20, 1)
		w = open(t, fsys, "/f", vfs.CreateOptions{Offset: 10})
		write(t, w, 0, 0) // an empty write begins too
		wantUsed(t, u, 10, 1)
		commit(t, w)
		put(t, fsys, "/f", 0)
		wantUsed(t, u, 0, 1)

		// Rename gives back what it replaces.
		put(t, fsys, "/f", 50)
		put(t, fsys, "/g", 30)
		for _, step := range []struct {
			from, to string
			bytes    int64
			files    int64
		}{
			{"/f", "/f", 80, 2}, {"/none", "/g", 80, 2}, {"/f", "/none/f", 80, 2}, {"/f", "/h", 80, 2}, {"/h", "/g", 50, 1},
		} {
			err := fsys.Rename(t.Context(), step.from, step.to)
			if err != nil && !errors.Is(err, vfs.ErrNotExist) {
				t.Errorf("Rename(%q, %q): %v", step.from, step.to, err)
			}
			wantUsed(t, u, step.bytes, step.files)
		}
		if err := fsys.Remove(t.Context(), "/none"); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("Remove of nothing = %v", err)
		}
		if err := fsys.symlink("g", "/l"); err != nil {
			t.Fatal(err)
		}
		if err := fsys.Rename(t.Context(), "/g", "/l"); err != nil { // replaces the link
			t.Fatal(err)
		}
		wantUsed(t, u, 50, 1)
	}, 100, 2)
}

func TestQuotaEnds(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		for what, end := range map[string]func(vfs.Writer) error{
			"Commit": func(w vfs.Writer) error { return w.Commit(t.Context()) },
			"Abort":  func(w vfs.Writer) error { return w.Abort(nil) },
		} {
			w := open(t, fsys, "/f", vfs.CreateOptions{KeepPartial: true})
			write(t, w, 10, 10)
			if err := end(w); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if n, err := w.Write([]byte("more")); n != 0 || !errors.Is(err, fs.ErrClosed) {
				t.Errorf("Write after %s = %d, %v, want fs.ErrClosed", what, n, err)
			}
			for _, err := range []error{w.Commit(t.Context()), w.Abort(nil)} {
				if !errors.Is(err, fs.ErrClosed) {
					t.Errorf("ending again after %s = %v, want fs.ErrClosed", what, err)
				}
			}
			wantUsed(t, u, 10, 1)
		}
	}, 100, 0)
}

func TestQuotaWriterIsNoFiler(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, _ *vfs.Usage) {
		w := open(t, fsys, "/f", vfs.CreateOptions{})
		if _, ok := w.(vfs.Filer); ok {
			t.Error("bytes can go past the count: the Writer is a Filer")
		}
		if _, ok := w.(io.ReaderFrom); ok {
			t.Error("bytes can go past the count: the Writer is an io.ReaderFrom")
		}
		commit(t, w)
	}, 0, 0)
}

func TestQuotaAbilities(t *testing.T) {
	type shredder interface{ Shred(name string) error }
	store := secretive{newFull(t)}
	fsys := vfs.Quota(store, vfs.NewUsage(0, 0))
	if has[shredder](fsys) {
		t.Error("Quota lets an ability through that might change what is counted")
	}
	if !has[vfs.CreationTimeSetter](fsys) || has[vfs.Chowner](vfs.Quota(struct{ vfs.FS }{store}, vfs.NewUsage(0, 0))) {
		t.Error("Quota has other abilities than its store")
	}
	c, _ := vfs.As[vfs.Chmodder](fsys)
	s, _ := vfs.As[vfs.TimeSetter](fsys)
	l, _ := vfs.As[vfs.LinkReader](fsys)
	target, err := l.ReadLink(t.Context(), "/l")
	if err := errors.Join(c.Chmod(t.Context(), "/f", 0o600), s.SetModTime(t.Context(), "/f", time.Unix(5, 0)), err); err != nil {
		t.Error(err)
	}
	if info, err := store.Stat(t.Context(), "/f"); err != nil || info.Mode != 0o600 || !info.ModTime.Equal(time.Unix(5, 0)) || target != "f" {
		t.Errorf("/f is %+v, %v, and /l leads to %q", info, err, target)
	}
	// What As goes through to must not be a way around the count.
	inner := fsys.(vfs.Unwrapper).Unwrap()
	_, err = inner.Create(t.Context(), "/new", vfs.CreateOptions{})
	for what, err := range map[string]error{
		"Create": err, "Remove": inner.Remove(t.Context(), "/f"), "Rename": inner.Rename(t.Context(), "/f", "/g"),
	} {
		if !errors.Is(err, vfs.ErrPermission) {
			t.Errorf("%s behind Quota = %v, want it refused", what, err)
		}
	}
}
