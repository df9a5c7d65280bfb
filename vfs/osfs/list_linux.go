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
// listed, and each batch is described by whoever is free: that is most of the work of a listing.
const (
	firstEntries = 64
	nextBatch    = 256
	// maxAhead is how many batches are read ahead for each of those who describe them.
	maxAhead = 4
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
		b.describe(dir)
		if !b.pass(ctx, yield) || b.err != nil {
			return
		}
	}
	t.listBeside(ctx, dir, yield)
}

// listBeside lists the rest of a directory: one reads it, several describe what was read, and the
// caller's goroutine passes on what is described, in the order of the directory.
func (t *kernelTree) listBeside(ctx context.Context, dir *sys.Dir, yield func(vfs.Info, error) bool) {
	workers := min(runtime.GOMAXPROCS(0), runtime.NumCPU())
	ahead, todo, stop := make(chan *batch, maxAhead*workers), make(chan *batch, maxAhead*workers), make(chan struct{})
	t.beside(func() {
		defer close(ahead)
		defer close(todo)
		for last := false; !last; {
			b := batches.Get().(*batch)
			b.read(ctx, dir, nextBatch)
			last = b.err != nil
			select {
			case ahead <- b:
				todo <- b // has as much room
			case <-stop:
				b.free()
				return
			}
		}
	})
	for range workers {
		t.beside(func() {
			for b := range todo {
				b.describe(dir)
				b.described <- struct{}{}
			}
		})
	}
	defer func() {
		close(stop)
		for b := range ahead { // until nobody uses the directory any more
			<-b.described
			b.free()
		}
	}()
	for b := range ahead {
		<-b.described
		goesOn := b.pass(ctx, yield)
		b.free()
		if !goesOn {
			return
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

// describe says more of entries than their names. The name of one that has gone becomes "".
func (b *batch) describe(dir *sys.Dir) {
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
