package osfs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"ferry/internal/sys"
	"ferry/vfs"
)

// rootTree is the confinement of package os.
type rootTree struct{ root *os.Root }

func newRootTree(dir string) (tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return rootTree{root}, nil
}

func (t rootTree) confinement() string { return "os.Root" }

func (t rootTree) close() error {
	if _, err := t.root.Lstat("."); errors.Is(err, fs.ErrClosed) {
		return fs.ErrClosed // os.Root does not mind
	}
	return t.root.Close()
}

// local turns a name into one that is relative to the root.
func local(name string) string {
	rel := strings.TrimLeft(name, "/")
	if rel == "" {
		return "."
	}
	return filepath.FromSlash(rel)
}

// refusal gives ErrPermission to what os.Root itself has refused: a link that
// leads outside, or an absolute one. Such an error has no number of the system,
// nor any other mark.
func refusal(err error) error {
	if err == nil || errors.Is(err, fs.ErrClosed) {
		return err
	}
	if _, ok := errors.AsType[syscall.Errno](err); ok {
		return err
	}
	cause := err
	for next := errors.Unwrap(cause); next != nil; next = errors.Unwrap(cause) {
		cause = next
	}
	return fmt.Errorf("%w: %w", vfs.ErrPermission, cause)
}

func (t rootTree) open(name string, flag int, perm fs.FileMode) (*os.File, error) {
	// os.Root refuses the bits above 0777; fchmod sets them afterwards.
	file, err := t.root.OpenFile(local(name), flag|openNonblock, perm.Perm())
	return file, refusal(err)
}

func (t rootTree) fstat(file *os.File) (identity, error) {
	fi, err := file.Stat()
	if err != nil {
		return identity{}, err
	}
	return identity{Stat: sys.StatOf(fi), fi: fi}, nil
}

func (t rootTree) fchmod(file *os.File, perm fs.FileMode) error { return file.Chmod(perm) }

func (t rootTree) removeSame(name string, id identity) error {
	if _, _, ok := splitLast(name); !ok {
		return vfs.ErrInvalid
	}
	fi, err := t.root.Lstat(local(name))
	switch {
	case err != nil:
		return refusal(err)
	case fi.Mode().Type() == fs.ModeSymlink:
		return errIsLink
	case !os.SameFile(fi, id.fi):
		return nil
	}
	return refusal(t.root.Remove(local(name)))
}

func (t rootTree) stat(name string, follow bool) (vfs.Info, error) {
	ask := t.root.Lstat
	if follow {
		ask = t.root.Stat
	}
	fi, err := ask(local(name))
	if err != nil {
		return vfs.Info{}, refusal(err)
	}
	i := info(path.Base(name), sys.StatOf(fi))
	if i.Mode.Type() == fs.ModeSymlink {
		i.Target, err = t.readLink(name)
	}
	return i, err
}

// enter asks for the directory itself by its entry, which takes the right to
// search it.
func (t rootTree) enter(name string) error {
	_, err := t.root.Stat(local(name) + string(filepath.Separator) + ".")
	if err == nil {
		var root *os.Root
		if root, err = t.root.OpenRoot(local(name)); err == nil {
			_, err = root.Lstat(".")
			_ = root.Close() // it was only looked into
		}
	}
	return refusal(err)
}

// listBatch is how many entries are read at a time.
const listBatch = 256

func (t rootTree) list(ctx context.Context, name string, yield func(vfs.Info, error) bool) {
	// OpenRoot would wait for the other end of a FIFO. Whoever puts one there
	// after this look has been let into the directory by other ways than this.
	fi, err := t.root.Stat(local(name))
	if err == nil && !fi.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		yield(vfs.Info{}, refusal(err))
		return
	}
	// A root of its own describes the entries without resolving the whole name
	// again for each.
	root, err := t.root.OpenRoot(local(name))
	if err != nil {
		yield(vfs.Info{}, refusal(err))
		return
	}
	defer func() { _ = root.Close() }() // it was only read
	dir, err := root.Open(".")
	if err != nil {
		yield(vfs.Info{}, refusal(err))
		return
	}
	defer func() { _ = dir.Close() }() // it was only read
	for {
		entries, err := dir.ReadDir(listBatch)
		for _, entry := range entries {
			if err := ctx.Err(); err != nil {
				yield(vfs.Info{}, err)
				return
			}
			i := vfs.Info{Name: entry.Name(), Mode: entry.Type(), Nlink: 1}
			fi, err := root.Lstat(entry.Name())
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err == nil {
				i = info(entry.Name(), sys.StatOf(fi))
			}
			if !yield(i, nil) {
				return
			}
		}
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(vfs.Info{}, err)
			return
		}
	}
}

// remove looks first, as Root.Remove takes empty directories too. Who puts one
// there in that moment loses an empty directory.
func (t rootTree) remove(name string) error {
	fi, err := t.root.Lstat(local(name))
	if err != nil {
		return refusal(err)
	}
	if fi.IsDir() {
		return vfs.ErrIsDir
	}
	return refusal(t.root.Remove(local(name)))
}

// rmdir looks first, as Root.Remove takes files too.
func (t rootTree) rmdir(name string) error {
	fi, err := t.root.Lstat(local(name))
	if err != nil {
		return refusal(err)
	}
	if !fi.IsDir() {
		return vfs.ErrNotDir
	}
	return refusal(t.root.Remove(local(name)))
}

func (t rootTree) rename(from, to string) error {
	err := t.root.Rename(local(from), local(to))
	if errors.Is(err, syscall.EEXIST) {
		err = syscall.ENOTEMPTY
	}
	return refusal(err)
}

func (t rootTree) mkdir(name string, perm fs.FileMode) error {
	if err := t.root.Mkdir(local(name), perm.Perm()); err != nil {
		return refusal(err)
	}
	fi, err := t.root.Lstat(local(name))
	if err != nil {
		return refusal(err)
	}
	if want, differs := dirPerm(fi.Mode(), perm); differs {
		err = t.root.Chmod(local(name), want)
	}
	return refusal(err)
}

func (t rootTree) chmod(name string, perm fs.FileMode) error {
	return refusal(t.root.Chmod(local(name), perm))
}

func (t rootTree) chown(name string, uid, gid int) error {
	return refusal(t.root.Lchown(local(name), uid, gid))
}

func (t rootTree) setModTime(name string, mtime time.Time) error {
	return refusal(t.root.Chtimes(local(name), time.Time{}, mtime))
}

func (t rootTree) readLink(name string) (string, error) {
	target, err := t.root.Readlink(local(name))
	return filepath.ToSlash(target), refusal(err)
}
