package vfstest

import (
	"context"
	"fmt"
	"testing"

	"ferry/vfs"
)

type statFunc = func(context.Context, string) (vfs.Info, error)

var listTests = []test{
	{"empty", func(t *testing.T, fsys vfs.FS) {
		wantListing(t, fsys, "/")
		mkdir(t, fsys, "/d")
		wantListing(t, fsys, "/d")
	}},
	{"as Lstat", func(t *testing.T, fsys vfs.FS) {
		mkdir(t, fsys, "/d")
		mkdir(t, fsys, "/d/sub")
		put(t, fsys, "/d/file", "content")
		wantListing(t, fsys, "/", "d")
		wantListing(t, fsys, "/d", "file", "sub")
		for info, err := range fsys.List(t.Context(), "/d") {
			if err != nil {
				t.Fatal(err)
			}
			want := lstat(t, fsys, "/d/"+info.Name)
			if !info.ModTime.Equal(want.ModTime) {
				t.Errorf("ModTime of %q is %v, Lstat says %v", info.Name, info.ModTime, want.ModTime)
			}
			if info.ModTime = want.ModTime; info != want {
				t.Errorf("List has %+v, Lstat %+v", info, want)
			}
		}
	}},
	{"many", func(t *testing.T, fsys vfs.FS) {
		// More than any store reads at a time.
		want := map[string]bool{}
		for i := range 2500 {
			name := fmt.Sprintf("a-file-with-a-rather-long-name-%04d", i)
			put(t, fsys, "/"+name, "")
			want[name] = true
		}
		for info, err := range fsys.List(t.Context(), "/") {
			if err != nil {
				t.Fatal(err)
			}
			if !want[info.Name] {
				t.Errorf("List has %q twice, or it is not there", info.Name)
			}
			delete(want, info.Name)
		}
		if len(want) > 0 {
			t.Errorf("List left out %d entries", len(want))
		}
	}},
	{"stopped", func(t *testing.T, fsys vfs.FS) {
		for i := range 10 {
			put(t, fsys, fmt.Sprintf("/%d", i), "")
		}
		for range 2000 { // more than a process may have open
			for _, err := range fsys.List(t.Context(), "/") {
				if err != nil {
					t.Fatal(err)
				}
				break
			}
		}
	}},
	{"twice", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		seq := fsys.List(t.Context(), "/")
		for range 2 {
			n := 0
			for _, err := range seq {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != 1 {
				t.Errorf("the sequence has %d entries, want 1 each time", n)
			}
		}
	}},
	{"changed meanwhile", func(t *testing.T, fsys vfs.FS) {
		for i := range 1000 {
			put(t, fsys, fmt.Sprintf("/%d", i), "")
		}
		n := 0
		for info, err := range fsys.List(t.Context(), "/") {
			if err != nil {
				t.Fatalf("after %d entries: %v", n, err)
			}
			if n++; n > 1 {
				t.Errorf("%q is yielded after it was removed", info.Name)
			}
			for i := range 1000 {
				if err := fsys.Remove(t.Context(), fmt.Sprintf("/%d", i)); err != nil && n == 1 {
					t.Fatal(err)
				}
			}
		}
		if n == 0 {
			t.Error("List of 1000 files has no entry")
		}
	}},
	{"errors", func(t *testing.T, fsys vfs.FS) {
		put(t, fsys, "/f", "")
		for name, kind := range map[string]error{"/none": vfs.ErrNotExist, "/f": vfs.ErrNotDir} {
			wantOneError(t, fsys, t.Context(), name, kind)
		}
		wantOneError(t, fsys, canceled(t), "/", context.Canceled)
	}},
	{"cancelled", func(t *testing.T, fsys vfs.FS) {
		for i := range 10 {
			put(t, fsys, fmt.Sprintf("/%d", i), "")
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var last error
		n := 0
		for _, err := range fsys.List(ctx, "/") {
			n++
			last = err
			cancel()
		}
		wantErr(t, "the last of List", last, context.Canceled)
		if n != 2 {
			t.Errorf("%d were yielded, want one entry and the error", n)
		}
	}},
}

// wantOneError fails the test unless List yields an error of that kind and
// nothing else.
func wantOneError(t *testing.T, fsys vfs.FS, ctx context.Context, name string, kind error) {
	t.Helper()
	n := 0
	for info, err := range fsys.List(ctx, name) {
		n++
		wantErr(t, "List("+name+")", err, kind)
		if info != (vfs.Info{}) {
			t.Errorf("List(%q) yields %+v with its error", name, info)
		}
	}
	if n != 1 {
		t.Errorf("List(%q) yields %d times, want one error", name, n)
	}
}
