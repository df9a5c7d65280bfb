package osfs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"
	"syscall"
	"time"

	"ferry/internal/sys"
	"ferry/vfs"
)

// kernelTree leaves confinement to the kernel. Whatever names a file is
// resolved by openat2 in one go; whatever changes a directory opens it so, and
// then acts on one element in it, which cannot lead anywhere.
type kernelTree struct {
	beside func(func()) // as Options.Beside

	// mu guards the rest. What uses root counts in users: a number that is
	// closed may belong to any other file a moment later.
	mu      sync.Mutex
	root    int
	users   int
	closed  bool
	cleanup runtime.Cleanup
}

// newKernelTree gives errors.ErrUnsupported where the kernel does not do it.
func newKernelTree(dir string, opts Options) (tree, error) {
	fd, err := sys.OpenDirPath(dir)
	if err != nil {
		return nil, err
	}
	if err := sys.ProbeInRoot(fd); err != nil {
		_ = sys.Close(fd) // a handle that nothing was done with
		return nil, fmt.Errorf("openat2: %w: %w", errors.ErrUnsupported, err)
	}
	t := &kernelTree{root: fd, beside: opts.Beside}
	t.cleanup = runtime.AddCleanup(t, func(fd int) { _ = sys.Close(fd) }, fd)
	return t, nil
}

func (t *kernelTree) confinement() string { return "openat2" }

func (t *kernelTree) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return fs.ErrClosed
	}
	t.closed = true
	t.cleanup.Stop()
	if t.users > 0 {
		return nil // the last one closes it
	}
	return sys.Close(t.root)
}

// acquire returns the root for as long as release has not been called.
func (t *kernelTree) acquire() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return -1, fs.ErrClosed
	}
	t.users++
	return t.root, nil
}

func (t *kernelTree) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users--; t.users == 0 && t.closed {
		_ = sys.Close(t.root) // a handle: there is nothing to lose
	}
}

// openFD opens any name inside the root.
func (t *kernelTree) openFD(name string, flags int, perm fs.FileMode) (int, error) {
	root, err := t.acquire()
	if err != nil {
		return -1, err
	}
	defer t.release()
	return sys.OpenInRoot(root, name, flags, perm)
}

// onHandle calls do with a handle of the file that name leads to.
func (t *kernelTree) onHandle(name string, do func(fd int) error) error {
	fd, err := t.openFD(name, sys.OpenPath, 0)
	if err != nil {
		return err
	}
	return joinClose(do(fd), fd)
}

// enter opens the directory by its own entry, which takes the right to search
// it.
func (t *kernelTree) enter(name string) error {
	return t.onHandle(name+"/.", func(int) error { return nil })
}

// inParent calls do with the directory that name is in and its last element.
// The root is its own directory, as an entry of that name it cannot be changed.
func (t *kernelTree) inParent(name string, do func(dir int, base string) error) error {
	dir, base, ok := splitLast(name)
	if !ok {
		return vfs.ErrInvalid
	}
	root, err := t.acquire()
	if err != nil {
		return err
	}
	defer t.release()
	if dir == "/" {
		return do(root, base)
	}
	fd, err := sys.OpenInRoot(root, dir, sys.OpenPath|sys.OpenDirectory, 0)
	if err != nil {
		return err
	}
	return joinClose(do(fd, base), fd)
}

// joinClose closes a handle after an operation, whose error goes first.
func joinClose(err error, fd int) error {
	closeErr := sys.Close(fd)
	if err != nil {
		return err
	}
	return closeErr
}

func (t *kernelTree) open(name string, flag int, perm fs.FileMode) (*os.File, error) {
	return openWith(name, flag, func(flag int) (int, error) { return t.openFD(name, flag, perm) })
}

// openWith opens a file and waits for nobody.
func openWith(name string, flag int, open func(flag int) (int, error)) (*os.File, error) {
	// What O_EXCL has made is a regular file. Anything else may be a FIFO, so
	// O_NONBLOCK is needed until open has returned; package os would take it for
	// a wish to have the file polled.
	nonblock := flag&os.O_EXCL == 0
	if nonblock {
		flag |= sys.OpenNonblock
	}
	fd, err := open(flag)
	if errors.Is(err, syscall.EAGAIN) {
		return nil, fmt.Errorf("%w: %w", vfs.ErrLocked, err) // a lease of another process
	}
	if err != nil {
		return nil, err
	}
	if nonblock {
		if err := sys.ClearNonblock(fd, flag); err != nil {
			return nil, joinClose(err, fd)
		}
	}
	return os.NewFile(uintptr(fd), name), nil
}

func (t *kernelTree) fstat(file *os.File) (identity, error) {
	st, err := sys.Fstat(int(file.Fd()))
	return identity{Stat: st}, err
}

func (t *kernelTree) fchmod(file *os.File, perm fs.FileMode) error {
	return sys.Fchmod(int(file.Fd()), perm)
}

func (t *kernelTree) removeSame(name string, id identity) error {
	return t.inParent(name, func(dir int, base string) error {
		st, err := sys.Lstatat(dir, base)
		switch {
		case err != nil:
			return err
		case st.Mode.Type() == fs.ModeSymlink:
			return errIsLink
		case !st.Same(id.Stat):
			return nil
		}
		return sys.Unlinkat(dir, base)
	})
}

func (t *kernelTree) stat(name string, follow bool) (vfs.Info, error) {
	root, err := t.acquire()
	if err != nil {
		return vfs.Info{}, err
	}
	defer t.release()
	if name == "/" {
		return statHandle(root, name)
	}
	base := path.Base(name)
	if len(base) == len(name)-1 {
		// Directly in the root, and no link: one call instead of three.
		st, err := sys.Lstatat(root, base)
		if err != nil {
			return vfs.Info{}, err
		}
		if st.Mode.Type() != fs.ModeSymlink {
			return info(base, st), nil
		}
	}
	flags := sys.OpenPath
	if !follow {
		flags |= sys.OpenNoFollow
	}
	fd, err := sys.OpenInRoot(root, name, flags, 0)
	if err != nil {
		return vfs.Info{}, err
	}
	i, err := statHandle(fd, base)
	return i, joinClose(err, fd)
}

func statHandle(fd int, base string) (vfs.Info, error) {
	st, err := sys.Fstat(fd)
	if err != nil {
		return vfs.Info{}, err
	}
	i := info(base, st)
	if st.Mode.Type() == fs.ModeSymlink {
		i.Target, err = sys.Readlinkat(fd, "")
	}
	return i, err
}

func (t *kernelTree) remove(name string) error { return t.inParent(name, sys.Unlinkat) }

func (t *kernelTree) rmdir(name string) error { return t.inParent(name, sys.Rmdirat) }

func (t *kernelTree) rename(from, to string) error {
	return t.inParent(from, func(fromDir int, fromBase string) error {
		return t.inParent(to, func(toDir int, toBase string) error {
			err := sys.Renameat(fromDir, fromBase, toDir, toBase)
			if errors.Is(err, syscall.EEXIST) {
				err = syscall.ENOTEMPTY // rename(2): some file systems say the one, some the other
			}
			return err
		})
	})
}

func (t *kernelTree) mkdir(name string, perm fs.FileMode) error {
	return t.inParent(name, func(dir int, base string) error {
		if err := sys.Mkdirat(dir, base, perm); err != nil {
			return err
		}
		st, err := sys.Lstatat(dir, base)
		want, differs := dirPerm(st.Mode, perm)
		if err != nil || !differs {
			return err
		}
		fd, err := sys.OpenInRoot(dir, base, sys.OpenPath|sys.OpenDirectory|sys.OpenNoFollow, 0)
		if err != nil {
			return err
		}
		return joinClose(t.chmodHandle(fd, name, want), fd)
	})
}

func (t *kernelTree) chmod(name string, perm fs.FileMode) error {
	return t.onHandle(name, func(fd int) error { return t.chmodHandle(fd, name, perm) })
}

func (t *kernelTree) chmodHandle(fd int, name string, perm fs.FileMode) error {
	err := sys.Chmod(fd, perm)
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	open, err := t.openFD(name, os.O_RDONLY|sys.OpenNonblock, 0)
	if err != nil {
		return err
	}
	return joinClose(sys.Fchmod(open, perm), open)
}

func (t *kernelTree) chown(name string, uid, gid int) error {
	if name == "/" {
		return t.onHandle(name, func(fd int) error { return sys.Lchownat(fd, "", uid, gid) })
	}
	return t.inParent(name, func(dir int, base string) error { return sys.Lchownat(dir, base, uid, gid) })
}

func (t *kernelTree) setModTime(name string, mtime time.Time) error {
	return t.onHandle(name, func(fd int) error { return sys.SetModTime(fd, mtime) })
}

func (t *kernelTree) readLink(name string) (target string, err error) {
	if name == "/" {
		return "", vfs.ErrInvalid
	}
	err = t.inParent(name, func(dir int, base string) error {
		target, err = sys.Readlinkat(dir, base)
		return err
	})
	return target, err
}
