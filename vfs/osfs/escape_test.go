//go:build unix

package osfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"ferry/vfs"
)

// outside makes a directory next to the store with a canary in it, and checks
// at the end that nobody has touched it.
func outside(t *testing.T) string {
	dir := t.TempDir()
	canary := filepath.Join(dir, "canary")
	if err := os.WriteFile(canary, []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	mtime := time.Unix(1_000_000_000, 0)
	if err := os.Chtimes(canary, mtime, mtime); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("outside the store there is %v, %v, want the canary alone", entries, err)
		}
		content, err := os.ReadFile(canary)
		if err != nil || string(content) != "outside" {
			t.Errorf("the canary says %q, %v", content, err)
		}
		if fi, err := os.Stat(canary); err != nil || fi.Mode() != 0o600 || !fi.ModTime().Equal(mtime) {
			t.Errorf("the canary has other attributes: %v, %v", fi, err)
		}
	})
	return dir
}

// tryAll does everything that there is with the file name, which is called
// canary, and with its directory. Whatever succeeds must have been inside.
func tryAll(t *testing.T, s store, dir string) {
	t.Helper()
	ctx := t.Context()
	name := dir + "/canary"
	if r, err := s.Open(ctx, name, 0); err == nil {
		content, err := io.ReadAll(r)
		if string(content) == "outside" {
			t.Errorf("%s was read through %s: %v", content, name, err)
		}
		_ = r.Close()
	}
	for info, err := range s.List(ctx, dir) {
		if err == nil && info.Name == "canary" && info.Mode.Perm() == 0o600 {
			t.Errorf("the directory outside was listed through %s", dir)
		}
	}
	for i, opts := range []vfs.CreateOptions{
		{}, {Append: true}, {Offset: 3}, {Existing: true}, {Exclusive: true}, {KeepPartial: true, Lock: true},
	} {
		if w, err := s.Create(ctx, name, opts); err == nil {
			_, _ = w.Write([]byte("inside"))
			if i%2 == 0 {
				_ = w.Abort(nil)
			} else {
				_ = w.Commit(ctx)
			}
		}
	}
	// Some of these succeed inside, some fail; only the canary matters.
	_ = s.Chmod(ctx, name, 0o640)
	_ = s.SetModTime(ctx, name, time.Now())
	_ = s.Chown(ctx, name, -1, -1)
	_ = s.Mkdir(ctx, dir+"/new", 0o755)
	_ = s.Rmdir(ctx, dir+"/new")
	_ = s.Rename(ctx, name, "/stolen")
	_ = s.Remove(ctx, "/stolen")
	_ = s.Rename(ctx, "/own", name)
	_ = s.Rename(ctx, name, "/own")
	_ = s.Remove(ctx, name)
}

func TestLinksOutside(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		out := outside(t)
		rel, err := filepath.Rel(s.dir, out)
		if err != nil {
			t.Fatal(err)
		}
		canary := filepath.Join(out, "canary")
		for _, target := range []string{out, rel, "../../../../../../../../" + out, "d/../../" + filepath.Base(out), "/proc/self/root" + out} {
			if err := os.MkdirAll(s.path("/d"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(s.path("/own"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := s.Symlink(target, "/l"); err != nil {
				t.Fatal(err)
			}
			if err := s.Symlink(filepath.Join(target, "canary"), "/d/canary"); err != nil {
				t.Fatal(err)
			}
			tryAll(t, s, "/l")
			tryAll(t, s, "/d")
			for _, name := range []string{"/l", "/d", "/own"} {
				if err := os.RemoveAll(s.path(name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := os.Stat(canary); err != nil {
			t.Error(err)
		}
	})
}

// TestAbsoluteLinkInside says which trees resolve an absolute link in the store.
func TestAbsoluteLinkInside(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		for _, dir := range []string{"/etc", "/d"} {
			if err := os.Mkdir(s.path(dir), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(s.path("/etc/passwd"), []byte("of the store"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := s.Symlink("/etc/passwd", "/d/l"); err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), "/d/l", 0)
		if s.Confinement() == "os.Root" {
			if !errors.Is(err, vfs.ErrPermission) {
				t.Errorf("Open = %v, want it refused", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || string(content) != "of the store" {
			t.Errorf("the link leads to %q, %v", content, err)
		}
	})
}

// TestSwappedDirectory exchanges a directory for a link that leads outside, as
// fast as it can, while everything is tried in that directory.
func TestSwappedDirectory(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		out := outside(t)
		rel, err := filepath.Rel(s.dir, out)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(s.path("/d"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(s.path("/d/sub"), 0o755); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		var swapper sync.WaitGroup
		swapper.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				target := []string{out, rel}[i%2]
				if err := errors.Join(
					os.Rename(s.path("/d"), s.path("/aside")),
					os.Symlink(target, s.path("/d")),
					os.Remove(s.path("/d")),
					os.Rename(s.path("/aside"), s.path("/d")),
				); err != nil {
					t.Errorf("swapping: %v", err)
					return
				}
			}
		})
		for range 100 {
			if w, err := s.Create(t.Context(), "/own", vfs.CreateOptions{}); err == nil {
				_ = w.Commit(t.Context())
			}
			tryAll(t, s, "/d")
		}
		close(done)
		swapper.Wait()
	})
}

// TestSwappedFile exchanges a file for a link that leads outside.
func TestSwappedFile(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		out := outside(t)
		if err := os.Mkdir(s.path("/d"), 0o755); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		var swapper sync.WaitGroup
		swapper.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				// Others remove and rename what stands there: these fail at times.
				_ = os.WriteFile(s.path("/file"), []byte("inside"), 0o644)
				_ = os.Rename(s.path("/file"), s.path("/d/canary"))
				_ = os.Symlink(filepath.Join(out, "canary"), s.path("/link"))
				_ = os.Rename(s.path("/link"), s.path("/d/canary"))
				_ = os.Remove(s.path("/d/canary"))
			}
		})
		for range 100 {
			tryAll(t, s, "/d")
		}
		close(done)
		swapper.Wait()
	})
}

func TestDirectoryMovedOut(t *testing.T) {
	onTrees(t, func(t *testing.T, s store) {
		elsewhere := filepath.Join(t.TempDir(), "d")
		if err := os.Mkdir(s.path("/d"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := s.Symlink("../secret", "/d/up"); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(filepath.Dir(elsewhere), "secret"), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		w, err := s.Create(t.Context(), "/d/f", vfs.CreateOptions{Perm: 0o644})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for info, err := range s.List(t.Context(), "/d") {
			if err != nil {
				t.Fatal(err)
			}
			if names = append(names, info.Name); len(names) == 1 {
				if err := os.Rename(s.path("/d"), elsewhere); err != nil {
					t.Fatal(err)
				}
			}
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"f", "up"}) {
			t.Errorf("List has %q, want what is in the directory", names)
		}
		for _, name := range []string{"/d", "/d/f", "/d/up"} {
			if _, err := s.Stat(t.Context(), name); !errors.Is(err, vfs.ErrNotExist) {
				t.Errorf("Stat(%q) = %v after the directory left", name, err)
			}
		}
		if _, err := w.Write([]byte("part")); err != nil {
			t.Error(err)
		}
		if err := w.Abort(nil); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(elsewhere, "f")); err != nil {
			t.Errorf("Abort removed a file that is no longer in the store: %v", err)
		}
	})
}

// TestMagicLinks tries the links of /proc that no resolution of names explains.
func TestMagicLinks(t *testing.T) {
	if _, err := os.Readlink("/proc/self/root"); err != nil {
		t.Skip("no /proc here")
	}
	for name, newTree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			tr, err := newTree("/proc/self")
			if err != nil {
				t.Fatal(err)
			}
			s := store{&FS{tree: tr}, "/proc/self"}
			defer func() { _ = s.Close() }()
			for _, name := range []string{"/root/etc/passwd", "/root", "/cwd", "/fd/0", "/exe"} {
				if _, err := s.Stat(t.Context(), name); !errors.Is(err, vfs.ErrLoop) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("Stat(%q) = %v, want it refused", name, err)
				}
				if r, err := s.Open(t.Context(), name, 0); err == nil {
					t.Errorf("Open(%q) gives %+v", name, r.Info())
					_ = r.Close()
				}
			}
			if info, err := s.Lstat(t.Context(), "/exe"); err != nil || info.Mode.Type() != fs.ModeSymlink {
				t.Errorf("Lstat of a magic link = %+v, %v", info, err)
			}
		})
	}
}
