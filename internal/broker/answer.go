package broker

import (
	"context"
	"io/fs"
	"os"
	"syscall"
	"time"

	"ferry/vfs"
)

// passing is a descriptor that goes with an answer. Where close is there, it
// closes the file afterwards.
type passing struct {
	pass  int
	close func() error
}

// answer serves one request and leaves the answer in t.out. An error means that
// the request is none.
func (t *userThread) answer(request []byte) (passing, error) {
	d := decoder{b: request}
	do := t.operation(operation(d.u8()), &d)
	if err := d.end(); err != nil || do == nil {
		return passing{}, errMalformed
	}
	t.out.b = append(t.out.b[:0], answerDone)
	p, err := do(t.service.ctx)
	if err != nil {
		t.out.b = append(t.out.b[:0], answerFault)
		t.out.faults(faults(err))
	}
	return p, nil
}

// operation reads what follows the operation, and returns what is to be done.
func (t *userThread) operation(op operation, d *decoder) func(ctx context.Context) (passing, error) {
	switch op {
	case opCreate, opBegin, opCommit, opAbort, opList, opNext, opRelease:
		return t.handled(op, d.u32(), d)
	default:
		return t.named(op, d.str(), d)
	}
}

// named are the operations on a name.
func (t *userThread) named(op operation, name string, d *decoder) func(ctx context.Context) (passing, error) {
	switch op {
	case opStat:
		return func(ctx context.Context) (passing, error) { return t.stat(t.fsys.Stat(ctx, name)) }
	case opLstat:
		return func(ctx context.Context) (passing, error) { return t.stat(t.fsys.Lstat(ctx, name)) }
	case opReadLink:
		return func(ctx context.Context) (passing, error) { return t.readLink(ctx, name) }
	case opOpen:
		offset := int64(d.u64())
		return func(ctx context.Context) (passing, error) { return t.open(ctx, name, offset) }
	case opRemove:
		return only(func(ctx context.Context) error { return t.fsys.Remove(ctx, name) })
	case opRmdir:
		return only(func(ctx context.Context) error { return t.fsys.Rmdir(ctx, name) })
	case opRename:
		to := d.str()
		return only(func(ctx context.Context) error { return t.fsys.Rename(ctx, name, to) })
	case opMkdir:
		perm := fs.FileMode(d.u32())
		return only(func(ctx context.Context) error { return t.fsys.Mkdir(ctx, name, perm) })
	case opChmod:
		perm := fs.FileMode(d.u32())
		return only(func(ctx context.Context) error {
			return able(t.fsys, "chmod", name, func(c vfs.Chmodder) error { return c.Chmod(ctx, name, perm) })
		})
	case opChown:
		uid, gid := int(int64(d.u64())), int(int64(d.u64()))
		return only(func(ctx context.Context) error {
			return able(t.fsys, "chown", name, func(c vfs.Chowner) error { return c.Chown(ctx, name, uid, gid) })
		})
	case opEnter:
		return only(func(ctx context.Context) error {
			return able(t.fsys, "enter", name, func(e vfs.Enterer) error { return e.Enter(ctx, name) })
		})
	case opSetModTime:
		when := d.time()
		return only(func(ctx context.Context) error { return t.setModTime(ctx, name, when) })
	default:
		return nil
	}
}

// handled are the operations on a handle.
func (t *userThread) handled(op operation, handle uint32, d *decoder) func(ctx context.Context) (passing, error) {
	_, writes := t.writers[handle]
	_, lists := t.lists[handle]
	switch op {
	case opCreate:
		name, opts := d.str(), d.options()
		d.bad = d.bad || writes || lists
		return only(func(ctx context.Context) error { return t.create(ctx, handle, name, opts) })
	case opList:
		name := d.str()
		d.bad = d.bad || writes || lists
		return only(func(ctx context.Context) error { return t.list(ctx, handle, name) })
	case opNext:
		d.bad = d.bad || !lists
		return only(func(context.Context) error { return t.batch(handle) })
	case opBegin:
		d.bad = d.bad || !writes
		return func(context.Context) (passing, error) { return t.beginWriting(handle) }
	case opCommit:
		d.bad = d.bad || !writes
		return only(func(ctx context.Context) error { return t.commit(ctx, handle) })
	case opAbort:
		d.bad = d.bad || !writes
		return only(func(context.Context) error { return t.abort(handle) })
	case opRelease:
		return only(func(context.Context) error { return t.release(handle) })
	default:
		return nil
	}
}

// only is an operation that passes nothing.
func only(do func(ctx context.Context) error) func(ctx context.Context) (passing, error) {
	return func(ctx context.Context) (passing, error) { return passing{}, do(ctx) }
}

// able calls do if the store has the ability.
func able[T any](fsys vfs.FS, op, name string, do func(T) error) error {
	if a, ok := vfs.As[T](fsys); ok {
		return do(a)
	}
	return &fs.PathError{Op: op, Path: name, Err: vfs.ErrUnsupported}
}

func (t *userThread) stat(i vfs.Info, err error) (passing, error) {
	t.out.info(i)
	return passing{}, err
}

func (t *userThread) readLink(ctx context.Context, name string) (passing, error) {
	return passing{}, able(t.fsys, "readlink", name, func(r vfs.LinkReader) error {
		target, err := r.ReadLink(ctx, name)
		t.out.str(target)
		return err
	})
}

func (t *userThread) setModTime(ctx context.Context, name string, when time.Time) error {
	return able(t.fsys, "settime", name, func(s vfs.TimeSetter) error { return s.SetModTime(ctx, name, when) })
}

func (t *userThread) open(ctx context.Context, name string, offset int64) (passing, error) {
	r, err := t.fsys.Open(ctx, name, offset)
	if err != nil {
		return passing{}, err
	}
	f := direct(r)
	if f == nil {
		_ = r.Close() // nothing was written
		return passing{}, &fs.PathError{Op: "open", Path: name, Err: vfs.ErrUnsupported}
	}
	t.out.info(r.Info())
	return passing{pass: int(f.Fd()), close: r.Close}, nil
}

// direct is the open file of a Reader or Writer, or nil.
func direct(v any) *os.File {
	if f, ok := v.(vfs.Filer); ok {
		return f.File()
	}
	return nil
}

// full is given to whoever holds too much open at once.
func full(op, name string) error { return &fs.PathError{Op: op, Path: name, Err: syscall.EMFILE} }
