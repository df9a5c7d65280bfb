package vfstest

import (
	"errors"
	"io/fs"
	"testing"

	"ferry/vfs"
)

var errCause = errors.New("the connection broke")

func abort(t *testing.T, w vfs.Writer) {
	t.Helper()
	if err := w.Abort(errCause); err != nil {
		t.Errorf("Abort: %v", err)
	}
}

var abortTests = []test{
	{"new file", func(t *testing.T, fsys vfs.FS) {
		w := create(t, fsys, "/f", vfs.CreateOptions{})
		fill(t, w, "part")
		abort(t, w)
		wantGone(t, fsys, "/f")
		wantErr(t, "Abort after Abort", w.Abort(nil), fs.ErrClosed)
		wantErr(t, "Commit after Abort", w.Commit(t.Context()), fs.ErrClosed)
		wantGone(t, fsys, "/f")
	}},
	{"replaced file", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "before")
		w := create(t, fsys, "/f", vfs.CreateOptions{})
		fill(t, w, "part")
		abort(t, w)
		wantListing(t, fsys, "/")
	}},
	{"nothing was written", func(t *testing.T, fsys vfs.FS) {
		for _, opts := range []vfs.CreateOptions{{}, {KeepPartial: true}, {Offset: 3}, {Append: true}} {
			put(t, fsys, "/f", "before")
			abort(t, create(t, fsys, "/f", opts))
			wantContent(t, fsys, "/f", "before")
		}
		abort(t, create(t, fsys, "/g", vfs.CreateOptions{KeepPartial: true}))
		wantGone(t, fsys, "/g")
	}},
	{"new file appended to", func(t *testing.T, fsys vfs.FS) {
		w := create(t, fsys, "/f", vfs.CreateOptions{Append: true})
		fill(t, w, "part")
		abort(t, w)
		wantGone(t, fsys, "/f")
	}},
	{"keep partial", func(t *testing.T, fsys vfs.FS) {
		w := create(t, fsys, "/f", vfs.CreateOptions{KeepPartial: true, Perm: 0o600})
		fill(t, w, "part")
		abort(t, w)
		if _, err := fsys.Lstat(t.Context(), "/f"); errors.Is(err, vfs.ErrNotExist) {
			t.Skip("the store cannot keep what is not whole")
		}
		wantContent(t, fsys, "/f", "part")
		write(t, fsys, "/f", "and the rest", vfs.CreateOptions{Offset: 4})
		wantContent(t, fsys, "/f", "partand the rest")
	}},
	{"continued file stays", func(t *testing.T, fsys vfs.FS) {
		for _, opts := range []vfs.CreateOptions{{Append: true}, {Offset: 6}, {Offset: 3}} {
			put(t, fsys, "/f", "before")
			w := create(t, fsys, "/f", opts)
			fill(t, w, "part")
			abort(t, w)
			if got := get(t, fsys, "/f", 0); got[:3] != "bef" {
				t.Errorf("%+v: after Abort the file holds %q, not what was before the offset", opts, got)
			}
		}
	}},
	{"another file of that name", func(t *testing.T, fsys vfs.FS) {
		w := create(t, fsys, "/f", vfs.CreateOptions{})
		fill(t, w, "part")
		if err := fsys.Remove(t.Context(), "/f"); err != nil {
			t.Skipf("an open file cannot be removed: %v", err)
		}
		put(t, fsys, "/f", "another")
		abort(t, w)
		wantContent(t, fsys, "/f", "another")
	}},
	{"renamed meanwhile", func(t *testing.T, fsys vfs.FS) {
		w := create(t, fsys, "/f", vfs.CreateOptions{})
		fill(t, w, "part")
		if err := fsys.Rename(t.Context(), "/f", "/g"); err != nil {
			t.Skipf("an open file cannot be renamed: %v", err)
		}
		abort(t, w)
		wantListing(t, fsys, "/", "g")
	}},
	{"removed with its directory", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		w := create(t, fsys, "/d/f", vfs.CreateOptions{})
		if err := fsys.Remove(t.Context(), "/d/f"); err != nil {
			t.Skipf("an open file cannot be removed: %v", err)
		}
		if err := fsys.Rmdir(t.Context(), "/d"); err != nil {
			t.Fatal(err)
		}
		abort(t, w)
		wantListing(t, fsys, "/")
	}},
}
