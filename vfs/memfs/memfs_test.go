package memfs_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"ferry/vfs"
	"ferry/vfs/memfs"
)

// write writes n bytes and says how many were taken.
func write(t *testing.T, f *memfs.FS, name string, n int, opts vfs.CreateOptions) (int, error) {
	t.Helper()
	w, err := f.Create(t.Context(), name, opts)
	if err != nil {
		t.Fatal(err)
	}
	done, err := io.WriteString(w, strings.Repeat("x", n))
	if err != nil {
		return done, errors.Join(err, w.Abort(err))
	}
	return done, w.Commit(t.Context())
}

func TestLimit(t *testing.T) {
	f := memfs.New()
	f.Limit = 100
	keep := vfs.CreateOptions{KeepPartial: true}
	steps := []struct {
		name   string
		n      int
		opts   vfs.CreateOptions
		taken  int
		full   bool
		before func() error
	}{
		{name: "/a", n: 60, taken: 60},
		{name: "/b", n: 60, opts: keep, taken: 40, full: true},
		{name: "/c", n: 1, taken: 0, full: true},
		{name: "/c", n: 0, taken: 0},
		// What is there may be written over, and its room used again.
		{name: "/a", n: 60, taken: 60},
		{name: "/a", n: 20, opts: vfs.CreateOptions{Offset: 30}, taken: 20},
		{name: "/b", n: 20, opts: vfs.CreateOptions{Append: true}, taken: 10, full: true},
		{name: "/c", n: 50, taken: 50, before: func() error { return f.Remove(t.Context(), "/b") }},
		{name: "/d", n: 50, taken: 50, before: func() error { return f.Rename(t.Context(), "/c", "/a") }},
		// A part that is thrown away leaves its room.
		{name: "/e", n: 10, taken: 0, full: true},
		{name: "/d", n: 80, taken: 50, full: true},
		{name: "/e", n: 50, taken: 50},
	}
	for i, s := range steps {
		if s.before != nil {
			if err := s.before(); err != nil {
				t.Fatal(err)
			}
		}
		n, err := write(t, f, s.name, s.n, s.opts)
		if n != s.taken || errors.Is(err, vfs.ErrNoSpace) != s.full || err != nil && !s.full {
			t.Errorf("step %d: %d bytes to %s: %d, %v, want %d, full %v", i, s.n, s.name, n, err, s.taken, s.full)
		}
	}
}

// TestLimitRemoved lets a file that has no name any more grow as it likes, and
// counts nothing of it.
func TestLimitRemoved(t *testing.T) {
	f := memfs.New()
	f.Limit = 10
	w, err := f.Create(t.Context(), "/f", vfs.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := f.Remove(t.Context(), "/f"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 100)); err != nil {
		t.Errorf("Write to a removed file: %v", err)
	}
	if n, err := write(t, f, "/g", 10, vfs.CreateOptions{}); n != 10 || err != nil {
		t.Errorf("the room of the removed file is gone: %d, %v", n, err)
	}
	if err := w.Abort(nil); err != nil {
		t.Error(err)
	}
	if n, _ := write(t, f, "/g", 20, vfs.CreateOptions{}); n != 10 {
		t.Errorf("%d bytes fit, want 10", n)
	}
}

func TestClock(t *testing.T) {
	f := memfs.New()
	now := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Now = func() time.Time { return now }
	wantTime := func(name string, want time.Time) {
		t.Helper()
		info, err := f.Stat(t.Context(), name)
		if err != nil || !info.ModTime.Equal(want) {
			t.Errorf("Stat(%q) has the time %v, %v, want %v", name, info.ModTime, err, want)
		}
	}
	w, err := f.Create(t.Context(), "/f", vfs.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	made := now
	wantTime("/f", made)
	now = now.Add(time.Hour)
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	wantTime("/f", now)
	wantTime("/", made)
	now = now.Add(time.Hour)
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTime("/f", now.Add(-time.Hour))
	if err := f.Remove(t.Context(), "/f"); err != nil {
		t.Fatal(err)
	}
	wantTime("/", now)
}

// TestReadRemoved reads a file on after it was removed.
func TestReadRemoved(t *testing.T) {
	f := memfs.New()
	if _, err := write(t, f, "/f", 5, vfs.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(t.Context(), "/f", 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Remove(t.Context(), "/f"); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(r); string(rest) != "xxxx" || err != nil {
		t.Errorf("ReadAll = %q, %v", rest, err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// TestHole cuts a file off and lets it grow: what was behind does not come back.
func TestHole(t *testing.T) {
	f := memfs.New()
	if _, err := write(t, f, "/f", 10, vfs.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	long, err := f.Create(t.Context(), "/f", vfs.CreateOptions{Offset: 8})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := write(t, f, "/f", 2, vfs.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(long, "y"); err != nil {
		t.Fatal(err)
	}
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	r, err := f.Open(t.Context(), "/f", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); string(got) != "xx\x00\x00\x00\x00\x00\x00y" || err != nil {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
