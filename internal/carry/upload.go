package carry

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

	"ferry/ftpclient"
)

// Upload brings a file to remote, a directory that exists or a file's name; with
// Recursive a whole folder too.
func (j *Job) Upload(ctx context.Context, localName, remote string) error {
	info, err := os.Stat(localName)
	if err != nil {
		return local(ErrLocalRead, err)
	}
	if info.IsDir() && !j.Recursive {
		return fmt.Errorf("%s %w", localName, ErrDirectory)
	}
	inside := strings.HasSuffix(remote, "/") || remote == ""
	if !inside {
		if inside, err = j.isDir(ctx, remote); err != nil {
			return err
		}
	}
	absolute, err := filepath.Abs(localName)
	if err != nil {
		return local(ErrLocalRead, err)
	}
	if inside {
		remote = join(remote, filepath.Base(absolute))
	}
	if info.IsDir() {
		root, err := os.OpenRoot(localName)
		if err != nil {
			return local(ErrLocalRead, err)
		}
		defer func() { _ = root.Close() }()
		c := newCrew(ctx)
		c.folder(func() error { return j.folder(c, root, ".", remote) })
		return c.run(j.Parallel)
	}
	f, err := os.Open(localName)
	if err != nil {
		return local(ErrLocalRead, err)
	}
	defer func() { _ = f.Close() }()
	return j.send(ctx, f, remote)
}

// UploadFile brings exactly this file below root to this pathname.
func (j *Job) UploadFile(ctx context.Context, root *os.Root, name, remote string) error {
	f, err := root.Open(name)
	if err != nil {
		return j.fail(true, remote, filepath.Join(root.Name(), name), local(ErrLocalRead, err))
	}
	defer func() { _ = f.Close() }()
	return j.send(ctx, f, remote)
}

// folder brings what a folder has. Symbolic links that lead out of the tree, or to
// a folder, are left out.
func (j *Job) folder(c *crew, root *os.Root, name, remote string) error {
	if err := j.mkdir(c.ctx, remote); err != nil {
		return j.fail(true, remote, filepath.Join(root.Name(), name), err)
	}
	entries, failed := fs.ReadDir(root.FS(), filepath.ToSlash(name))
	if failed != nil {
		failed = j.fail(true, remote, filepath.Join(root.Name(), name), local(ErrLocalRead, failed))
	}
	for _, e := range entries {
		here, there := filepath.Join(name, e.Name()), path.Join(remote, e.Name())
		if e.IsDir() {
			c.folder(func() error { return j.folder(c, root, here, there) })
			continue
		}
		info, err := root.Stat(here)
		switch {
		case err != nil && e.Type()&fs.ModeSymlink == 0:
			failed = some(failed, j.fail(true, there, filepath.Join(root.Name(), here), local(ErrLocalRead, err)))
		case err != nil || !info.Mode().IsRegular():
			j.skip(true, there, filepath.Join(root.Name(), here), "it is no file, or a symbolic link that leads out")
		default:
			c.file(func() error { return j.UploadFile(c.context(), root, here, there) })
		}
	}
	return failed
}

// mkdir makes a directory, if there is none.
func (j *Job) mkdir(ctx context.Context, name string) error {
	return j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		err := c.Mkdir(ctx, name)
		if err == nil || !ftpclient.Code(err).Permanent() {
			return err
		}
		if dir, statErr := IsDir(ctx, c, name); statErr == nil && dir {
			return nil
		}
		return err
	})
}

// send brings one file.
func (j *Job) send(ctx context.Context, f *os.File, remote string) error {
	info, err := f.Stat()
	if err != nil {
		return j.fail(true, remote, f.Name(), local(ErrLocalRead, err))
	}
	r := j.report(Event{Upload: true, Remote: remote, Local: f.Name(), Total: info.Size()})
	ctx = r.trace(ctx)
	if j.Verify == VerifyHash {
		if _, err := j.algorithm(ctx); err != nil {
			return r.finish(0, "", err)
		}
	}
	if j.Resume {
		done, err := j.complete(ctx, f, remote, info.Size())
		if err != nil {
			return r.finish(0, "", err)
		}
		if done {
			r.skip(whole)
			return nil
		}
	}
	name := remote
	if j.TempName {
		name += partSuffix
	}
	total, mode, err := j.store(ctx, r, f, name, info.Size())
	if err == nil && j.Verify == VerifyHash {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			err = j.verifyHash(ctx, name, f)
		} else {
			err = local(ErrLocalRead, err)
		}
	}
	if err == nil && j.TempName {
		err = j.rename(ctx, name, remote)
	}
	if err == nil && j.KeepTime {
		err = j.Pool.Do(ctx, func(c *ftpclient.Conn) error { return c.SetModTime(ctx, remote, info.ModTime()) })
	}
	return r.finish(total, mode, err)
}

// rename gives what is whole its name. After a lost reply the server may have done
// it already: then the old name is gone.
func (j *Job) rename(ctx context.Context, from, to string) error {
	tried := false
	return j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		err := c.Rename(ctx, from, to)
		if tried && ftpclient.Code(err).Permanent() {
			if _, gone := c.Size(ctx, from); ftpclient.Code(gone) == 550 {
				if _, there := c.Size(ctx, to); there == nil {
					return nil
				}
			}
		}
		tried = true
		return err
	})
}

// complete says whether the server has the whole file already.
func (j *Job) complete(ctx context.Context, f *os.File, remote string, size int64) (bool, error) {
	there, err := j.sizeOrNone(ctx, remote)
	switch {
	case err != nil:
		return false, err
	case there > size:
		return false, longerThere(remote, size, there)
	case there < size:
		return false, nil
	}
	return true, j.Pool.Do(ctx, func(c *ftpclient.Conn) error { return compare(ctx, c, f, remote, size) })
}

// longerThere is a file of the server that is longer than the one it should be
// the beginning of.
func longerThere(remote string, here, there int64) error {
	return fmt.Errorf("%w: %s is longer on the server (%d bytes) than here (%d)", ErrResume, remote, there, here)
}

// store sends the bytes that the server does not have, and says how many it has
// then.
func (j *Job) store(ctx context.Context, r *report, f *os.File, name string, size int64) (total int64, mode ftpclient.Mode, err error) {
	at := func() int64 {
		n, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return 0
		}
		return n
	}
	if j.Resume {
		mode, err = j.goOn(ctx, r, f, name, size, at)
		return size, mode, err
	}
	r.start(0, size, at)
	done, err := j.Pool.Store(ctx, name, j.reader(ctx, f), 0)
	if err != nil {
		return 0, done.Mode, readError(err)
	}
	if j.Verify == VerifySize {
		err = j.verifySize(ctx, name, done.Bytes)
	}
	return done.Bytes, done.Mode, err
}

// readError gives an error of a file at this end, which a transfer has come to, its
// class.
func readError(err error) error {
	if path := new(fs.PathError); errors.As(err, &path) {
		return local(ErrLocalRead, err)
	}
	return err
}

// goOn sends what the server does not have of a file, and again after a failure:
// how much that is each attempt finds out. It does so by APPE: a server that takes
// a REST before STOR for nothing would cut the file off.
func (j *Job) goOn(ctx context.Context, r *report, f *os.File, name string, size int64, at func() int64) (mode ftpclient.Mode, err error) {
	err = j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		from, err := c.Size(ctx, name)
		switch {
		case ftpclient.Code(err) == 550:
			from = 0
		case err != nil:
			return err
		}
		if from > size {
			return longerThere(name, size, from)
		}
		if from > 0 {
			if err := compare(ctx, c, f, name, from); err != nil {
				return err
			}
		}
		if _, err := f.Seek(from, io.SeekStart); err != nil {
			return local(ErrLocalRead, err)
		}
		r.start(from, size, at)
		var done ftpclient.Result
		switch {
		case from == 0:
			done, err = c.Store(ctx, name, j.reader(ctx, f), 0)
		case from < size:
			done, err = c.Append(ctx, name, j.reader(ctx, f))
		}
		mode = done.Mode
		if err != nil {
			return readError(err)
		}
		n, err := c.Size(ctx, name)
		switch {
		case err != nil && j.Verify == VerifySize:
			return fmt.Errorf("the size cannot be verified: %w", err)
		case err == nil && n != from+done.Bytes:
			return fmt.Errorf("%w: the server has %d bytes of %d", ErrPartial, n, from+done.Bytes)
		}
		return nil
	})
	return mode, err
}
