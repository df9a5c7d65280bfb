package carry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"ferry/ftpclient"
)

// overlap is how much of a beginning is compared before a transfer goes on
// behind it.
const overlap = 4096

// partSuffix ends the name of a file that is not whole yet.
const partSuffix = ".part"

// maxDepth ends a tree that a server makes up as it goes.
const maxDepth = 100

// maxEntries ends a listing that does so.
const maxEntries = 1 << 20

// Download brings a file to local, a directory that exists or a file's name; with
// Recursive a whole directory too.
func (j *Job) Download(ctx context.Context, remote, localName string) error {
	dir := false
	err := j.Try(ctx, func(c *ftpclient.Conn, _ int) (err error) {
		dir, err = IsDir(ctx, c, remote)
		return err
	})
	switch {
	case err != nil:
		return err
	case dir && !j.Recursive:
		return fmt.Errorf("%s %w", showRemote(remote), ErrDirectory)
	}
	base := path.Base(remote)
	info, err := os.Stat(localName)
	inside := err == nil && info.IsDir() || strings.HasSuffix(localName, "/")
	if !dir {
		folder, name := filepath.Dir(localName), filepath.Base(localName)
		if inside {
			folder, name = localName, base
		}
		if err := checkName(name); err != nil {
			return err
		}
		root, err := openFolder(folder)
		if err != nil {
			return err
		}
		defer func() { _ = root.Close() }()
		return j.file(ctx, root, remote, name, name+partSuffix, -1)
	}
	if inside && remote != "" && !strings.HasSuffix(remote, "/") {
		if err := checkName(base); err != nil {
			return err
		}
		localName = filepath.Join(localName, base)
	}
	root, err := openFolder(localName)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return j.tree(ctx, root, strings.TrimSuffix(remote, "/"), ".", maxDepth)
}

// openFolder opens a folder of which nothing leads out, and makes it before.
func openFolder(name string) (*os.Root, error) {
	if err := os.MkdirAll(name, 0o777); err != nil {
		return nil, local(ErrLocalWrite, err)
	}
	root, err := os.OpenRoot(name)
	return root, local(ErrLocalWrite, err)
}

// checkName refuses what is no name of one file in a folder here.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || !filepath.IsLocal(name) || filepath.Base(name) != name || strings.ContainsAny(name, "/\x00") {
		return fmt.Errorf("%w: %q is no name of a file here", ErrName, name)
	}
	return nil
}

// tree brings what a directory has.
func (j *Job) tree(ctx context.Context, root *os.Root, remote, folder string, depth int) error {
	if depth == 0 {
		err := fmt.Errorf("%w: %d directories within each other", ErrName, maxDepth)
		j.fail(false, remote, folder, err)
		return err
	}
	var entries []ftpclient.Entry
	var failed error
	err := j.Try(ctx, func(c *ftpclient.Conn, _ int) error {
		entries, failed = nil, nil
		for e, err := range c.List(ctx, ListName(remote)) {
			switch {
			case errors.Is(err, ftpclient.ErrLine):
				failed = err
			case err != nil:
				return err
			default:
				if entries = append(entries, e); len(entries) > maxEntries {
					return fmt.Errorf("%w: more than %d entries in a directory", ErrName, maxEntries)
				}
			}
		}
		return nil
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		j.fail(false, remote, folder, err)
		failed = err
	}
	taken := make(map[string]bool, len(entries))
	for _, e := range entries {
		taken[e.Name] = true
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		there, here := join(remote, e.Name), filepath.Join(folder, e.Name)
		err := checkName(e.Name)
		switch {
		case err != nil:
			j.fail(false, there, here, err)
		case e.IsDir():
			if err = local(ErrLocalWrite, root.MkdirAll(here, 0o777)); err != nil {
				j.fail(false, there, here, err)
			} else {
				err = j.tree(ctx, root, there, here, depth-1)
			}
		case e.Mode&fs.ModeSymlink != 0:
			// Where it points is the server's matter, and may be a loop.
			j.skip(false, there, here, "it is a symbolic link on the server")
		default:
			part := here + partSuffix
			for taken[filepath.Base(part)] {
				part += partSuffix
			}
			err = j.file(ctx, root, there, here, part, e.Size)
		}
		if err != nil {
			failed = some(failed, err)
		}
	}
	return failed
}

// some joins what happened to several files: the same class stays, different ones
// become ErrSome.
func some(before, err error) error {
	if before == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return ErrSome
}

// file brings one file into a folder.
func (j *Job) file(ctx context.Context, root *os.Root, remote, name, part string, size int64) error {
	began := time.Now()
	j.current = Event{Remote: remote, Local: filepath.Join(root.Name(), name), Total: size}
	adopted := false
	if j.Resume {
		var done bool
		var err error
		if done, adopted, err = j.adopt(ctx, root, remote, name, part); done || err != nil {
			if err != nil {
				return j.finish(began, 0, err)
			}
			j.skip(false, remote, filepath.Join(root.Name(), name), whole)
			j.current = Event{}
			return nil
		}
	}
	var total int64
	err := j.Try(ctx, func(c *ftpclient.Conn, attempt int) (err error) {
		total, err = j.receive(ctx, c, root, remote, part, j.Resume || attempt > 0)
		return err
	})
	switch {
	case err == nil:
		err = local(ErrLocalWrite, root.Rename(part, name))
	case adopted && errors.Is(err, ErrResume):
		err = errors.Join(err, local(ErrLocalWrite, root.Rename(part, name))) // it was another file
	}
	if err == nil && j.KeepTime {
		err = j.Try(ctx, func(c *ftpclient.Conn, _ int) error {
			t, err := c.ModTime(ctx, remote)
			if err != nil {
				return err
			}
			return local(ErrLocalWrite, root.Chtimes(name, t, t))
		})
	}
	return j.finish(began, total, err)
}

// adopt takes a file that is there for the beginning of the one that is wanted;
// done says that it is whole, adopted that it has the name part now.
func (j *Job) adopt(ctx context.Context, root *os.Root, remote, name, part string) (done, adopted bool, err error) {
	if _, err := root.Lstat(part); err == nil {
		return false, false, nil // an attempt of ours goes before
	}
	info, err := root.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false, false, nil // there is nothing to go on from
	}
	var size int64
	if err := j.Try(ctx, func(c *ftpclient.Conn, _ int) (err error) {
		size, err = c.Size(ctx, remote)
		return err
	}); err != nil {
		return false, false, err
	}
	switch {
	case info.Size() > size:
		return false, false, fmt.Errorf("%w: %s is longer here (%d bytes) than on the server (%d)", ErrResume, name, info.Size(), size)
	case info.Size() < size:
		err := root.Rename(name, part)
		return false, err == nil, local(ErrLocalWrite, err)
	}
	f, err := root.Open(name)
	if err != nil {
		return false, false, local(ErrLocalRead, err)
	}
	defer func() { _ = f.Close() }()
	return true, false, j.compare(ctx, f, remote, size)
}

// compare reads the end of the first size bytes on both sides.
func (j *Job) compare(ctx context.Context, f io.ReaderAt, remote string, size int64) error {
	n := min(size, overlap)
	mine := make([]byte, n)
	if _, err := f.ReadAt(mine, size-n); err != nil && !errors.Is(err, io.EOF) {
		return local(ErrLocalRead, err)
	}
	return j.Try(ctx, func(c *ftpclient.Conn, _ int) error {
		theirs := &head{left: n}
		_, err := c.Retrieve(ctx, theirs, remote, size-n)
		if err != nil && !errors.Is(err, errHead) {
			return err
		}
		if !bytes.Equal(theirs.b, mine) {
			return fmt.Errorf("%w: what is there is not the beginning of the file", ErrResume)
		}
		return nil
	})
}

// receive brings the bytes into the file part, and says how long that is then.
func (j *Job) receive(ctx context.Context, c *ftpclient.Conn, root *os.Root, remote, part string, resume bool) (total int64, err error) {
	mode := os.O_RDWR | os.O_CREATE
	if !resume {
		mode |= os.O_TRUNC
	}
	f, err := root.OpenFile(part, mode, 0o666)
	if err != nil {
		return 0, local(ErrLocalWrite, err)
	}
	defer func() { err = errors.Join(err, local(ErrLocalWrite, f.Close())) }()
	from, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, local(ErrLocalWrite, err)
	}
	j.current.From, j.current.Bytes, j.current.Kind = from, from, "start"
	if j.current.Total < 0 {
		if size, err := c.Size(ctx, remote); err == nil {
			j.current.Total = size
		} else if ftpclient.Temporary(err) {
			return 0, err
		}
	}
	if size := j.current.Total; size >= 0 && size < from {
		return 0, fmt.Errorf("%w: %s is longer here (%d bytes) than on the server (%d)", ErrResume, part, from, size)
	}
	j.Event(j.current)
	check := &overlapWriter{w: j.writer(ctx, f)}
	begin := from - min(from, overlap)
	if check.want = make([]byte, from-begin); from > 0 {
		if _, err := f.ReadAt(check.want, begin); err != nil {
			return 0, local(ErrLocalRead, err)
		}
	}
	j.current.From = begin
	var w io.Writer = check
	if from == 0 && j.Limit <= 0 {
		w = f // the kernel's way into a file
	}
	r, err := c.Retrieve(ctx, w, remote, begin)
	if err != nil {
		if path := new(fs.PathError); errors.As(err, &path) {
			err = local(ErrLocalWrite, err)
		}
		return 0, err
	}
	j.current.Mode, total = r.Mode, begin+r.Bytes
	if total < from {
		return 0, fmt.Errorf("%w: the server sent no more than %d bytes, here are %d", ErrResume, total, from)
	}
	if j.Verify {
		size, err := c.Size(ctx, remote)
		switch {
		case err != nil:
			return 0, fmt.Errorf("the size cannot be verified: %w", err)
		case size != total:
			return 0, fmt.Errorf("%w: %d bytes came of %d", ErrPartial, total, size)
		}
	}
	return total, nil
}

// overlapWriter compares the first bytes with what is there already, and writes
// the rest.
type overlapWriter struct {
	w    io.Writer
	want []byte
}

func (o *overlapWriter) Write(b []byte) (int, error) {
	n := min(len(b), len(o.want))
	if !bytes.Equal(b[:n], o.want[:n]) {
		return 0, fmt.Errorf("%w: what is here is not the beginning of the server's file", ErrResume)
	}
	o.want = o.want[n:]
	if n == len(b) {
		return n, nil
	}
	k, err := o.w.Write(b[n:])
	return n + k, err
}

// errHead ends a download of which the beginning was wanted.
var errHead = errors.New("that is enough")

// head keeps the first bytes, and wants no more.
type head struct {
	b    []byte
	left int64
}

func (h *head) Write(b []byte) (int, error) {
	n := int(min(int64(len(b)), h.left))
	h.b, h.left = append(h.b, b[:n]...), h.left-int64(n)
	if n < len(b) {
		return n, errHead
	}
	return n, nil
}

// join is a name in a directory of the server; "" is the directory of the login.
func join(dir, name string) string {
	switch {
	case dir == "":
		return name
	case strings.HasSuffix(dir, "/"):
		return dir + name
	}
	return dir + "/" + name
}

// ListName is a directory as an argument of LIST, where a hyphen begins options.
func ListName(dir string) string {
	if strings.HasPrefix(dir, "-") {
		return "./" + dir
	}
	return dir
}

func showRemote(name string) string {
	if name == "" {
		return "the directory of the login"
	}
	return name
}
