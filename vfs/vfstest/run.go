package vfstest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"testing"

	"ferry/vfs"
)

// Symlinker can make a symbolic link to target, as it stands.
type Symlinker interface {
	Symlink(target, name string) error
}

// FIFOMaker can make a file that is neither regular nor a directory, and that
// blocks whoever opens it without care.
type FIFOMaker interface {
	Mkfifo(name string) error
}

// groups are the parts of the suite.
var groups = []struct {
	name  string
	tests []test
}{
	{"Stat", statTests},
	{"List", listTests},
	{"Open", openTests},
	{"Create", createTests},
	{"Abort", abortTests},
	{"Atomic", atomicTests},
	{"Change", changeTests},
	{"Attr", attrTests},
	{"Links", linkTests},
	{"Names", nameTests},
	{"Concurrent", concurrentTests},
}

// Run tests a store. newFS makes one that is empty, and cleans up after it with
// t.Cleanup; it is called for each test.
func Run(t *testing.T, newFS func(t *testing.T) vfs.FS) {
	t.Helper()
	for _, g := range groups {
		RunOnly(t, g.name, newFS)
	}
}

// RunOnly is one part of Run.
func RunOnly(t *testing.T, group string, newFS func(t *testing.T) vfs.FS) {
	t.Helper()
	for _, g := range groups {
		if g.name != group {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			for _, test := range g.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, newFS(t)) })
			}
		})
	}
}

type test struct {
	name string
	run  func(t *testing.T, fsys vfs.FS)
}

// put makes or replaces a file, and its directories must exist.
func put(t *testing.T, fsys vfs.FS, name, content string) {
	t.Helper()
	write(t, fsys, name, content, vfs.CreateOptions{Perm: 0o644})
}

// write writes content as opts say, and commits.
func write(t *testing.T, fsys vfs.FS, name, content string, opts vfs.CreateOptions) {
	t.Helper()
	w := create(t, fsys, name, opts)
	fill(t, w, content)
	if err := w.Commit(t.Context()); err != nil {
		t.Fatalf("Commit of %q: %v", name, err)
	}
}

func create(t *testing.T, fsys vfs.FS, name string, opts vfs.CreateOptions) vfs.Writer {
	t.Helper()
	w, err := fsys.Create(t.Context(), name, opts)
	if err != nil {
		t.Fatalf("Create(%q, %+v): %v", name, opts, err)
	}
	return w
}

func fill(t *testing.T, w io.Writer, content string) {
	t.Helper()
	if n, err := io.WriteString(w, content); err != nil || n != len(content) {
		t.Fatalf("Write of %d bytes = %d, %v", len(content), n, err)
	}
}

// get reads a file from offset to its end.
func get(t *testing.T, fsys vfs.FS, name string, offset int64) string {
	t.Helper()
	r, err := fsys.Open(t.Context(), name, offset)
	if err != nil {
		t.Fatalf("Open(%q, %d): %v", name, offset, err)
	}
	var b bytes.Buffer
	_, err = io.Copy(&b, r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatalf("reading %q: %v", name, err)
	}
	return b.String()
}

// wantContent fails the test unless the file has exactly this content.
func wantContent(t *testing.T, fsys vfs.FS, name, want string) {
	t.Helper()
	if got := get(t, fsys, name, 0); got != want {
		t.Errorf("%q holds %q, want %q", name, got, want)
	}
}

func mkdir(t *testing.T, fsys vfs.FS, name string) {
	t.Helper()
	if err := fsys.Mkdir(t.Context(), name, 0o755); err != nil {
		t.Fatalf("Mkdir(%q): %v", name, err)
	}
}

func lstat(t *testing.T, fsys vfs.FS, name string) vfs.Info {
	t.Helper()
	info, err := fsys.Lstat(t.Context(), name)
	if err != nil {
		t.Fatalf("Lstat(%q): %v", name, err)
	}
	return info
}

// wantGone fails the test if there is something of that name.
func wantGone(t *testing.T, fsys vfs.FS, name string) {
	t.Helper()
	_, err := fsys.Lstat(t.Context(), name)
	wantErr(t, "Lstat("+name+")", err, vfs.ErrNotExist)
}

// wantErr fails the test unless err wraps one of the kinds.
func wantErr(t *testing.T, what string, err error, kinds ...error) {
	t.Helper()
	if !slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) }) {
		t.Errorf("%s = %v, want an error of kind %v", what, err, kinds)
	}
}

// listing is the sorted names of a directory.
func listing(t *testing.T, fsys vfs.FS, dir string) []string {
	t.Helper()
	var names []string
	for info, err := range fsys.List(t.Context(), dir) {
		if err != nil {
			t.Fatalf("List(%q): %v", dir, err)
		}
		names = append(names, info.Name)
	}
	slices.Sort(names)
	return names
}

func wantListing(t *testing.T, fsys vfs.FS, dir string, want ...string) {
	t.Helper()
	if got := listing(t, fsys, dir); !slices.Equal(got, want) {
		t.Errorf("List(%q) has %q, want %q", dir, got, want)
	}
}

// canceled is a context that has ended.
func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

const permBits = fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
