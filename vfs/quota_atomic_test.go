package vfs_test

import (
	"context"
	"errors"
	"testing"

	"ferry/vfs"
	"ferry/vfs/memfs"
)

// TestQuotaAtomic counts what an atomic Writer writes beside the file that it will
// replace.
func TestQuotaAtomic(t *testing.T) {
	stores(t, quotaAtomic, 100, 2)
	t.Run("without IDs", func(t *testing.T) {
		u, below := vfs.NewUsage(100, 2), nameless{memfs.New()}
		wantExact(t, below, u)
		quotaAtomic(t, counted{vfs.Quota(below, u), below, below.Symlink}, u)
	})
}

// nameless is a store that does not tell files apart.
type nameless struct{ *memfs.FS }

func (n nameless) Stat(ctx context.Context, name string) (vfs.Info, error) {
	info, err := n.FS.Stat(ctx, name)
	info.ID = ""
	return info, err
}

func (n nameless) Lstat(ctx context.Context, name string) (vfs.Info, error) {
	info, err := n.FS.Lstat(ctx, name)
	info.ID = ""
	return info, err
}

func quotaAtomic(t *testing.T, fsys counted, u *vfs.Usage) {
	atomic := vfs.CreateOptions{Atomic: true}
	w := open(t, fsys, "/f", atomic)
	wantUsed(t, u, 0, 1) // the place
	write(t, w, 40, 40)
	wantUsed(t, u, 40, 1)
	abort(t, w)
	wantUsed(t, u, 0, 0)

	put(t, fsys, "/f", 40)
	w = open(t, fsys, "/f", atomic)
	wantUsed(t, u, 40, 1)
	write(t, w, 70, 60) // both are on the disk
	wantUsed(t, u, 100, 1)
	abort(t, w)
	wantUsed(t, u, 40, 1)
	w = open(t, fsys, "/f", atomic)
	write(t, w, 50, 50)
	commit(t, w)
	wantUsed(t, u, 50, 1)

	// A copy counts when it is made.
	w = open(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Offset: 20})
	wantUsed(t, u, 50, 1)
	write(t, w, 10, 10)
	wantUsed(t, u, 80, 1)
	commit(t, w)
	wantUsed(t, u, 30, 1)
	w = open(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Append: true})
	write(t, w, 10, 10)
	wantUsed(t, u, 70, 1)
	commit(t, w)
	wantUsed(t, u, 40, 1)
	commit(t, open(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Append: true}))
	wantUsed(t, u, 40, 1)
	commit(t, open(t, fsys, "/f", vfs.CreateOptions{Atomic: true, Offset: 30}))
	wantUsed(t, u, 30, 1)

	// There is no room for a copy, neither to write nor to commit it.
	put(t, fsys, "/g", 45)
	for _, opts := range []vfs.CreateOptions{{Atomic: true, Append: true}, {Atomic: true, Offset: 26}} {
		w = open(t, fsys, "/f", opts)
		write(t, w, 10, 0)
		abort(t, w)
		if err := open(t, fsys, "/f", opts).Commit(t.Context()); !errors.Is(err, vfs.ErrQuota) {
			t.Errorf("Commit without room for the copy = %v", err)
		}
		wantUsed(t, u, 75, 2)
		wantSize(t, fsys, "/f", 30)
	}

	// What was to be replaced goes, and somebody takes its place.
	w = open(t, fsys, "/f", atomic)
	write(t, w, 10, 10)
	if err := fsys.Remove(t.Context(), "/f"); err != nil {
		t.Fatal(err)
	}
	wantUsed(t, u, 55, 1)
	put(t, fsys, "/h", 1)
	if err := w.Commit(t.Context()); !errors.Is(err, vfs.ErrQuota) {
		t.Errorf("Commit of one file too many = %v", err)
	}
	wantUsed(t, u, 46, 2)

	// Somebody makes what is new.
	if err := fsys.Remove(t.Context(), "/h"); err != nil {
		t.Fatal(err)
	}
	first, second := open(t, fsys, "/g", atomic), open(t, fsys, "/i", atomic)
	if _, err := fsys.Create(t.Context(), "/j", atomic); !errors.Is(err, vfs.ErrQuota) {
		t.Errorf("Create of one file too many = %v", err)
	}
	write(t, second, 5, 5)
	write(t, first, 6, 6)
	commit(t, second)
	commit(t, first)
	wantUsed(t, u, 11, 2)
}

// TestQuotaAtomicAppend has the file that is continued grow before the first byte
// comes: what is copied is what was there when it was opened, and fits.
func TestQuotaAtomicAppend(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		put(t, fsys, "/f", 20)
		longer := open(t, fsys, "/f", vfs.CreateOptions{Append: true})
		atomic := open(t, fsys, "/f", vfs.CreateOptions{Append: true, Atomic: true})
		write(t, longer, 30, 30)
		write(t, atomic, 40, 30) // 50 are there, 20 are copied
		wantUsed(t, u, 100, 1)
		commit(t, longer)
		commit(t, atomic)
		wantUsed(t, u, 50, 1)
		wantSize(t, fsys, "/f", 50)
	}, 100, 2)
}
