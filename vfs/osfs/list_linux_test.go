package osfs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"ferry/internal/sys"
	"ferry/vfs"
)

// TestLargeList lists a directory of many batches: whole, in part, with a context that
// ends, and with entries that go meanwhile.
func TestLargeList(t *testing.T) {
	const files = 3*nextBatch + firstEntries + 7
	for name, opts := range map[string]Options{"one thread": {}, "several": {Beside: beside}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for i := range files {
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), make([]byte, i%5), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := New(dir, opts)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			seen := make(map[string]bool)
			for info, err := range s.List(t.Context(), "/") {
				var i int
				_, scanErr := fmt.Sscan(info.Name, &i)
				if err := errors.Join(err, scanErr); err != nil || seen[info.Name] || info.Size != int64(i%5) || !info.Mode.IsRegular() {
					t.Fatalf("%+v, %v", info, err)
				}
				seen[info.Name] = true
			}
			if len(seen) != files {
				t.Errorf("%d entries of %d", len(seen), files)
			}
			for _, after := range []int{1, firstEntries, firstEntries + 1, firstEntries + nextBatch + 1} {
				n := 0
				for _, err := range s.List(t.Context(), "/") {
					if n++; err != nil || n == after {
						break
					}
				}
				if n != after {
					t.Errorf("stopped at %d, not %d", n, after)
				}
				ctx, cancel := context.WithCancel(t.Context())
				n = 0
				var last error
				for _, err := range s.List(ctx, "/") {
					if n++; n == after {
						cancel()
					}
					last = err
				}
				if cancel(); !errors.Is(last, context.Canceled) && n < files {
					t.Errorf("cancelled after %d: %v after %d", after, last, n)
				}
			}
			gone := 0
			for info, err := range s.List(t.Context(), "/") {
				if err != nil && !errors.Is(err, vfs.ErrNotExist) {
					t.Fatal(err)
				}
				gone++
				_ = os.Remove(filepath.Join(dir, info.Name))
			}
			if left, err := os.ReadDir(dir); err != nil || len(left)+gone != files {
				t.Errorf("%d listed and %d left, of %d: %v", gone, len(left), files, err)
			}
		})
	}
}

// TestStopReadingAhead has nobody want the rest of a directory: no more of it is read, though there
// is room.
func TestStopReadingAhead(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := newKernelTree(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tree.close() }()
	fd, err := tree.(*kernelTree).openFD("/", os.O_RDONLY|sys.OpenDirectory, 0)
	if err != nil {
		t.Fatal(err)
	}
	d := sys.NewDir(fd)
	defer func() { _ = d.Close() }()
	for _, stopped := range []bool{true, false} {
		a := ahead{dir: d, read: make(chan *batch, maxAhead), undone: make(chan *batch, maxAhead+1), stop: make(chan struct{})}
		if stopped {
			close(a.stop)
		}
		a.readAll(t.Context())
		entries := 0
		for b := range a.read {
			<-b.described
			entries += len(b.infos)
		}
		if want := map[bool]int{true: 0, false: 3}[stopped]; entries != want {
			t.Errorf("stopped %v: %d entries, want %d", stopped, entries, want)
		}
	}
}
