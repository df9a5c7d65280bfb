package osfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"time"

	"ferry/internal/sys"
	"ferry/vfs"
)

// Options of a store. The zero value is right for most.
type Options struct {
	// ReadOnly refuses every change with ErrPermission before the system is
	// asked.
	ReadOnly bool
	// Beside starts a function in a goroutine of its own: then large listings are made on
	// several processors at once. nil keeps every call on the thread of the caller, as
	// where that has become a user of the system and no other thread has.
	Beside func(func())
}

// FS is the store of one local directory.
type FS struct {
	tree tree
	opts Options

	unnamed memory[uint64, bool]      // by device: whether a file may get its name later
	swept   memory[string, time.Time] // by directory: when it was looked through last
}

var (
	_ vfs.FS         = (*FS)(nil)
	_ vfs.Chmodder   = (*FS)(nil)
	_ vfs.Chowner    = (*FS)(nil)
	_ vfs.TimeSetter = (*FS)(nil)
	_ vfs.LinkReader = (*FS)(nil)
	_ vfs.Enterer    = (*FS)(nil)
)

// New returns the store of the directory dir, which must exist; symbolic links
// in dir itself are followed, now and not again: the store stays with that
// directory even if it is renamed. Close it when it is no longer used.
func New(dir string, opts Options) (*FS, error) {
	t, err := newKernelTree(dir, opts)
	if errors.Is(err, errors.ErrUnsupported) {
		t, err = newRootTree(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("store %s: %w", dir, vfs.FromOS(err))
	}
	return &FS{tree: t, opts: opts}, nil
}

// Close gives back what the store holds. What is open stays usable, save that a
// Writer's Abort can no longer remove its file; everything else gives
// fs.ErrClosed.
func (f *FS) Close() error { return f.tree.close() }

// Confinement says what keeps names inside the directory: "openat2" or
// "os.Root", the limits of which are in the package comment.
func (f *FS) Confinement() string { return f.tree.confinement() }

// begin is what every operation does first.
func begin(ctx context.Context, op, name string) error {
	if !vfs.Valid(name) || !representable(name) {
		return &fs.PathError{Op: op, Path: name, Err: vfs.ErrInvalid}
	}
	if len(name) > vfs.MaxName {
		// os.Root takes a name apart and would find nothing wrong with it.
		return &fs.PathError{Op: op, Path: name, Err: vfs.ErrNameTooLong}
	}
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

// beginChange is begin for operations that a read-only store refuses, and
// everybody on a name that is the store's own.
func (f *FS) beginChange(ctx context.Context, op, name string) error {
	if err := begin(ctx, op, name); err != nil {
		return err
	}
	if f.opts.ReadOnly || hides(name) {
		return &fs.PathError{Op: op, Path: name, Err: vfs.ErrPermission}
	}
	return nil
}

// fail says which operation on which name failed; nil stays nil. What package
// os has said about the name gives way: it is about names of its own.
func fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		err = e.Err
	}
	return &fs.PathError{Op: op, Path: name, Err: vfs.FromOS(err)}
}

// info turns what the system says into what a store says.
func info(name string, st sys.Stat) vfs.Info {
	i := vfs.Info{Name: name}
	setStat(&i, st)
	var buf [maxID]byte
	i.ID = string(appendID(buf[:0], st))
	return i
}

// setStat sets all but the name and the ID.
func setStat(i *vfs.Info, st sys.Stat) {
	i.Mode, i.Size, i.ModTime = st.Mode, st.Size, st.ModTime
	i.UID, i.GID, i.Nlink = st.UID, st.GID, max(1, st.Nlink)
}

// maxID is the length of the longest ID: two numbers of 16 digits, and a point.
const maxID = 33

// appendID appends vfs.Info.ID, which is empty where the system has no such numbers.
func appendID(b []byte, st sys.Stat) []byte {
	if st.Dev == 0 && st.Ino == 0 {
		return b
	}
	b = strconv.AppendUint(b, st.Dev, 16)
	b = append(b, '.')
	return strconv.AppendUint(b, st.Ino, 16)
}

// Stat implements vfs.FS.
func (f *FS) Stat(ctx context.Context, name string) (vfs.Info, error) {
	if err := beginRead(ctx, "stat", name); err != nil {
		return vfs.Info{}, err
	}
	i, err := f.tree.stat(name, true)
	return i, fail("stat", name, err)
}

// Lstat implements vfs.FS.
func (f *FS) Lstat(ctx context.Context, name string) (vfs.Info, error) {
	if err := beginRead(ctx, "lstat", name); err != nil {
		return vfs.Info{}, err
	}
	i, err := f.tree.stat(name, false)
	return i, fail("lstat", name, err)
}

// Enter implements vfs.Enterer.
func (f *FS) Enter(ctx context.Context, name string) error {
	if err := begin(ctx, "enter", name); err != nil {
		return err
	}
	return fail("enter", name, f.tree.enter(name))
}
