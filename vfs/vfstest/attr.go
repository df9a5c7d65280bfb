package vfstest

import (
	"io/fs"
	"testing"
	"time"

	"ferry/vfs"
)

var attrTests = []test{
	{"Chmod", func(t *testing.T, fsys vfs.FS) {
		c, ok := vfs.As[vfs.Chmodder](fsys)
		if !ok {
			t.Skip("the store keeps no permission bits")
		}
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		for _, perm := range []fs.FileMode{0o600, 0, 0o777, 0o444, 0o755 | fs.ModeSetgid, 0o700 | fs.ModeSetuid, 0o644} {
			if err := c.Chmod(t.Context(), "/f", perm); err != nil {
				t.Fatalf("Chmod(%v): %v", perm, err)
			}
			if got := lstat(t, fsys, "/f").Mode; got&permBits != perm || !got.IsRegular() {
				t.Errorf("Chmod(%v) gives %v", perm, got)
			}
		}
		if err := c.Chmod(t.Context(), "/d", 0o777|fs.ModeSticky); err != nil {
			t.Fatal(err)
		}
		if got := lstat(t, fsys, "/d").Mode; got != fs.ModeDir|fs.ModeSticky|0o777 {
			t.Errorf("the directory has %v", got)
		}
		if err := c.Chmod(t.Context(), "/", 0o700); err != nil {
			t.Fatal(err)
		}
		wantErr(t, "Chmod of nothing", c.Chmod(t.Context(), "/none", 0o600), vfs.ErrNotExist)
	}},
	{"Chown", func(t *testing.T, fsys vfs.FS) {
		c, ok := vfs.As[vfs.Chowner](fsys)
		if !ok {
			t.Skip("the store keeps no owners")
		}
		put(t, fsys, "/f", "")
		was := lstat(t, fsys, "/f")
		if err := c.Chown(t.Context(), "/f", -1, -1); err != nil {
			t.Skipf("owners cannot be set: %v", err)
		}
		if got := lstat(t, fsys, "/f"); got.UID != was.UID || got.GID != was.GID {
			t.Errorf("Chown(-1, -1) makes %d:%d of %d:%d", got.UID, got.GID, was.UID, was.GID)
		}
		wantErr(t, "Chown of nothing", c.Chown(t.Context(), "/none", -1, -1), vfs.ErrNotExist)
		if err := c.Chown(t.Context(), "/f", 1234, -1); err != nil {
			t.Skipf("not permitted: %v", err)
		}
		if err := c.Chown(t.Context(), "/f", -1, 4321); err != nil {
			t.Fatal(err)
		}
		if got := lstat(t, fsys, "/f"); got.UID != 1234 || got.GID != 4321 {
			t.Errorf("owner %d:%d, want 1234:4321", got.UID, got.GID)
		}
		if err := c.Chown(t.Context(), "/", -1, 4321); err != nil {
			t.Error(err)
		}
	}},
	{"SetModTime", func(t *testing.T, fsys vfs.FS) {
		s, ok := vfs.As[vfs.TimeSetter](fsys)
		if !ok {
			t.Skip("the store cannot set times")
		}
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		for _, name := range []string{"/f", "/d", "/"} {
			want := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
			if err := s.SetModTime(t.Context(), name, want); err != nil {
				t.Fatalf("SetModTime(%q): %v", name, err)
			}
			if got := lstat(t, fsys, name).ModTime; !got.Equal(want) {
				t.Errorf("%q was changed %v, want %v", name, got, want)
			}
		}
		wantContent(t, fsys, "/f", "content")
		wantErr(t, "SetModTime of nothing", s.SetModTime(t.Context(), "/none", time.Now()), vfs.ErrNotExist)
	}},
	{"SetCreationTime", func(t *testing.T, fsys vfs.FS) {
		s, ok := vfs.As[vfs.CreationTimeSetter](fsys)
		if !ok {
			t.Skip("the store has no creation times")
		}
		put(t, fsys, "/f", "content")
		if err := s.SetCreationTime(t.Context(), "/f", time.Now().Add(-time.Hour)); err != nil {
			t.Error(err)
		}
		wantErr(t, "SetCreationTime of nothing", s.SetCreationTime(t.Context(), "/none", time.Now()), vfs.ErrNotExist)
	}},
}
