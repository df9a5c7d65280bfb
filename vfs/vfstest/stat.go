package vfstest

import (
	"io/fs"
	"testing"
	"time"

	"ferry/vfs"
)

var statTests = []test{
	{"root", func(t *testing.T, fsys vfs.FS) {
		for what, stat := range map[string]statFunc{"Stat": fsys.Stat, "Lstat": fsys.Lstat} {
			info, err := stat(t.Context(), "/")
			if err != nil {
				t.Fatalf("%s(/): %v", what, err)
			}
			if info.Name != "/" || !info.IsDir() || info.Nlink < 1 {
				t.Errorf("%s(/) = %+v, want the directory /", what, info)
			}
		}
	}},
	{"file", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		before := time.Now().Add(-time.Minute)
		write(t, fsys, "/d/f", "12345", vfs.CreateOptions{Perm: 0o640})
		for what, stat := range map[string]statFunc{"Stat": fsys.Stat, "Lstat": fsys.Lstat} {
			info, err := stat(t.Context(), "/d/f")
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if info.Name != "f" || !info.IsRegular() || info.IsDir() || info.Size != 5 || info.Nlink < 1 || info.Target != "" {
				t.Errorf("%s = %+v", what, info)
			}
			if info.Mode&permBits != 0o640 {
				t.Errorf("%s: permission bits %v, want 0640", what, info.Mode)
			}
			if info.ModTime.Before(before) || info.ModTime.After(time.Now().Add(time.Minute)) {
				t.Errorf("%s: ModTime %v is not now", what, info.ModTime)
			}
		}
	}},
	{"directory", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		info, err := fsys.Stat(t.Context(), "/d")
		if err != nil || info.Name != "d" || !info.IsDir() || info.Mode&permBits&^fs.ModeSetgid != 0o755 {
			t.Errorf("Stat(/d) = %+v, %v, want a directory with 0755", info, err)
		}
	}},
	{"ID", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/a", "1")
		put(t, fsys, "/b", "1")
		a, b := lstat(t, fsys, "/a"), lstat(t, fsys, "/b")
		if a.ID == "" && b.ID == "" {
			t.Skip("the store has no IDs")
		}
		if a.ID == b.ID {
			t.Errorf("two files have the one ID %q", a.ID)
		}
		if err := fsys.Rename(t.Context(), "/a", "/c"); err != nil {
			t.Fatal(err)
		}
		if c := lstat(t, fsys, "/c"); c.ID != a.ID {
			t.Errorf("ID is %q after a rename, was %q", c.ID, a.ID)
		}
		for info, err := range fsys.List(t.Context(), "/") {
			if err != nil || info.Name == "b" && info.ID != b.ID {
				t.Errorf("List has %+v, %v, want the ID %q", info, err, b.ID)
			}
		}
	}},
	{"missing", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		for what, stat := range map[string]statFunc{"Stat": fsys.Stat, "Lstat": fsys.Lstat} {
			_, err := stat(t.Context(), "/none")
			wantErr(t, what+"(/none)", err, vfs.ErrNotExist)
			_, err = stat(t.Context(), "/none/below")
			wantErr(t, what+"(/none/below)", err, vfs.ErrNotExist)
			_, err = stat(t.Context(), "/f/below")
			wantErr(t, what+"(/f/below)", err, vfs.ErrNotDir, vfs.ErrNotExist)
		}
	}},
}
