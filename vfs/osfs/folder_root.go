package osfs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"ferry/internal/sys"
	"ferry/vfs"
)

// rootFolder is a directory that package os holds.
type rootFolder struct{ root *os.Root }

// openFolder implements tree. It looks before it opens, as list does.
func (t rootTree) openFolder(name string) (folder, error) {
	fi, err := t.root.Stat(local(name))
	if err == nil && !fi.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		return nil, refusal(err)
	}
	root, err := t.root.OpenRoot(local(name))
	if err != nil {
		return nil, refusal(err)
	}
	return rootFolder{root}, nil
}

func (d rootFolder) id() (identity, error) { return identityOf(d.root.Lstat(".")) }

func identityOf(fi fs.FileInfo, err error) (identity, error) {
	if err != nil {
		return identity{}, refusal(err)
	}
	return identity{Stat: sys.StatOf(fi), fi: fi}, nil
}

func (d rootFolder) open(base string, flag int, perm fs.FileMode) (*os.File, error) {
	file, err := d.root.OpenFile(base, flag|openNonblock, perm.Perm())
	return file, refusal(err)
}

func (d rootFolder) lstat(base string) (identity, error) { return identityOf(d.root.Lstat(base)) }

func (d rootFolder) unnamed(fs.FileMode) (*os.File, error) { return nil, errors.ErrUnsupported }

func (d rootFolder) name(*os.File, string) error { return errors.ErrUnsupported }

func (d rootFolder) rename(from, to string) error { return refusal(d.root.Rename(from, to)) }

// renameNew falls back on a look where there are no hard links.
func (d rootFolder) renameNew(from, to string) error {
	err := d.root.Link(from, to)
	if err == nil {
		return refusal(d.root.Remove(from))
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	switch _, err := d.root.Lstat(to); {
	case err == nil:
		return vfs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return refusal(err)
	}
	return d.rename(from, to)
}

func (d rootFolder) remove(base string) error { return refusal(d.root.Remove(base)) }

func (d rootFolder) names(do func(base string) bool) error {
	dir, err := d.root.Open(".")
	if err != nil {
		return refusal(err)
	}
	defer func() { _ = dir.Close() }() // it was only read
	for {
		entries, err := dir.ReadDir(listBatch)
		for _, entry := range entries {
			if !do(entry.Name()) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (d rootFolder) sync(*os.File) error {
	if !dirSync {
		return nil
	}
	dir, err := d.root.Open(".")
	if err != nil {
		return refusal(err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (d rootFolder) close() error { return d.root.Close() }
