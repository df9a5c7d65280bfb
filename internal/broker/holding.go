package broker

import (
	"context"
	"time"

	"ferry/vfs"
)

// What a session holds open for its Client: Writers, which stand on this side
// until they end, and listings.

func (t *userThread) create(ctx context.Context, handle uint32, name string, opts vfs.CreateOptions) error {
	if len(t.writers) >= maxHandles {
		return full("create", name)
	}
	w, err := t.fsys.Create(ctx, name, opts)
	if err == nil {
		t.writers[handle] = w
	}
	return err
}

// beginWriting hands out the descriptor. Asking the Writer for it is what cuts
// an existing file off, so the Client asks when the first byte comes.
func (t *userThread) beginWriting(handle uint32) (passing, error) {
	w := t.writers[handle]
	f := direct(w)
	if f == nil {
		if _, err := w.Write(nil); err != nil {
			return passing{}, err // why it could not begin
		}
		return passing{}, vfs.ErrUnsupported
	}
	return passing{pass: int(f.Fd()), close: func() error { return nil }}, nil
}

func (t *userThread) commit(ctx context.Context, handle uint32) error {
	w := t.writers[handle]
	delete(t.writers, handle)
	return w.Commit(ctx)
}

func (t *userThread) abort(handle uint32) error {
	w := t.writers[handle]
	delete(t.writers, handle)
	return w.Abort(errAborted)
}

// release ends whatever the handle is, which the Client need not know: it did
// not wait for the answer that would have said so.
func (t *userThread) release(handle uint32) error {
	if l, ok := t.lists[handle]; ok {
		delete(t.lists, handle)
		l.stop()
	}
	if _, ok := t.writers[handle]; ok {
		return t.abort(handle)
	}
	return nil
}

// batchRoom is what an entry needs at most; batchTime is how long a batch waits
// for more entries where a file system is slow.
const (
	batchRoom = 3*maxString + 64
	batchTime = 20 * time.Millisecond
)

func (t *userThread) list(ctx context.Context, handle uint32, name string) error {
	if len(t.lists) >= maxHandles {
		return full("list", name)
	}
	t.lists[handle] = newListing(t.fsys.List(ctx, name))
	return t.batch(handle)
}

// batch answers with as many entries as fit, so that a small directory takes one
// request and a large one no memory. An error that comes after some entries
// waits for the next request.
func (t *userThread) batch(handle uint32) error {
	l := t.lists[handle]
	how := len(t.out.b)
	t.out.u8(batchMore)
	entries := len(t.out.b)
	t.out.u16(0)
	err, count, begin := l.failed, uint16(0), time.Now()
	for err == nil {
		var i vfs.Info
		var more bool
		if i, err, more = l.next(); !more {
			t.out.b[how] = batchEnd
			break
		}
		if err != nil {
			break
		}
		t.out.info(i)
		count++
		t.out.b[entries], t.out.b[entries+1] = byte(count>>8), byte(count)
		if len(t.out.b) > maxMessage-batchRoom || time.Since(begin) > batchTime {
			return nil
		}
	}
	if err != nil && count > 0 {
		l.failed = err
		return nil
	}
	delete(t.lists, handle)
	l.stop()
	if err != nil {
		t.out.b[how] = batchFault
		t.out.faults(faults(err))
	}
	return nil
}
