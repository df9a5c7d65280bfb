package vfs

import (
	"context"
	"errors"
	"sync"
)

// Usage counts the regular files of a store and the bytes in them, and holds
// them to limits. All sessions of a user share one, each through a Quota of its
// own or through the same, and all over the same store: files are told apart by
// Info.ID. It is safe for use by several goroutines.
//
// What changes the store in other ways than through a Quota with this Usage is
// not seen, except that a file is looked at when it is opened for writing, when
// that ends, and when it is removed or replaced. The counts never fall below 0.
// A file with several hard links counts under each of its names with the size
// that is seen there, but what is written to it counts once: where there are
// such files the counts drift, until they are made anew with a Scan.
type Usage struct {
	maxBytes, maxFiles int64

	// names is held while names are made, removed or given to other files, so
	// that what is looked up about a name still holds when it is counted. Who
	// holds the writing of a file may take it, and who holds it may take mu.
	names   sync.Mutex
	pending map[*quotaWriter]struct{} // the atomic ones; names guards it

	// mu guards what follows, and the counts in each writtenFile.
	mu           sync.Mutex
	bytes, files int64
	written      map[string]*writtenFile
}

// NewUsage returns a Usage that allows so many bytes in all files together,
// and so many files; 0 is no limit, and so is a negative number. It begins with
// an empty store: Scan counts what is there.
func NewUsage(bytes, files int64) *Usage {
	return &Usage{maxBytes: bytes, maxFiles: files, written: make(map[string]*writtenFile), pending: make(map[*quotaWriter]struct{})}
}

// Used returns what is counted now. What is about to be written counts already.
// It may be more than the limits where there was more when they were set.
func (u *Usage) Used() (bytes, files int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.bytes, u.files
}

// Scan counts what the store holds, all directories of it. It takes the place of
// what was counted before, so it is called once, before a Quota uses the Usage.
// A file counts with its size, whatever room it takes on the disk; a symbolic
// link or a directory counts nothing.
//
// What cannot be looked at is left out: the rest is counted, and the first such
// error returned. A context that has ended ends it, and nothing is counted.
func (u *Usage) Scan(ctx context.Context, fsys FS) error {
	var bytes, files int64
	var first error
	err := walk(ctx, fsys, "/", func(name string, info Info, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, ErrNotExist) && name != "/":
			// It went away meanwhile.
		case err != nil:
			if first == nil {
				first = err
			}
		case info.IsRegular():
			files++
			bytes += info.Size
		}
		return nil
	})
	if err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.bytes, u.files = bytes, files
	return first
}

// addFile counts one file more, unless that is one too many.
func (u *Usage) addFile() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.maxFiles > 0 && u.files >= u.maxFiles {
		return false
	}
	u.files++
	return true
}

// dropFile takes back what addFile has counted.
func (u *Usage) dropFile() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.changeFiles(-1)
}

// changeBytes and changeFiles change the counts. u.mu is held.
func (u *Usage) changeBytes(by int64) { u.bytes = max(0, u.bytes+by) }
func (u *Usage) changeFiles(by int64) { u.files = max(0, u.files+by) }
