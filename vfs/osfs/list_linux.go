package osfs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"ferry/internal/sys"
	"ferry/vfs"
)

// The first entries of a directory, mostly all there are, are described one after the other,
// each when its turn has come. Those of a large one are read in batches then, ahead of what is
// listed, and described by whoever has nothing else to do, he who lists among them: that is most of
// the work of a listing, and no processor shall wait for another one meanwhile.
const (
	firstEntries = 64
	nextBatch    = 256
	maxAhead     = 8 // batches that are read ahead
)

// batch is some entries; with an error, io.EOF for one, they are the last.
type batch struct {
	infos     []vfs.Info
	ids       []byte // memory for making their IDs
	err       error
	described chan struct{} // has a token once they are described
}

// batches are those that are not in use: their memory is most of what a large listing needs.
var batches = sync.Pool{New: func() any {
	return &batch{infos: make([]vfs.Info, 0, nextBatch), described: make(chan struct{}, 1)}
}}

// free gives a batch back whose entries nobody needs any more.
func (b *batch) free() {
	clear(b.infos)
	b.infos, b.err = b.infos[:0], nil
	batches.Put(b)
}

func (t *kernelTree) list(ctx context.Context, name string, yield func(vfs.Info, error) bool) {
	fd, err := t.openFD(name, os.O_RDONLY|sys.OpenDirectory, 0)
	if err != nil {
		yield(vfs.Info{}, err)
		return
	}
	dir := sys.NewDir(fd)
	defer func() { _ = dir.Close() }() // it was only read
	b := batches.Get().(*batch)
	defer b.free()
	for n := 0; t.beside == nil || n < firstEntries; n++ {
		b.infos = b.infos[:0]
		b.read(ctx, dir, 1)
		b.look(dir)
		if !b.pass(ctx, yield) || b.err != nil {
			return
		}
	}
	t.listAhead(ctx, dir, yield)
}

// listAhead lists the rest of a directory, with one goroutine more for each further processor.
func (t *kernelTree) listAhead(ctx context.Context, dir *sys.Dir, yield func(vfs.Info, error) bool) {
	a := ahead{dir: dir, read: make(chan *batch, maxAhead), undone: make(chan *batch, maxAhead+1), stop: make(chan struct{})}
	t.beside(func() { a.readAll(ctx) })
	for range min(runtime.GOMAXPROCS(0), runtime.NumCPU()) - 2 {
		t.beside(a.describeAll)
	}
	defer func() {
		close(a.stop)
		for b := range a.read { // until nobody uses the directory any more
			a.await(b)
			b.free()
		}
	}()
	for b := range a.read {
		a.await(b)
		goesOn := b.pass(ctx, yield)
		b.free()
		if !goesOn {
			return
		}
	}
}

// ahead is what is read ahead of a directory.
type ahead struct {
	dir    *sys.Dir
	read   chan *batch   // in the order of the directory
	undone chan *batch   // those of them that nobody has begun to describe
	stop   chan struct{} // closed when no more is to be read
}

// readAll reads the directory, and describes where nothing can be read for a while.
func (a *ahead) readAll(ctx context.Context) {
	defer a.describeAll()
	defer close(a.undone)
	defer close(a.read)
	for last := false; !last; {
		select {
		case <-a.stop:
			return // though there is room now, as what was read is thrown away
		default:
		}
		b := batches.Get().(*batch)
		b.read(ctx, a.dir, nextBatch)
		last = b.err != nil
		for !a.pass(b) {
			select {
			case other := <-a.undone:
				other.describe(a.dir)
				continue
			default:
			}
			select {
			case a.read <- b:
			case <-a.stop:
				b.free()
				return
			}
			break
		}
		a.undone <- b
	}
}

// pass passes a batch on if there is room for it.
func (a *ahead) pass(b *batch) bool {
	select {
	case a.read <- b:
		return true
	default:
		return false
	}
}

func (a *ahead) describeAll() {
	for b := range a.undone {
		b.describe(a.dir)
	}
}

// await returns once a batch is described; meanwhile it describes.
func (a *ahead) await(b *batch) {
	for {
		select {
		case <-b.described:
			return
		default:
		}
		select {
		case <-b.described:
			return
		case other, more := <-a.undone:
			if !more {
				<-b.described
				return
			}
			other.describe(a.dir)
		}
	}
}

// read reads up to n entries of a directory.
func (b *batch) read(ctx context.Context, dir *sys.Dir, n int) {
	for b.err = ctx.Err(); b.err == nil && len(b.infos) < n; {
		var entry sys.Dirent
		if entry, b.err = dir.Next(); b.err == nil {
			b.infos = append(b.infos, vfs.Info{Name: entry.Name, Mode: entry.Type, Nlink: 1})
		}
	}
}

// describe says more of the entries of a batch than their names, and that it is described.
func (b *batch) describe(dir *sys.Dir) {
	b.look(dir)
	b.described <- struct{}{}
}

// look says more of entries than their names. The name of one that has gone becomes "".
func (b *batch) look(dir *sys.Dir) {
	b.ids = b.ids[:0]
	var ends [nextBatch]int
	for k := range b.infos {
		i := &b.infos[k]
		st, err := dir.Lstat(i.Name)
		switch {
		case err == nil:
			setStat(i, st)
			b.ids = appendID(b.ids, st)
		case errors.Is(err, fs.ErrNotExist):
			i.Name = ""
		}
		// Any other error: it is there, and no more may be known about it, for want of
		// permission or because a network is down.
		ends[k] = len(b.ids)
	}
	all, begin := string(b.ids), 0 // one string for all of them
	for k := range b.infos {
		b.infos[k].ID, begin = all[begin:ends[k]], ends[k]
	}
}

// pass yields a batch, and its error unless that is only the end.
func (b *batch) pass(ctx context.Context, yield func(vfs.Info, error) bool) bool {
	for k := range b.infos {
		if err := ctx.Err(); err != nil {
			yield(vfs.Info{}, err)
			return false
		}
		if b.infos[k].Name != "" && !yield(b.infos[k], nil) {
			return false
		}
	}
	if b.err != nil && !errors.Is(b.err, io.EOF) {
		yield(vfs.Info{}, b.err)
	}
	return true
}
