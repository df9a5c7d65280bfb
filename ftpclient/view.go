package ftpclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"time"

	"ferry/ftp"
)

// FS is a view of a directory of the server as an fs.FS, with fs.StatFS,
// fs.ReadDirFS and files that can Seek. ctx ends all that goes on in it. A file
// that is being read has a connection of the Pool for itself until it is closed or
// read to its end, so no more can be read at once than the Pool has connections.
//
// There is no such view of a Conn: who reads a file and asks about another
// meanwhile would wait for themselves.
func (p *Pool) FS(ctx context.Context, root string) fs.FS {
	return &view{ctx: ctx, pool: p, root: root}
}

// view is a directory of the server.
type view struct {
	ctx  context.Context
	pool *Pool
	root string
}

var (
	_ fs.StatFS    = (*view)(nil)
	_ fs.ReadDirFS = (*view)(nil)
)

// at is the pathname at the server.
func (v *view) at(name string) string {
	if name == "." {
		return v.root
	}
	return path.Join(v.root, name)
}

// Open opens a file or a directory.
func (v *view) Open(name string) (fs.File, error) {
	i, err := v.stat(name)
	switch {
	case err != nil:
		return nil, pathError("open", name, err)
	case i.IsDir():
		return &viewDir{view: v, name: name, info: i}, nil
	}
	return &viewFile{view: v, name: name, info: i}, nil
}

// Stat describes a file or a directory.
func (v *view) Stat(name string) (fs.FileInfo, error) {
	i, err := v.stat(name)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return i, nil
}

// ReadDir lists a directory by name.
func (v *view) ReadDir(name string) ([]fs.DirEntry, error) {
	i, err := v.stat(name)
	if err == nil && !i.IsDir() {
		err = errNoDirectory
	}
	var infos []entryInfo
	if err == nil {
		infos, err = v.list(name)
	}
	if err != nil {
		return nil, pathError("readdir", name, err)
	}
	entries := make([]fs.DirEntry, 0, len(infos))
	for _, i := range infos {
		entries = append(entries, fs.FileInfoToDirEntry(i))
	}
	return entries, nil
}

var errNoDirectory = errors.New("not a directory")

// list are the entries of a directory in the order of their names. Lines that
// nobody understands are left out.
func (v *view) list(name string) ([]entryInfo, error) {
	var infos []entryInfo
	err := v.pool.Do(v.ctx, func(c *Conn) error {
		infos = nil
		for e, err := range c.List(v.ctx, v.at(name)) {
			switch {
			case errors.Is(err, ErrLine):
			case err != nil:
				return err
			default:
				infos = append(infos, entryInfo{e})
			}
		}
		return nil
	})
	slices.SortFunc(infos, func(a, b entryInfo) int { return cmp.Compare(a.e.Name, b.e.Name) })
	return infos, err
}

// stat asks by MLST, and a server without it for the listing of the directory
// above.
func (v *view) stat(name string) (entryInfo, error) {
	switch {
	case !fs.ValidPath(name):
		return entryInfo{}, fs.ErrInvalid
	case name == ".":
		return entryInfo{Entry{Name: ".", Mode: fs.ModeDir | 0o555}}, nil
	}
	var e Entry
	facts := false
	err := v.pool.Do(v.ctx, func(c *Conn) (err error) {
		if _, facts = c.Feature("MLST"); facts {
			e, err = c.Stat(v.ctx, v.at(name))
		}
		return err
	})
	if err != nil {
		return entryInfo{}, err
	}
	if facts {
		e.Name = path.Base(name)
		return entryInfo{e}, nil
	}
	siblings, err := v.list(path.Dir(name))
	if err != nil {
		return entryInfo{}, err
	}
	for _, i := range siblings {
		if i.e.Name == path.Base(name) {
			return i, nil
		}
	}
	return entryInfo{}, fs.ErrNotExist
}

// pathError is an error of package fs: to FTP, what is not there and what may not
// be seen are one.
func pathError(op, name string, err error) error {
	if Code(err) == ftp.CodeNoFile {
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// entryInfo is an Entry as package fs has it.
type entryInfo struct{ e Entry }

// Name is the last element of the pathname.
func (i entryInfo) Name() string { return i.e.Name }

// Size is the length; 0 if the server does not tell.
func (i entryInfo) Size() int64 { return max(i.e.Size, 0) }

// Mode holds type and permission.
func (i entryInfo) Mode() fs.FileMode { return i.e.Mode }

// ModTime is the time of the last change.
func (i entryInfo) ModTime() time.Time { return i.e.ModTime }

// IsDir reports a directory.
func (i entryInfo) IsDir() bool { return i.e.IsDir() }

// Sys is the Entry.
func (i entryInfo) Sys() any { return i.e }

// viewDir is an open directory.
type viewDir struct {
	view    *view
	name    string
	info    entryInfo
	entries []fs.DirEntry
	read    bool
	closed  bool
}

// Stat describes the directory.
func (d *viewDir) Stat() (fs.FileInfo, error) { return d.info, nil }

// Read fails.
func (d *viewDir) Read([]byte) (int, error) {
	return 0, pathError("read", d.name, errIsDirectory)
}

var errIsDirectory = errors.New("is a directory")

// Close ends the use of the directory.
func (d *viewDir) Close() error {
	d.closed = true
	return nil
}

// ReadDir gives the next n entries, or all that are left.
func (d *viewDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if d.closed {
		return nil, pathError("readdir", d.name, fs.ErrClosed)
	}
	if !d.read {
		entries, err := d.view.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.entries, d.read = entries, true
	}
	if n <= 0 {
		n = len(d.entries)
	} else if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	next := d.entries[:n:n]
	d.entries = d.entries[n:]
	return next, nil
}
