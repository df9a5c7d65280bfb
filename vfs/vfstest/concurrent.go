package vfstest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"ferry/vfs"
)

var concurrentTests = []test{
	{"own files", func(t *testing.T, fsys vfs.FS) {
		together(8, func(n int) {
			dir := fmt.Sprintf("/%d", n)
			if err := fsys.Mkdir(t.Context(), dir, 0o755); err != nil {
				t.Error(err)
				return
			}
			for i := range 20 {
				name := fmt.Sprintf("%s/%d", dir, i)
				if err := roundTrip(t, fsys, name, strings.Repeat(name, 100)); err != nil {
					t.Error(err)
					return
				}
			}
		})
		if got := len(listing(t, fsys, "/")); got != 8 {
			t.Errorf("%d directories, want 8", got)
		}
	}},
	{"one exclusive", func(t *testing.T, fsys vfs.FS) {
		for i := range 20 {
			name := fmt.Sprintf("/%d", i)
			var made atomic.Int32
			together(4, func(int) {
				w, err := fsys.Create(t.Context(), name, vfs.CreateOptions{Exclusive: true})
				switch {
				case err == nil:
					made.Add(1)
					if err := w.Commit(t.Context()); err != nil {
						t.Error(err)
					}
				case !errors.Is(err, vfs.ErrExist):
					t.Errorf("Create: %v", err)
				}
			})
			if made.Load() != 1 {
				t.Errorf("%d of 4 made the file, want one", made.Load())
			}
		}
	}},
	{"locked writers and aborts", func(t *testing.T, fsys vfs.FS) {
		// Who commits must find its file under the name, also when the one
		// before removed its own.
		together(4, func(n int) {
			for i := range 50 {
				w, err := fsys.Create(t.Context(), "/f", vfs.CreateOptions{Lock: true, Perm: 0o644})
				if errors.Is(err, vfs.ErrLocked) {
					continue
				}
				if err != nil {
					t.Errorf("Create: %v", err)
					return
				}
				if i%2 == n%2 {
					err = w.Abort(nil)
				} else {
					err = w.Commit(t.Context())
				}
				if err != nil {
					t.Errorf("ending: %v", err)
				}
			}
		})
		put(t, fsys, "/f", "last")
		wantContent(t, fsys, "/f", "last")
	}},
}

// together calls do n times at once and waits for all.
func together(n int, do func(n int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// roundTrip writes a file, renames it, reads it and removes it.
func roundTrip(t *testing.T, fsys vfs.FS, name, content string) error {
	w, err := fsys.Create(t.Context(), name+".part", vfs.CreateOptions{Perm: 0o600})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, content); err != nil {
		return errors.Join(err, w.Abort(err))
	}
	if err := w.Commit(t.Context()); err != nil {
		return err
	}
	if err := fsys.Rename(t.Context(), name+".part", name); err != nil {
		return err
	}
	r, err := fsys.Open(t.Context(), name, 0)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	if string(got) != content {
		return fmt.Errorf("%s holds %d other bytes than were written", name, len(got))
	}
	return fsys.Remove(t.Context(), name)
}
