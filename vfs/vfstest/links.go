package vfstest

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"ferry/vfs"
)

// symlinks makes links, or skips the test where there are none.
func symlinks(t *testing.T, fsys vfs.FS, targets map[string]string) {
	t.Helper()
	s, ok := fsys.(Symlinker)
	if !ok {
		t.Skip("the store has no symbolic links")
	}
	for name, target := range targets {
		if err := s.Symlink(target, name); err != nil {
			t.Fatalf("Symlink(%q, %q): %v", target, name, err)
		}
	}
}

var linkTests = []test{
	{"to a file", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/d/f", "content")
		symlinks(t, fsys, map[string]string{"/rel": "d/f", "/d/up": "../d/f", "/twice": "rel"})
		for _, name := range []string{"/rel", "/d/up", "/twice"} {
			wantContent(t, fsys, name, "content")
			info, err := fsys.Stat(t.Context(), name)
			if err != nil || !info.IsRegular() || info.Size != 7 || info.Target != "" {
				t.Errorf("Stat(%q) = %+v, %v, want the file", name, info, err)
			}
			if info := lstat(t, fsys, name); info.Mode.Type() != fs.ModeSymlink || info.Target == "" || "/"+info.Name != name[len(name)-len(info.Name)-1:] {
				t.Errorf("Lstat(%q) = %+v, want the link", name, info)
			}
		}
		for info, err := range fsys.List(t.Context(), "/") {
			if err != nil {
				t.Fatal(err)
			}
			if info.Name == "rel" && (info.Mode.Type() != fs.ModeSymlink || info.Target != "") {
				t.Errorf("List has %+v, want a link whose target was not asked for", info)
			}
		}
	}},
	{"stay inside", func(t *testing.T, fsys vfs.FS) {
		// A store may resolve such a link inside, or refuse it.
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		symlinks(t, fsys, map[string]string{"/d/above": "../../../../f", "/d/abs": "/f", "/etc": "/etc", "/above": "../../../../../../../etc"})
		for _, name := range []string{"/d/above", "/d/abs"} {
			if _, err := fsys.Stat(t.Context(), name); !errors.Is(err, vfs.ErrPermission) {
				wantContent(t, fsys, name, "content")
			}
		}
		for _, name := range []string{"/etc/passwd", "/above/passwd", "/etc", "/above"} {
			_, err := fsys.Stat(t.Context(), name)
			wantErr(t, "Stat("+name+")", err, vfs.ErrLoop, vfs.ErrNotExist, vfs.ErrPermission)
		}
	}},
	{"Enter", func(t *testing.T, fsys vfs.FS) {
		e, ok := vfs.As[vfs.Enterer](fsys)
		if !ok {
			t.Skip("directories cannot be entered")
		}
		put(t, fsys, "/f", "")
		mkdir(t, fsys, "/d")
		symlinks(t, fsys, map[string]string{"/to-d": "d", "/to-f": "f", "/to-nothing": "nothing"})
		for name, want := range map[string]error{
			"/": nil, "/d": nil, "/to-d": nil, "/f": vfs.ErrNotDir, "/to-f": vfs.ErrNotDir,
			"/nothing": vfs.ErrNotExist, "/to-nothing": vfs.ErrNotExist, "d": vfs.ErrInvalid,
		} {
			if err := e.Enter(t.Context(), name); !errors.Is(err, want) {
				t.Errorf("Enter(%q): %v, want %v", name, err, want)
			}
		}
	}},
	{"ReadLink", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		symlinks(t, fsys, map[string]string{"/rel": "../x/./y", "/abs": "/else/where", "/odd": "a b\xff"})
		reader, ok := vfs.As[vfs.LinkReader](fsys)
		if !ok {
			t.Skip("links cannot be read")
		}
		for name, want := range map[string]string{"/rel": "../x/./y", "/abs": "/else/where", "/odd": "a b\xff"} {
			if got, err := reader.ReadLink(t.Context(), name); err != nil || got != want {
				t.Errorf("ReadLink(%q) = %q, %v, want %q", name, got, err, want)
			}
			if got := lstat(t, fsys, name).Target; got != want {
				t.Errorf("Lstat(%q).Target = %q, want %q", name, got, want)
			}
		}
		_, err := reader.ReadLink(t.Context(), "/f")
		wantErr(t, "ReadLink of a file", err, vfs.ErrInvalid)
		_, err = reader.ReadLink(t.Context(), "/")
		wantErr(t, "ReadLink of the root", err, vfs.ErrInvalid)
		_, err = reader.ReadLink(t.Context(), "/none")
		wantErr(t, "ReadLink of nothing", err, vfs.ErrNotExist)
	}},
	{"to a directory", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/d/f", "content")
		symlinks(t, fsys, map[string]string{"/l": "d"})
		wantListing(t, fsys, "/l", "f")
		wantContent(t, fsys, "/l/f", "content")
		put(t, fsys, "/l/g", "more")
		wantListing(t, fsys, "/d", "f", "g")
		wantErr(t, "Rmdir of a link", fsys.Rmdir(t.Context(), "/l"), vfs.ErrNotDir)
		if err := fsys.Remove(t.Context(), "/l"); err != nil {
			t.Fatal(err)
		}
		wantListing(t, fsys, "/", "d")
		wantListing(t, fsys, "/d", "f", "g")
	}},
	{"Remove and Rename take the link", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "content")
		put(t, fsys, "/g", "other")
		symlinks(t, fsys, map[string]string{"/a": "f", "/b": "f"})
		if err := fsys.Remove(t.Context(), "/a"); err != nil {
			t.Fatal(err)
		}
		if err := fsys.Rename(t.Context(), "/b", "/c"); err != nil {
			t.Fatal(err)
		}
		if info := lstat(t, fsys, "/c"); info.Target != "f" {
			t.Errorf("the renamed link is %+v", info)
		}
		if err := fsys.Rename(t.Context(), "/g", "/c"); err != nil {
			t.Fatal(err)
		}
		wantListing(t, fsys, "/", "c", "f")
		wantContent(t, fsys, "/f", "content")
		wantContent(t, fsys, "/c", "other")
	}},
	{"Create through a link", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		symlinks(t, fsys, map[string]string{"/l": "f", "/dangling": "d/new", "/d/two": "../dangling", "/nowhere": "none/new"})
		put(t, fsys, "/l", "changed")
		wantContent(t, fsys, "/f", "changed")
		_, err := fsys.Create(t.Context(), "/l", vfs.CreateOptions{Exclusive: true})
		wantErr(t, "Create(Exclusive) of a link", err, vfs.ErrExist)
		_, err = fsys.Create(t.Context(), "/dangling", vfs.CreateOptions{Exclusive: true})
		wantErr(t, "Create(Exclusive) of a dangling link", err, vfs.ErrExist)
		_, err = fsys.Create(t.Context(), "/dangling", vfs.CreateOptions{Existing: true})
		wantErr(t, "Create(Existing) of a dangling link", err, vfs.ErrNotExist)
		_, err = fsys.Create(t.Context(), "/nowhere", vfs.CreateOptions{})
		wantErr(t, "Create of a link into no directory", err, vfs.ErrNotExist)
		wantErr(t, "Mkdir of a dangling link", fsys.Mkdir(t.Context(), "/dangling", 0o755), vfs.ErrExist)
		put(t, fsys, "/d/two", "made")
		wantContent(t, fsys, "/d/new", "made")
		wantListing(t, fsys, "/d", "new", "two")
	}},
	{"Abort through a link", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		symlinks(t, fsys, map[string]string{"/l": "m", "/m": "f", "/dangling": "d/new"})
		for _, name := range []string{"/l", "/dangling"} {
			w := create(t, fsys, name, vfs.CreateOptions{})
			fill(t, w, "part")
			abort(t, w)
		}
		wantListing(t, fsys, "/", "d", "dangling", "l", "m")
		wantListing(t, fsys, "/d")
	}},
	{"attributes", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "content")
		symlinks(t, fsys, map[string]string{"/l": "f"})
		was := lstat(t, fsys, "/l")
		if c, ok := vfs.As[vfs.Chmodder](fsys); ok {
			if err := c.Chmod(t.Context(), "/l", 0o601); err != nil {
				t.Fatal(err)
			}
			if got := lstat(t, fsys, "/f").Mode; got != 0o601 {
				t.Errorf("Chmod through a link gives the file %v", got)
			}
		}
		if s, ok := vfs.As[vfs.TimeSetter](fsys); ok {
			want := time.Unix(1_000_000_000, 0)
			if err := s.SetModTime(t.Context(), "/l", want); err != nil {
				t.Fatal(err)
			}
			if got := lstat(t, fsys, "/f").ModTime; !got.Equal(want) {
				t.Errorf("SetModTime through a link gives the file %v", got)
			}
		}
		if c, ok := vfs.As[vfs.Chowner](fsys); ok && c.Chown(t.Context(), "/l", 1234, 1234) == nil {
			if got := lstat(t, fsys, "/f"); got.UID == 1234 || got.GID == 1234 {
				t.Errorf("Chown followed the link")
			}
			if got := lstat(t, fsys, "/l"); got.UID != 1234 || got.GID != 1234 {
				t.Errorf("Chown gives the link %d:%d", got.UID, got.GID)
			}
		}
		if is := lstat(t, fsys, "/l"); is.Mode != was.Mode || is.Target != was.Target || !is.ModTime.Equal(was.ModTime) {
			t.Errorf("the link was %+v and is %+v", was, is)
		}
	}},
	{"errors", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		symlinks(t, fsys, map[string]string{"/loop": "loop", "/dangling": "none", "/through": "f/below"})
		for name, kinds := range map[string][]error{
			"/loop": {vfs.ErrLoop}, "/loop/x": {vfs.ErrLoop}, "/dangling": {vfs.ErrNotExist}, "/through": {vfs.ErrNotDir},
		} {
			_, err := fsys.Stat(t.Context(), name)
			wantErr(t, "Stat("+name+")", err, kinds...)
			_, err = fsys.Open(t.Context(), name, 0)
			wantErr(t, "Open("+name+")", err, kinds...)
		}
		_, err := fsys.Create(t.Context(), "/loop", vfs.CreateOptions{})
		wantErr(t, "Create(/loop)", err, vfs.ErrLoop)
	}},
}
