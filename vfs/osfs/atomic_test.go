package osfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/internal/sys"
	"ferry/vfs"
	"ferry/vfs/vfstest"
)

// namedOnly is a store on which no file gets its name later, as on many file
// systems.
func namedOnly(t *testing.T, s store) {
	t.Helper()
	d, err := s.tree.openFolder("/")
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.id()
	if err := errors.Join(err, d.close()); err != nil {
		t.Fatal(err)
	}
	s.unnamed.set(id.Dev, false)
}

// TestSuiteNamed runs the atomic part of the suite with files that have a hidden
// name from the start.
func TestSuiteNamed(t *testing.T) {
	for name, newTree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			vfstest.RunOnly(t, "Atomic", func(t *testing.T) vfs.FS {
				s := newStore(t, newTree)
				namedOnly(t, s)
				return s
			})
		})
	}
}

// onNames runs a test for each way of confinement and each way of making a file
// that is not there yet.
func onNames(t *testing.T, run func(t *testing.T, s store)) {
	t.Run("as it comes", func(t *testing.T) { onTrees(t, run) })
	t.Run("named", func(t *testing.T) {
		onTrees(t, func(t *testing.T, s store) {
			namedOnly(t, s)
			run(t, s)
		})
	})
}

// onDisk is all that is in a directory of the store, hidden or not.
func (s store) onDisk(t *testing.T, name string) (shown, hidden []string) {
	t.Helper()
	entries, err := os.ReadDir(s.path(name))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".ferry-upload-") {
			hidden = append(hidden, e.Name())
		} else {
			shown = append(shown, e.Name())
		}
	}
	return shown, hidden
}

func (s store) listed(t *testing.T, name string) (names []string) {
	t.Helper()
	for info, err := range s.List(t.Context(), name) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, info.Name)
	}
	slices.Sort(names)
	return names
}

// TestAtomicLeavesNothing looks at the directory itself.
func TestAtomicLeavesNothing(t *testing.T) {
	onNames(t, func(t *testing.T, s store) {
		if err := os.WriteFile(s.path("/f"), []byte("before"), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"/f", "/g"} {
			for _, end := range []func(vfs.Writer) error{
				func(w vfs.Writer) error { return w.Abort(nil) },
				func(w vfs.Writer) error { return w.Commit(t.Context()) },
			} {
				w, err := s.Create(t.Context(), name, vfs.CreateOptions{Atomic: true, Perm: 0o600})
				if err != nil {
					t.Fatal(err)
				}
				if file := w.(vfs.Filer).File(); file == nil {
					t.Error("the kernel may not write it")
				}
				if _, err := io.WriteString(w, "after"); err != nil {
					t.Error(err)
				}
				_, hidden := s.onDisk(t, "/")
				if _, known := s.unnamed.get(0); len(hidden) > 1 || known {
					t.Errorf("while one file is written there are %q", hidden)
				}
				if names := s.listed(t, "/"); !slices.Contains(names, "f") || slices.ContainsFunc(names, temporary) {
					t.Errorf("List has %q", names)
				}
				if err := end(w); err != nil {
					t.Error(err)
				}
				if _, hidden := s.onDisk(t, "/"); len(hidden) > 0 {
					t.Errorf("left behind are %q", hidden)
				}
			}
		}
		if shown, _ := s.onDisk(t, "/"); !slices.Equal(shown, []string{"f", "g"}) {
			t.Errorf("there are %q", shown)
		}
	})
}

// TestTemporaryNames: nobody uses a name that is the store's own.
func TestTemporaryNames(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		for _, name := range []string{".ferry-upload-x", ".Ferry-Upload-dir"} {
			if err := os.Mkdir(s.path("/"+name), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"/.ferry-upload-x/f", "/plain"} {
			if err := os.WriteFile(s.path(name), []byte("content"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(".ferry-upload-x", s.path("/link")); err != nil {
			t.Fatal(err)
		}
		if got := s.listed(t, "/"); !slices.Equal(got, []string{"link", "plain"}) {
			t.Errorf("List has %q", got)
		}
		ctx := t.Context()
		for _, name := range []string{"/.ferry-upload-x", "/.ferry-upload-x/f", "/.Ferry-Upload-dir", "/.ferry-upload-none"} {
			_, statErr := s.Stat(ctx, name)
			_, lstatErr := s.Lstat(ctx, name)
			_, openErr := s.Open(ctx, name, 0)
			_, linkErr := s.ReadLink(ctx, name)
			var listErr error
			for _, err := range s.List(ctx, name) {
				listErr = err
			}
			for op, err := range map[string]error{"Stat": statErr, "Lstat": lstatErr, "Open": openErr, "ReadLink": linkErr, "List": listErr} {
				if !errors.Is(err, vfs.ErrNotExist) {
					t.Errorf("%s(%s) = %v, want it not to exist", op, name, err)
				}
			}
			_, createErr := s.Create(ctx, name, vfs.CreateOptions{})
			_, atomicErr := s.Create(ctx, name, vfs.CreateOptions{Atomic: true})
			for op, err := range map[string]error{
				"Create": createErr, "Create(Atomic)": atomicErr, "Remove": s.Remove(ctx, name), "Rmdir": s.Rmdir(ctx, name),
				"Mkdir": s.Mkdir(ctx, name, 0o755), "Rename from": s.Rename(ctx, name, "/new"), "Rename to": s.Rename(ctx, "/plain", name),
				"Chmod": s.Chmod(ctx, name, 0o777), "Chown": s.Chown(ctx, name, -1, -1), "SetModTime": s.SetModTime(ctx, name, time.Now()),
			} {
				if !errors.Is(err, vfs.ErrPermission) {
					t.Errorf("%s(%s) = %v, want it refused", op, name, err)
				}
			}
		}
		if _, err := s.Create(ctx, "/link", vfs.CreateOptions{Atomic: true}); !errors.Is(err, vfs.ErrPermission) {
			t.Errorf("Create through a link to such a name = %v", err)
		}
	})
}

// TestSweep removes what a crash has left behind, and nothing else.
func TestSweep(t *testing.T) {
	onNames(t, func(t *testing.T, s store) {
		long := time.Now().Add(-2 * time.Hour)
		for _, name := range []string{"stale", "young", "held"} {
			if err := os.WriteFile(s.path("/.ferry-upload-"+name), []byte("part"), 0o600); err != nil {
				t.Fatal(err)
			}
			if name != "young" {
				if err := os.Chtimes(s.path("/.ferry-upload-"+name), long, long); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := os.WriteFile(s.path("/.ferry-other"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(s.path("/.ferry-other"), long, long); err != nil {
			t.Fatal(err)
		}
		held, err := os.OpenFile(s.path("/.ferry-upload-held"), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = held.Close() }()
		if err := sys.TryLock(held); errors.Is(err, errors.ErrUnsupported) {
			t.Skip(err)
		} else if err != nil {
			t.Fatal(err)
		}
		upload := func(name string) {
			t.Helper()
			w, err := s.Create(t.Context(), name, vfs.CreateOptions{Atomic: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		upload("/f")
		if _, hidden := s.onDisk(t, "/"); !slices.Equal(hidden, []string{".ferry-upload-held", ".ferry-upload-young"}) {
			t.Errorf("after the first upload there are %q", hidden)
		}
		// It does not look again so soon.
		if err := os.Chtimes(s.path("/.ferry-upload-young"), long, long); err != nil {
			t.Fatal(err)
		}
		upload("/f")
		if _, hidden := s.onDisk(t, "/"); len(hidden) != 2 {
			t.Errorf("after the second upload there are %q", hidden)
		}
		s.swept.set("/", time.Now().Add(-sweepEvery))
		upload("/f")
		if _, hidden := s.onDisk(t, "/"); !slices.Equal(hidden, []string{".ferry-upload-held"}) {
			t.Errorf("after an hour there are %q", hidden)
		}
		if shown, _ := s.onDisk(t, "/"); !slices.Equal(shown, []string{".ferry-other", "f"}) {
			t.Errorf("there are %q", shown)
		}
	})
}

// TestRmdirOfLeftovers: a directory that looks empty can be removed.
func TestRmdirOfLeftovers(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		leave := func(name string) {
			t.Helper()
			if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(s.path(name), []byte("part"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		leave("/d/.ferry-upload-a")
		if err := s.Rmdir(t.Context(), "/d"); err != nil {
			t.Errorf("Rmdir = %v", err)
		}
		leave("/e/.ferry-upload-a")
		leave("/e/f")
		if err := s.Rmdir(t.Context(), "/e"); !errors.Is(err, vfs.ErrNotEmpty) {
			t.Errorf("Rmdir of what holds a file = %v", err)
		}
		if _, hidden := s.onDisk(t, "/e"); len(hidden) != 1 {
			t.Errorf("there are %q", hidden)
		}
		namedOnly(t, s)
		if err := s.Mkdir(t.Context(), "/g", 0o755); err != nil {
			t.Fatal(err)
		}
		w, err := s.Create(t.Context(), "/g/f", vfs.CreateOptions{Atomic: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Rmdir(t.Context(), "/g"); !errors.Is(err, vfs.ErrNotEmpty) {
			t.Errorf("Rmdir of a directory that a file is uploaded to = %v", err)
		}
		if err := w.Commit(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestRenameNew tries what stands behind Exclusive on every tree.
func TestRenameNew(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		for _, name := range []string{"/a", "/b"} {
			if err := os.WriteFile(s.path(name), []byte(name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d, err := s.tree.openFolder("/")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = d.close() }()
		if err := d.renameNew("a", "b"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("onto a file: %v", err)
		}
		if err := d.renameNew("a", "c"); err != nil {
			t.Error(err)
		}
		if shown, _ := s.onDisk(t, "/"); !slices.Equal(shown, []string{"b", "c"}) {
			t.Errorf("there are %q", shown)
		}
	})
}
