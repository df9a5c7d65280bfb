package vfs_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
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
		Atomic: r.IntN(6) == 0,
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

// TestQuotaStepByStep has Writers of the same files take turns, and compares the
// count with the store after each step.
func TestQuotaStepByStep(t *testing.T) {
	t.Run("in place", func(t *testing.T) { stepByStep(t, 3000, false) })
	t.Run("atomic", func(t *testing.T) { stepByStep(t, 400, true) })
}

func stepByStep(t *testing.T, steps int, atomically bool) {
	stores(t, func(t *testing.T, fsys counted, u *vfs.Usage) {
		r := rand.New(rand.NewPCG(1, 2))
		var open []vfs.Writer
		for step := range steps {
			var what string
			var err error
			name := func() string { return fmt.Sprintf("/%d", r.IntN(3)) }
			switch i := r.IntN(10); {
			case i == 0:
				what, err = "Remove", fsys.Remove(t.Context(), name())
			case i == 1:
				what, err = "Rename", fsys.Rename(t.Context(), name(), name())
			case i < 4 && len(open) < 4:
				opts := vfs.CreateOptions{Append: r.IntN(3) == 0, KeepPartial: r.IntN(2) == 0, Atomic: atomically}
				if r.IntN(2) == 0 {
					opts.Offset = r.Int64N(100)
				}
				var w vfs.Writer
				if w, err = fsys.Create(t.Context(), name(), opts); err == nil {
					open = append(open, w)
				}
				what = fmt.Sprintf("Create %+v", opts)
			case len(open) > 0:
				j := r.IntN(len(open))
				w := open[j]
				switch i {
				case 4, 5:
					open = slices.Delete(open, j, j+1)
					if i == 4 {
						what, err = "Abort", w.Abort(nil)
					} else {
						what, err = "Commit", w.Commit(t.Context())
					}
				default:
					what = "Write"
					_, err = w.Write(make([]byte, r.IntN(4)*25))
				}
			}
			if !expected(err) {
				t.Fatalf("step %d: %s = %v", step, what, err)
			}
			now := vfs.NewUsage(0, 0)
			if err := now.Scan(t.Context(), fsys.below); err != nil {
				t.Fatal(err)
			}
			bytes, files := u.Used()
			there, named := now.Used()
			// A file without a name counts while it is written, and so does the
			// place of a new one.
			if atomically && named < files && len(open) > 0 {
				named = files
			}
			if there > bytes || there != bytes && len(open) == 0 || named != files || bytes > 300 {
				t.Fatalf("step %d: after %s = %v, with %d Writers, used are %d bytes in %d files, and there are %d in %d",
					step, what, err, len(open), bytes, files, there, named)
			}
		}
		for _, w := range open {
			abort(t, w)
		}
	}, 300, 3)
}
