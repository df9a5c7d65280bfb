package osfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"ferry/vfs"
)

func TestNew(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(filepath.Join(dir, "none"), Options{}); !errors.Is(err, vfs.ErrNotExist) {
		t.Errorf("New of a missing directory = %v", err)
	}
	if _, err := New(file, Options{}); err == nil {
		t.Error("New of a file succeeds")
	}
	fsys, err := New(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := trees(t)[fsys.Confinement()]; !ok {
		t.Errorf("confinement is %q", fsys.Confinement())
	}
	if len(trees(t)) == 2 && fsys.Confinement() != "openat2" {
		t.Errorf("confinement is %q where there is openat2", fsys.Confinement())
	}
	if err := fsys.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadOnly(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		ctx := t.Context()
		if err := os.WriteFile(s.path("/f"), []byte("content"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(s.path("/d"), 0o755); err != nil {
			t.Fatal(err)
		}
		s.opts.ReadOnly = true
		_, createErr := s.Create(ctx, "/g", vfs.CreateOptions{})
		for what, err := range map[string]error{
			"Create":     createErr,
			"Remove":     s.Remove(ctx, "/f"),
			"Rename":     s.Rename(ctx, "/f", "/g"),
			"Mkdir":      s.Mkdir(ctx, "/e", 0o755),
			"Rmdir":      s.Rmdir(ctx, "/d"),
			"Chmod":      s.Chmod(ctx, "/f", 0o600),
			"Chown":      s.Chown(ctx, "/f", -1, -1),
			"SetModTime": s.SetModTime(ctx, "/f", time.Now()),
		} {
			if !errors.Is(err, vfs.ErrPermission) {
				t.Errorf("%s of a read-only store = %v", what, err)
			}
		}
		r, err := s.Open(ctx, "/f", 0)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || string(content) != "content" {
			t.Errorf("a read-only store reads %q, %v", content, err)
		}
	})
}

func TestClose(t *testing.T) {
	for name, newTree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			dir, ctx := t.TempDir(), t.Context()
			tr, err := newTree(dir)
			if err != nil {
				t.Fatal(err)
			}
			fsys := &FS{tree: tr}
			w, err := fsys.Create(ctx, "/f", vfs.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			lost, err := fsys.Create(ctx, "/lost", vfs.CreateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := fsys.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte("content")); err != nil {
				t.Errorf("Write after Close: %v", err)
			}
			if err := w.Commit(ctx); err != nil {
				t.Errorf("Commit after Close: %v", err)
			}
			if content, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(content) != "content" {
				t.Errorf("the file holds %q, %v", content, err)
			}
			_, statErr := fsys.Stat(ctx, "/f")
			_, openErr := fsys.Open(ctx, "/f", 0)
			for what, err := range map[string]error{
				"Abort":  lost.Abort(nil),
				"Close":  fsys.Close(),
				"Stat":   statErr,
				"Open":   openErr,
				"Mkdir":  fsys.Mkdir(ctx, "/d/e", 0o755),
				"Remove": fsys.Remove(ctx, "/f"),
				"Rename": fsys.Rename(ctx, "/f", "/g"),
			} {
				if !errors.Is(err, fs.ErrClosed) {
					t.Errorf("%s after Close = %v, want fs.ErrClosed", what, err)
				}
			}
		})
	}
}

// TestCloseInUse closes a store while others use it: nothing may reach a file
// that has got the number of its descriptor.
func TestCloseInUse(t *testing.T) {
	for name, newTree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				tr, err := newTree(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				fsys := &FS{tree: tr}
				if err := fsys.Mkdir(t.Context(), "/d", 0o755); err != nil {
					t.Fatal(err)
				}
				var users sync.WaitGroup
				for i := range 4 {
					users.Go(func() {
						for j := 0; ; j++ {
							name := fmt.Sprintf("/d/%d-%d", i, j)
							err := fsys.Mkdir(t.Context(), name, 0o700)
							if err == nil {
								err = fsys.Rename(t.Context(), name, name+"x")
							}
							if errors.Is(err, fs.ErrClosed) {
								return
							}
							if err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				if err := fsys.Close(); err != nil {
					t.Error(err)
				}
				users.Wait()
			}
		})
	}
}

// TestSystemError finds both the kind and the error of the system.
func TestSystemError(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		if err := s.Mkdir(t.Context(), "/d", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := s.Mkdir(t.Context(), "/d/e", 0o755); err != nil {
			t.Fatal(err)
		}
		err := s.Rmdir(t.Context(), "/d")
		pe, ok := errors.AsType[*fs.PathError](err)
		if !ok || pe.Path != "/d" || pe.Op != "rmdir" || !errors.Is(err, vfs.ErrNotEmpty) || !isNotEmpty(err) {
			t.Errorf("Rmdir = %#v", err)
		}
	})
}
