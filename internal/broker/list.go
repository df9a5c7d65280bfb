package broker

import (
	"context"
	"errors"
	"io/fs"
	"iter"

	"ferry/internal/sys"
	"ferry/vfs"
)

// nothingElse checks that an answer is at its end and no descriptor came with it.
func nothingElse(d *decoder, passed int) error {
	err := d.end()
	if passed >= 0 {
		err = errors.Join(errMalformed, sys.ClosePassed(passed))
	}
	return err
}

// batch is a part of a listing.
type batch struct {
	entries []vfs.Info
	more    bool
	err     error
}

// List implements vfs.FS. The broker holds the directory open, and hands the
// entries out a batch at a time: between two of them the session serves other
// calls, also of whoever ranges over the sequence.
func (s *Session) List(ctx context.Context, name string) iter.Seq2[vfs.Info, error] {
	return func(yield func(vfs.Info, error) bool) {
		if err := check(ctx, "list", name); err != nil {
			yield(vfs.Info{}, err)
			return
		}
		handle := s.newHandle()
		seen := s.changes.Load()
		b := s.batch(ctx, request{op: opList, opName: "list", name: name, handle: handle, put: func(e *encoder) {
			e.u32(handle)
			e.str(name)
		}})
		for {
			if !s.yield(ctx, name, &b, seen, yield) {
				if b.more {
					// The caller has what it wants, and may have gone.
					_ = s.do(context.WithoutCancel(ctx), s.release(handle))
				}
				return
			}
			if !b.more {
				return
			}
			seen = s.changes.Load()
			b = s.batch(ctx, request{op: opNext, opName: "list", name: name, handle: handle, put: func(e *encoder) { e.u32(handle) }})
		}
	}
}

// yield hands out a batch, and the error at its end. It reports whether the
// caller wants more, and there was no error.
func (s *Session) yield(ctx context.Context, name string, b *batch, seen uint64, yield func(vfs.Info, error) bool) bool {
	for _, i := range b.entries {
		if err := ctx.Err(); err != nil {
			yield(vfs.Info{}, &fs.PathError{Op: "list", Path: name, Err: err})
			return false
		}
		if s.changes.Load() != seen {
			fresh, err := s.Lstat(ctx, join(name, i.Name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				fresh.Target = ""
				i = fresh
			}
		}
		if !yield(i, nil) {
			return false
		}
	}
	if b.err != nil {
		yield(vfs.Info{}, b.err)
		return false
	}
	return true
}

func join(dir, base string) string {
	if dir == "/" {
		return "/" + base
	}
	return dir + "/" + base
}

// batch asks for a part of a listing. After an error the handle is free, or the
// session over.
func (s *Session) batch(ctx context.Context, r request) batch {
	var b batch
	r.take = func(d *decoder, passed int) error {
		how, count := d.u8(), int(d.u16())
		for range count {
			i := d.info()
			if d.bad {
				break
			}
			b.entries = append(b.entries, i)
		}
		b.more = how == batchMore
		switch how {
		case batchMore, batchEnd:
		case batchFault:
			if list := d.faults(); len(list) > 0 {
				b.err = rebuilt(list)
			}
		default:
			d.bad = true
		}
		return nothingElse(d, passed)
	}
	if err := s.do(ctx, r); err != nil {
		return batch{err: err}
	}
	return b
}
