package osfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"ferry/internal/sys"
)

// kernelFolder is a directory by its descriptor.
type kernelFolder struct {
	fd int
	// blind says that the directory may not be read, only used: a drop box.
	blind bool
}

// openFolder implements tree.
func (t *kernelTree) openFolder(name string) (folder, error) {
	fd, err := t.openFD(name, os.O_RDONLY|sys.OpenDirectory, 0)
	if err == nil {
		return &kernelFolder{fd: fd}, nil
	}
	if !errors.Is(err, fs.ErrPermission) {
		return nil, err
	}
	if fd, err = t.openFD(name, sys.OpenPath|sys.OpenDirectory, 0); err != nil {
		return nil, err
	}
	return &kernelFolder{fd: fd, blind: true}, nil
}

func (d *kernelFolder) id() (identity, error) {
	st, err := sys.Fstat(d.fd)
	return identity{Stat: st}, err
}

func (d *kernelFolder) open(base string, flag int, perm fs.FileMode) (*os.File, error) {
	return openWith(base, flag, func(flag int) (int, error) {
		return sys.OpenInRoot(d.fd, base, flag|sys.OpenNoFollow, perm)
	})
}

func (d *kernelFolder) lstat(base string) (identity, error) {
	st, err := sys.Lstatat(d.fd, base)
	return identity{Stat: st}, err
}

func (d *kernelFolder) unnamed(perm fs.FileMode) (*os.File, error) {
	fd, err := sys.OpenUnnamed(d.fd, perm)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "upload"), nil
}

func (d *kernelFolder) name(file *os.File, base string) error {
	return sys.LinkUnnamed(int(file.Fd()), d.fd, base)
}

func (d *kernelFolder) rename(from, to string) error { return sys.Renameat(d.fd, from, d.fd, to) }

// renameNew falls back on a second name, which every file system refuses to give
// twice, and then on a look, between which and the renaming there is a moment:
// such file systems have nothing better.
func (d *kernelFolder) renameNew(from, to string) error {
	err := sys.RenameatNew(d.fd, from, d.fd, to)
	if !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	err = sys.Linkat(d.fd, from, d.fd, to)
	if err == nil {
		return sys.Unlinkat(d.fd, from)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	switch _, err := sys.Lstatat(d.fd, to); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return sys.Renameat(d.fd, from, d.fd, to)
}

func (d *kernelFolder) remove(base string) error { return sys.Unlinkat(d.fd, base) }

func (d *kernelFolder) names(do func(base string) bool) error {
	fd, err := sys.OpenInRoot(d.fd, ".", os.O_RDONLY|sys.OpenDirectory, 0)
	if err != nil {
		return err
	}
	dir := sys.NewDir(fd)
	defer func() { _ = dir.Close() }() // it was only read
	for {
		entry, err := dir.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !do(entry.Name) {
			return nil
		}
	}
}

// sync syncs the whole file system where the directory alone cannot be synced,
// because it may not be read or its file system knows no such thing.
func (d *kernelFolder) sync(file *os.File) error {
	if !d.blind {
		err := sys.Fsync(d.fd)
		if !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	if err := sys.SyncFS(int(file.Fd())); err != nil {
		return fmt.Errorf("sync the file system: %w", err)
	}
	return nil
}

func (d *kernelFolder) close() error { return sys.Close(d.fd) }
