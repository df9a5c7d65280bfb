package vfs_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"ferry/vfs"
)

func TestRestrictHidden(t *testing.T) {
	store := newFull(t)
	if err := store.Mkdir(t.Context(), "/d/.git", 0o755); err != nil {
		t.Fatal(err)
	}
	var asked []string
	fsys := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, Hidden: func(name string) bool {
		asked = append(asked, name)
		return name == "/g" || strings.Contains(name, "/.")
	}})
	for dir, want := range map[string][]string{"/": {"d", "f", "l"}, "/d": nil} {
		var got []string
		for info, err := range fsys.List(t.Context(), dir) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, info.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("List(%q) has %q, want %q", dir, got, want)
		}
	}
	for _, name := range []string{"/g", "/d/.git"} {
		if !slices.Contains(asked, name) {
			t.Errorf("Hidden was asked about %q, not %q", asked, name)
		}
		if _, err := fsys.Stat(t.Context(), name); err != nil {
			t.Errorf("Stat of the hidden %s = %v", name, err)
		}
	}
	for info, err := range fsys.List(t.Context(), "/") {
		if info.Name != "d" || err != nil {
			t.Errorf("List begins with %+v, %v", info, err)
		}
		break // a consumer that stops early
	}
	for info, err := range fsys.List(t.Context(), "/none") {
		if !errors.Is(err, vfs.ErrNotExist) || info.Name != "" {
			t.Errorf("List(/none) yields %v, %v", info, err)
		}
	}
}

func TestRestrictReadMode(t *testing.T) {
	store := newFull(t)
	for perm, readable := range map[fs.FileMode]bool{0o644: true, 0o640: false, 0o004: true, 0: false, 0o777: true} {
		if err := store.Chmod(t.Context(), "/f", perm); err != nil {
			t.Fatal(err)
		}
		r, err := vfs.Restrict(store, vfs.Policy{Allow: vfs.PermAll, ReadMode: 0o004}).Open(t.Context(), "/f", 0)
		if readable {
			if err != nil {
				t.Errorf("Open of %v = %v", perm, err)
			} else if err := r.Close(); err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, vfs.ErrPermission) || r != nil {
			t.Errorf("Open of %v = %v, %v, want it refused", perm, r, err)
		}
	}
}

func TestRestrictPatterns(t *testing.T) {
	jpg := func(name string) bool { return strings.HasSuffix(name, ".jpg") }
	txt := func(name string) bool { return strings.HasSuffix(name, ".txt") }
	for _, c := range []struct {
		op       string
		from, to string
		read     func(string) bool
		write    func(string) bool
		want     error
	}{
		{op: "open", to: "/f", read: jpg, want: vfs.ErrPermission},
		{op: "open", to: "/none.jpg", read: jpg, want: vfs.ErrNotExist},
		{op: "open", to: "/f", write: jpg},
		{op: "create", to: "/f", write: jpg, want: vfs.ErrPermission},
		{op: "create", to: "/new.jpg", write: jpg},
		{op: "create", to: "/f", read: jpg},
		{op: "rename", from: "/f", to: "/g.txt", write: jpg, want: vfs.ErrPermission},
		{op: "rename", from: "/f", to: "/g.jpg", write: jpg},
		{op: "rename", from: "/d", to: "/e", write: jpg},
		{op: "rename", from: "/none", to: "/e", write: jpg, want: vfs.ErrNotExist},
		{op: "rename", from: "/f", to: "/g.jpg", read: jpg, want: vfs.ErrPermission},
		{op: "rename", from: "/f", to: "/h", read: jpg},
		{op: "rename", from: "/f", to: "/g.txt", read: jpg, write: txt},
		{op: "rename", from: "/l", to: "/g.txt", read: txt, want: vfs.ErrPermission},
	} {
		fsys := vfs.Restrict(newFull(t), vfs.Policy{Allow: vfs.PermAll, MayRead: c.read, MayWrite: c.write})
		var err error
		switch c.op {
		case "open":
			_, err = fsys.Open(t.Context(), c.to, 0)
		case "create":
			_, err = fsys.Create(t.Context(), c.to, vfs.CreateOptions{})
		case "rename":
			err = fsys.Rename(t.Context(), c.from, c.to)
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s %s %s = %v, want %v", c.op, c.from, c.to, err, c.want)
		}
	}
}

func TestPermString(t *testing.T) {
	for perm, want := range map[vfs.Perm]string{
		0:                               "none",
		vfs.PermReadOnly:                "list,read",
		vfs.PermSetTime:                 "settime",
		vfs.PermAll:                     "list,read,create,overwrite,append,delete,rename,mkdir,rmdir,chmod,settime",
		vfs.PermCreate | vfs.PermDelete: "create,delete",
	} {
		if got := perm.String(); got != want {
			t.Errorf("String of %#x = %q, want %q", uint32(perm), got, want)
		}
	}
	if vfs.PermReadOnly.Has(vfs.PermRead | vfs.PermCreate) {
		t.Error("Has is satisfied with a part")
	}
}
