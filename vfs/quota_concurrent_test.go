package vfs_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"ferry/vfs"
)

// TestQuotaTogether has uploads at the same time share the limits: exactly so
// many files are made, and exactly so many bytes written.
func TestQuotaTogether(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		made := make(chan vfs.Writer, 8)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				session := vfs.Quota(fsys.below, u) // each session may have its own
				w, err := session.Create(t.Context(), fmt.Sprintf("/%d", i), vfs.CreateOptions{KeepPartial: true})
				switch {
				case err == nil:
					made <- w
				case !errors.Is(err, vfs.ErrQuota):
					t.Error(err)
				}
			})
		}
		all.Wait()
		close(made)
		if len(made) != 6 {
			t.Errorf("%d files were made, want 6", len(made))
		}
		var written atomic.Int64
		for w := range made {
			all.Go(func() {
				var err error
				for err == nil {
					var n int
					n, err = w.Write(make([]byte, 7))
					written.Add(int64(n))
				}
				if !errors.Is(err, vfs.ErrQuota) {
					t.Errorf("Write: %v", err)
				}
				if err := w.Abort(err); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if written.Load() != 10_000 {
			t.Errorf("%d bytes were written, want 10000", written.Load())
		}
	}, 10_000, 6)
}

// TestQuotaAtRandom has sessions do what comes, with the same names, and
// compares the counts at the end. Limits are kept all the time.
func TestQuotaAtRandom(t *testing.T) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		for _, dir := range []string{"/a", "/b"} {
			if err := fsys.Mkdir(t.Context(), dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(i), 0))
				for range 300 {
					if err := something(t.Context(), fsys, r); !expected(err) {
						t.Error(err)
					}
					if bytes, files := u.Used(); bytes > 2000 || files > 5 {
						t.Errorf("used are %d bytes in %d files", bytes, files)
					}
				}
			})
		}
		all.Wait()
	}, 2000, 5)
}

// expected says whether an error is one that sessions can give each other.
func expected(err error) bool {
	for _, kind := range []error{vfs.ErrQuota, vfs.ErrNotExist, vfs.ErrExist, vfs.ErrInvalid, vfs.ErrLocked} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return err == nil
}

// something does one of the things that change the count.
func something(ctx context.Context, fsys vfs.FS, r *rand.Rand) error {
	name := func() string { return fmt.Sprintf("/%c/%d", 'a'+rune(r.IntN(2)), r.IntN(4)) }
	switch r.IntN(6) {
	case 0:
		return fsys.Remove(ctx, name())
	case 1:
		return fsys.Rename(ctx, name(), name())
	}
	opts := vfs.CreateOptions{
		Append: r.IntN(4) == 0, Exclusive: r.IntN(8) == 0, KeepPartial: r.IntN(2) == 0, Lock: r.IntN(4) == 0, Perm: fs.ModePerm,
	}
	if r.IntN(4) == 0 {
		opts.Offset = r.Int64N(300)
	}
	w, err := fsys.Create(ctx, name(), opts)
	if err != nil {
		return err
	}
	for range r.IntN(5) {
		if _, err := w.Write(make([]byte, r.IntN(300))); err != nil {
			return errors.Join(err, w.Abort(err))
		}
	}
	if r.IntN(3) == 0 {
		return w.Abort(nil)
	}
	return w.Commit(ctx)
}
