package vfstest

import (
	"io/fs"
	"testing"

	"ferry/vfs"
)

var changeTests = []test{
	{"Remove", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/d/f", "content")
		if err := fsys.Remove(t.Context(), "/d/f"); err != nil {
			t.Fatal(err)
		}
		wantListing(t, fsys, "/d")
		wantErr(t, "Remove again", fsys.Remove(t.Context(), "/d/f"), vfs.ErrNotExist)
		wantErr(t, "Remove of a directory", fsys.Remove(t.Context(), "/d"), vfs.ErrIsDir)
		wantErr(t, "Remove of the root", fsys.Remove(t.Context(), "/"), vfs.ErrIsDir)
		wantListing(t, fsys, "/", "d")
	}},
	{"Remove while read", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "content")
		r, err := fsys.Open(t.Context(), "/f", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		if err := fsys.Remove(t.Context(), "/f"); err != nil {
			t.Skipf("an open file cannot be removed: %v", err)
		}
		wantGone(t, fsys, "/f")
	}},
	{"Mkdir", func(t *testing.T, fsys vfs.FS) {
		for _, perm := range []fs.FileMode{0o755, 0o777, 0o700, 0o750, 0o500} {
			name := "/" + perm.String()
			if err := fsys.Mkdir(t.Context(), name, perm); err != nil {
				t.Fatal(err)
			}
			if got := lstat(t, fsys, name).Mode; !got.IsDir() || got&permBits != perm {
				t.Errorf("a new directory has %v, want exactly %v", got, perm)
			}
		}
		mkdir(t, fsys, "/d")
		mkdir(t, fsys, "/d/e")
		put(t, fsys, "/f", "")
		wantErr(t, "Mkdir of a directory", fsys.Mkdir(t.Context(), "/d", 0o755), vfs.ErrExist)
		wantErr(t, "Mkdir of a file", fsys.Mkdir(t.Context(), "/f", 0o755), vfs.ErrExist)
		wantErr(t, "Mkdir of the root", fsys.Mkdir(t.Context(), "/", 0o755), vfs.ErrExist)
		wantErr(t, "Mkdir below nothing", fsys.Mkdir(t.Context(), "/none/d", 0o755), vfs.ErrNotExist)
		wantErr(t, "Mkdir below a file", fsys.Mkdir(t.Context(), "/f/d", 0o755), vfs.ErrNotDir, vfs.ErrNotExist)
	}},
	{"Rmdir", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		mkdir(t, fsys, "/d/e")
		put(t, fsys, "/f", "content")
		wantErr(t, "Rmdir of a full directory", fsys.Rmdir(t.Context(), "/d"), vfs.ErrNotEmpty)
		wantErr(t, "Rmdir of a file", fsys.Rmdir(t.Context(), "/f"), vfs.ErrNotDir)
		wantErr(t, "Rmdir of nothing", fsys.Rmdir(t.Context(), "/none"), vfs.ErrNotExist)
		wantErr(t, "Rmdir of the root", fsys.Rmdir(t.Context(), "/"), vfs.ErrInvalid)
		for _, name := range []string{"/d/e", "/d"} {
			if err := fsys.Rmdir(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		wantListing(t, fsys, "/", "f")
		wantErr(t, "Rmdir of the empty root", fsys.Rmdir(t.Context(), "/"), vfs.ErrInvalid)
	}},
	{"Rename", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		for _, step := range [][2]string{{"/f", "/g"}, {"/g", "/d/h"}, {"/d", "/e"}, {"/e/h", "/e/h"}} {
			if err := fsys.Rename(t.Context(), step[0], step[1]); err != nil {
				t.Fatalf("Rename(%q): %v", step, err)
			}
		}
		wantListing(t, fsys, "/", "e")
		wantContent(t, fsys, "/e/h", "content")
	}},
	{"Rename replaces", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/from", "new")
		put(t, fsys, "/to", "old content")
		if err := fsys.Rename(t.Context(), "/from", "/to"); err != nil {
			t.Fatal(err)
		}
		wantListing(t, fsys, "/", "to")
		wantContent(t, fsys, "/to", "new")
	}},
	{"Rename refused", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		mkdir(t, fsys, "/d/e")
		mkdir(t, fsys, "/full")
		put(t, fsys, "/full/f", "content")
		put(t, fsys, "/f", "content")
		for _, c := range []struct {
			from, to string
			kinds    []error
		}{
			{"/none", "/new", []error{vfs.ErrNotExist}},
			{"/f", "/none/f", []error{vfs.ErrNotExist}},
			{"/f", "/full/f/g", []error{vfs.ErrNotDir, vfs.ErrNotExist}},
			{"/f", "/d", []error{vfs.ErrIsDir, vfs.ErrExist}},
			{"/d", "/f", []error{vfs.ErrNotDir, vfs.ErrExist}},
			{"/d", "/full", []error{vfs.ErrNotEmpty}},
			{"/d", "/d/e/f", []error{vfs.ErrInvalid}},
			{"/", "/new", []error{vfs.ErrInvalid}},
			{"/f", "/", []error{vfs.ErrInvalid}},
			{"/d", "/", []error{vfs.ErrInvalid}},
		} {
			wantErr(t, "Rename("+c.from+", "+c.to+")", fsys.Rename(t.Context(), c.from, c.to), c.kinds...)
		}
		wantListing(t, fsys, "/", "d", "f", "full")
		wantListing(t, fsys, "/d", "e")
		wantListing(t, fsys, "/full", "f")
	}},
	{"cancelled", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		ctx := canceled(t)
		_, statErr := fsys.Stat(ctx, "/f")
		_, openErr := fsys.Open(ctx, "/f", 0)
		for what, err := range map[string]error{
			"Stat":   statErr,
			"Open":   openErr,
			"Remove": fsys.Remove(ctx, "/f"),
			"Rename": fsys.Rename(ctx, "/f", "/g"),
			"Mkdir":  fsys.Mkdir(ctx, "/e", 0o755),
			"Rmdir":  fsys.Rmdir(ctx, "/d"),
		} {
			if err == nil {
				t.Errorf("%s with a context that has ended succeeds", what)
			}
		}
		wantListing(t, fsys, "/", "d", "f")
	}},
}
