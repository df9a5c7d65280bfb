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
// each when its turn has come. Those of a large one come in batches then, each of which is
// described while the one before is listed, a part on every processor: that is most of the
// work of a listing.
const (
	firstEntries = 64
	nextBatch    = 512
	// minShare is the least that is worth another goroutine.
	minShare = 64
)

// batch is some entries; with an error, io.EOF for one, they are the last.
type batch struct {
	infos []vfs.Info
	err   error
}

func (t *kernelTree) list(ctx context.Context, name string, yield func(vfs.Info, error) bool) {
	fd, err := t.openFD(name, os.O_RDONLY|sys.OpenDirectory, 0)
	if err != nil {
		yield(vfs.Info{}, err)
		return
	}
	dir := sys.NewDir(fd)
	defer func() { _ = dir.Close() }() // it was only read
	for n := 0; t.beside == nil || n < firstEntries; n++ {
		b := t.readBatch(ctx, dir, 1)
		if !b.pass(ctx, yield) || b.err != nil {
			return
		}
	}
	ahead, stop := make(chan batch), make(chan struct{})
	t.beside(func() {
		defer close(ahead)
		for {
			b := t.readBatch(ctx, dir, nextBatch)
			select {
			case ahead <- b:
			case <-stop:
				return
			}
			if b.err != nil {
				return
			}
		}
	})
	defer func() {
		close(stop)
		for range ahead { //nolint:revive // until the directory is read no more
		}
	}()
	for b := range ahead {
		if !b.pass(ctx, yield) {
			return
		}
	}
}

// pass yields a batch, and its error unless that is only the end.
func (b *batch) pass(ctx context.Context, yield func(vfs.Info, error) bool) bool {
	for _, i := range b.infos {
		if err := ctx.Err(); err != nil {
			yield(vfs.Info{}, err)
			return false
		}
		if !yield(i, nil) {
			return false
		}
	}
	if b.err != nil && !errors.Is(b.err, io.EOF) {
		yield(vfs.Info{}, b.err)
	}
	return true
}

// readBatch reads and describes up to n entries; those that have gone are left out.
func (t *kernelTree) readBatch(ctx context.Context, dir *sys.Dir, n int) batch {
	b := batch{infos: make([]vfs.Info, 0, n), err: ctx.Err()}
	for b.err == nil && len(b.infos) < n {
		var entry sys.Dirent
		if entry, b.err = dir.Next(); b.err == nil {
			b.infos = append(b.infos, vfs.Info{Name: entry.Name, Mode: entry.Type, Nlink: 1})
		}
	}
	t.describe(dir, b.infos)
	there := b.infos[:0]
	for i := range b.infos {
		if b.infos[i].Name != "" {
			there = append(there, b.infos[i])
		}
	}
	b.infos = there
	return b
}

// describe says more of entries than their names, on every processor if it may.
func (t *kernelTree) describe(dir *sys.Dir, infos []vfs.Info) {
	share := len(infos)
	if t.beside != nil {
		processors := runtime.GOMAXPROCS(0)
		share = max(minShare, (share+processors-1)/processors)
	}
	var wg sync.WaitGroup
	for len(infos) > share {
		part := infos[:share]
		infos = infos[share:]
		wg.Add(1)
		t.beside(func() {
			defer wg.Done()
			describe(dir, part)
		})
	}
	describe(dir, infos)
	wg.Wait()
}

// describe is that on this one. The name of an entry that has gone becomes "".
func describe(dir *sys.Dir, infos []vfs.Info) {
	for k := range infos {
		i := &infos[k]
		st, err := dir.Lstat(i.Name)
		switch {
		case err == nil:
			*i = info(i.Name, st)
		case errors.Is(err, fs.ErrNotExist):
			i.Name = ""
		}
		// Any other error: it is there, and no more may be known about it, for want of
		// permission or because a network is down.
	}
}
