package vfstest

import (
	"strings"
	"testing"
	"time"

	"ferry/vfs"
)

// odd are names whose bytes must come back as they were.
var odd = []string{
	"space ", " space", "...", "-rf", "a\nb", "a\rb", "tab\t", `quote"'`, `back\slash`, "*?[", "\xff\xfe", "\x01",
	"ü", "u\u0308", "日本語", "~", strings.Repeat("n", vfs.MaxElement),
}

// invalid are names that a store refuses.
var invalid = []string{"", "f", "d/f", ".", "..", "//", "/d/", "/d//f", "/./f", "/d/..", "/../f", "/d/../f", "/f\x00", "/\x00"}

var nameTests = []test{
	{"odd", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		made := map[string]bool{}
		for _, name := range odd {
			w, err := fsys.Create(t.Context(), "/d/"+name, vfs.CreateOptions{Perm: 0o600, Exclusive: true})
			if err != nil {
				t.Errorf("Create(%q): %v", name, err)
				continue
			}
			fill(t, w, name)
			if err := w.Commit(t.Context()); err != nil {
				t.Errorf("Commit(%q): %v", name, err)
			}
			made[name] = true
		}
		for info, err := range fsys.List(t.Context(), "/d") {
			if err != nil {
				t.Fatal(err)
			}
			if !made[info.Name] {
				t.Errorf("List has %q", info.Name)
				continue
			}
			delete(made, info.Name)
			wantContent(t, fsys, "/d/"+info.Name, info.Name)
			if got := lstat(t, fsys, "/d/"+info.Name).Name; got != info.Name {
				t.Errorf("Lstat(%q) has the name %q", info.Name, got)
			}
			if err := fsys.Remove(t.Context(), "/d/"+info.Name); err != nil {
				t.Errorf("Remove(%q): %v", info.Name, err)
			}
		}
		for name := range made {
			t.Errorf("List left out %q", name)
		}
	}},
	{"too long", func(t *testing.T, fsys vfs.FS) {
		long := "/" + strings.Repeat("n", vfs.MaxElement+1)
		_, err := fsys.Create(t.Context(), long, vfs.CreateOptions{})
		wantErr(t, "Create", err, vfs.ErrNameTooLong)
		wantErr(t, "Mkdir", fsys.Mkdir(t.Context(), long, 0o755), vfs.ErrNameTooLong)
		_, err = fsys.Stat(t.Context(), strings.Repeat("/0123456789", vfs.MaxName/10))
		wantErr(t, "Stat", err, vfs.ErrNameTooLong)
	}},
	{"invalid", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		put(t, fsys, "/f", "content")
		for _, name := range invalid {
			for what, err := range everyMethod(t, fsys, name) {
				wantErr(t, what+"("+name+")", err, vfs.ErrInvalid)
			}
		}
		wantListing(t, fsys, "/", "d", "f")
		wantContent(t, fsys, "/f", "content")
	}},
}

// everyMethod calls all that a store has with name.
func everyMethod(t *testing.T, fsys vfs.FS, name string) map[string]error {
	ctx := t.Context()
	errs := map[string]error{
		"Remove":      fsys.Remove(ctx, name),
		"Rename from": fsys.Rename(ctx, name, "/new"),
		"Rename to":   fsys.Rename(ctx, "/f", name),
		"Mkdir":       fsys.Mkdir(ctx, name, 0o755),
		"Rmdir":       fsys.Rmdir(ctx, name),
	}
	_, errs["Stat"] = fsys.Stat(ctx, name)
	_, errs["Lstat"] = fsys.Lstat(ctx, name)
	_, errs["Open"] = fsys.Open(ctx, name, 0)
	_, errs["Create"] = fsys.Create(ctx, name, vfs.CreateOptions{})
	for _, err := range fsys.List(ctx, name) {
		errs["List"] = err
	}
	if c, ok := vfs.As[vfs.Chmodder](fsys); ok {
		errs["Chmod"] = c.Chmod(ctx, name, 0o600)
	}
	if c, ok := vfs.As[vfs.Chowner](fsys); ok {
		errs["Chown"] = c.Chown(ctx, name, -1, -1)
	}
	if s, ok := vfs.As[vfs.TimeSetter](fsys); ok {
		errs["SetModTime"] = s.SetModTime(ctx, name, time.Now())
	}
	if s, ok := vfs.As[vfs.CreationTimeSetter](fsys); ok {
		errs["SetCreationTime"] = s.SetCreationTime(ctx, name, time.Now())
	}
	if l, ok := vfs.As[vfs.LinkReader](fsys); ok {
		_, errs["ReadLink"] = l.ReadLink(ctx, name)
	}
	return errs
}
