package vfs_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"ferry/vfs"
	"ferry/vfs/memfs"
	"ferry/vfs/osfs"
)

func TestUsageScan(t *testing.T) {
	store := memfs.New()
	var bytes, files int64
	deep := ""
	for i := range 200 { // more directories than are looked into at a time
		dir := fmt.Sprintf("/%d", i)
		if i%3 == 0 {
			deep += "/deep"
			dir = deep
		}
		if err := store.Mkdir(t.Context(), dir, 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, store, dir+"/f", i)
		bytes += int64(i)
		files++
	}
	for name, target := range map[string]string{"/file": "1/f", "/dir": "1", "/self": "self", "/root": "/", "/none": "nothing"} {
		if err := store.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
	}
	u := vfs.NewUsage(10, 3)
	for range 2 {
		if err := u.Scan(t.Context(), store); err != nil {
			t.Fatal(err)
		}
		wantUsed(t, u, bytes, files)
	}

	// What is more than the limits stays; nothing is added to it.
	fsys := vfs.Quota(store, u)
	if _, err := fsys.Create(t.Context(), "/new", vfs.CreateOptions{}); !errors.Is(err, vfs.ErrQuota) {
		t.Errorf("Create of a file too many = %v", err)
	}
	w := open(t, fsys, "/199/f", vfs.CreateOptions{})
	write(t, w, 1, 0)
	abort(t, w)
	wantSize(t, fsys, "/199/f", 199)
	wantUsed(t, u, bytes, files)
	put(t, fsys, "/199/f", 0)
	if err := fsys.Remove(t.Context(), "/199/f"); err != nil {
		t.Fatal(err)
	}
	wantUsed(t, u, bytes-199, files-1)
}

// TestUsageOverLimit lets a file be replaced only as far as that brings the
// whole below the limit.
func TestUsageOverLimit(t *testing.T) {
	store := memfs.New()
	put(t, store, "/small", 50)
	put(t, store, "/large", 150)
	u := vfs.NewUsage(100, 0)
	if err := u.Scan(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	fsys := vfs.Quota(store, u)
	w := open(t, fsys, "/small", vfs.CreateOptions{})
	write(t, w, 30, 0)
	abort(t, w)
	wantUsed(t, u, 200, 2)
	w = open(t, fsys, "/large", vfs.CreateOptions{Offset: 10})
	write(t, w, 60, 40)
	commit(t, w)
	wantSize(t, store, "/large", 50)
	wantUsed(t, u, 100, 2)
}

// partly is a store some directories of which cannot be read.
type partly struct {
	vfs.FS
	fails map[string]error
	seen  func(dir string)
}

func (p partly) List(ctx context.Context, name string) iter.Seq2[vfs.Info, error] {
	return func(yield func(vfs.Info, error) bool) {
		p.seen(name)
		for info, err := range p.FS.List(ctx, name) {
			if !yield(info, err) {
				return
			}
		}
		if err := p.fails[name]; err != nil {
			yield(vfs.Info{}, err)
		}
	}
}

func TestUsageScanFails(t *testing.T) {
	store := memfs.New()
	for _, dir := range []string{"/a", "/a/b", "/c"} {
		if err := store.Mkdir(t.Context(), dir, 0o755); err != nil {
			t.Fatal(err)
		}
		put(t, store, dir+"/f", 10)
	}
	boom, bang := errors.New("boom"), errors.New("bang")
	for _, c := range []struct {
		fails map[string]error
		want  error
	}{
		{nil, nil},
		{map[string]error{"/a": vfs.ErrNotExist}, nil},
		{map[string]error{"/a/b": boom, "/c": bang}, boom},
		{map[string]error{"/": vfs.ErrNotExist}, vfs.ErrNotExist},
	} {
		u := vfs.NewUsage(0, 0)
		if err := u.Scan(t.Context(), partly{store, c.fails, func(string) {}}); !errors.Is(err, c.want) {
			t.Errorf("Scan with %v = %v, want %v", c.fails, err, c.want)
		}
		wantUsed(t, u, 30, 3) // all that can be seen
	}

	u := vfs.NewUsage(0, 0)
	ctx, cancel := context.WithCancel(t.Context())
	err := u.Scan(ctx, partly{store, nil, func(dir string) {
		if dir == "/a" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Scan that was cancelled = %v", err)
	}
	wantUsed(t, u, 0, 0)
}

// TestUsageHardLinks counts a file under each of its names.
func TestUsageHardLinks(t *testing.T) {
	dir := t.TempDir()
	store, err := osfs.New(dir, osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	put(t, store, "/a", 10)
	for _, name := range []string{"b", "c"} {
		if err := os.Link(filepath.Join(dir, "a"), filepath.Join(dir, name)); err != nil {
			t.Skipf("no hard links: %v", err)
		}
	}
	u := vfs.NewUsage(0, 0)
	if err := u.Scan(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	wantUsed(t, u, 30, 3)
	fsys := vfs.Quota(store, u)
	if err := fsys.Rename(t.Context(), "/a", "/b"); err != nil { // which does nothing
		t.Fatal(err)
	}
	wantUsed(t, u, 30, 3)
	w := open(t, fsys, "/a", vfs.CreateOptions{Append: true})
	write(t, w, 5, 5)
	if err := fsys.Remove(t.Context(), "/c"); err != nil { // the file is still there
		t.Fatal(err)
	}
	wantUsed(t, u, 20, 2)
	commit(t, w)
	wantUsed(t, u, 20, 2)
	if err := errors.Join(fsys.Remove(t.Context(), "/a"), fsys.Remove(t.Context(), "/b")); err != nil {
		t.Fatal(err)
	}
	wantUsed(t, u, 0, 0) // and never less
}

// TestUsageUnscanned removes and cuts what was never counted.
func TestUsageUnscanned(t *testing.T) {
	store := memfs.New()
	put(t, store, "/f", 10)
	put(t, store, "/g", 10)
	for _, limit := range []int64{0, 100, 1<<63 - 1} {
		u := vfs.NewUsage(limit, limit)
		fsys := vfs.Quota(store, u)
		put(t, fsys, "/f", 5)
		if err := fsys.Remove(t.Context(), "/g"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
		if bytes, files := u.Used(); bytes < 0 || files < 0 {
			t.Errorf("used are %d bytes in %d files", bytes, files)
		}
	}
}
