package osfs

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path"

	"ferry/vfs"
)

// Open implements vfs.FS. The Reader implements vfs.Filer.
func (f *FS) Open(ctx context.Context, name string, offset int64) (vfs.Reader, error) {
	if err := beginRead(ctx, "open", name); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fail("open", name, vfs.ErrInvalid)
	}
	file, err := f.tree.open(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, fail("open", name, err)
	}
	r, err := f.reader(file, name, offset)
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, fail("open", name, err)
	}
	return r, nil
}

func (f *FS) reader(file *os.File, name string, offset int64) (*reader, error) {
	id, err := f.tree.fstat(file)
	if err != nil {
		return nil, err
	}
	if err := regular(id.Mode); err != nil {
		return nil, err
	}
	// A position behind the end would be kept, and a file that grows meanwhile
	// read with a hole.
	if offset = min(offset, id.Size); offset > 0 {
		if _, err := file.Seek(offset, io.SeekStart); err != nil {
			return nil, err
		}
	}
	return &reader{file: file, name: name, info: info(path.Base(name), id.Stat)}, nil
}

// regular says what is wrong with a file that is not a regular one.
func regular(mode fs.FileMode) error {
	switch {
	case mode.IsDir():
		return vfs.ErrIsDir
	case !mode.IsRegular():
		return vfs.ErrNotRegular
	}
	return nil
}

type reader struct {
	file *os.File
	name string
	info vfs.Info
}

var _ vfs.Filer = (*reader)(nil)

func (r *reader) Info() vfs.Info { return r.info }
func (r *reader) File() *os.File { return r.file }
func (r *reader) Close() error   { return fail("close", r.name, r.file.Close()) }

func (r *reader) Read(b []byte) (int, error) {
	n, err := r.file.Read(b)
	if err == nil || err == io.EOF {
		return n, err
	}
	return n, fail("read", r.name, err)
}
