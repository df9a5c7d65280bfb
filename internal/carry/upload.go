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
	"time"

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
		err := j.Try(ctx, func(c *ftpclient.Conn, _ int) (err error) {
			inside, err = IsDir(ctx, c, remote)
			return err
		})
		if err != nil {
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
		return j.folder(ctx, root, ".", remote)
	}
	f, err := os.Open(localName)
	if err != nil {
		return local(ErrLocalRead, err)
	}
	defer func() { _ = f.Close() }()
	return j.send(ctx, f, remote)
}

// folder brings what a folder has. Symbolic links that lead out of the tree, or to
// a folder, are left out.
func (j *Job) folder(ctx context.Context, root *os.Root, top, remote string) error {
	if err := j.mkdir(ctx, remote); err != nil {
		j.fail(true, remote, root.Name(), err)
		return err
	}
	var failed error
	err := fs.WalkDir(root.FS(), top, func(name string, d fs.DirEntry, err error) error {
		here, there := filepath.Join(root.Name(), name), path.Join(remote, name)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			err = local(ErrLocalRead, err)
			j.fail(true, there, here, err)
			failed = some(failed, err)
			return nil
		case name == ".":
			return nil
		case d.IsDir():
			if err := j.mkdir(ctx, there); err != nil {
				j.fail(true, there, here, err)
				failed = some(failed, err)
				return fs.SkipDir
			}
			return nil
		}
		info, err := root.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			if err != nil && d.Type()&fs.ModeSymlink == 0 {
				err = local(ErrLocalRead, err)
				j.fail(true, there, here, err)
				failed = some(failed, err)
			} else {
				j.skip(true, there, here, "it is no file, or a symbolic link that leads out")
			}
			return nil
		}
		f, err := root.Open(name)
		if err != nil {
			err = local(ErrLocalRead, err)
			j.fail(true, there, here, err)
		} else {
			err = j.send(ctx, f, there)
			_ = f.Close() // it was read only
		}
		if err != nil {
			failed = some(failed, err)
		}
		return nil
	})
	return errors.Join(err, failed)
}

// mkdir makes a directory, if there is none.
func (j *Job) mkdir(ctx context.Context, name string) error {
	return j.Try(ctx, func(c *ftpclient.Conn, _ int) error {
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
	began := time.Now()
	info, err := f.Stat()
	if err != nil {
		return local(ErrLocalRead, err)
	}
	size := info.Size()
	j.current = Event{Upload: true, Remote: remote, Local: f.Name(), Total: size}
	if j.Resume {
		if done, err := j.complete(ctx, f, remote, size); done || err != nil {
			if err != nil {
				return j.finish(began, 0, err)
			}
			j.skip(true, remote, f.Name(), whole)
			j.current = Event{}
			return nil
		}
	}
	name := remote
	if j.TempName {
		name += partSuffix
	}
	err = j.Try(ctx, func(c *ftpclient.Conn, _ int) error {
		return j.store(ctx, c, f, name, size)
	})
	if err == nil && j.TempName {
		err = j.Try(ctx, func(c *ftpclient.Conn, _ int) error { return c.Rename(ctx, name, remote) })
	}
	if err == nil && j.KeepTime {
		err = j.Try(ctx, func(c *ftpclient.Conn, _ int) error { return c.SetModTime(ctx, remote, info.ModTime()) })
	}
	return j.finish(began, size, err)
}

// complete says whether the server has the whole file already.
func (j *Job) complete(ctx context.Context, f *os.File, remote string, size int64) (bool, error) {
	there := int64(-1)
	err := j.Try(ctx, func(c *ftpclient.Conn, _ int) (err error) {
		there, err = c.Size(ctx, remote)
		if ftpclient.Code(err) == 550 {
			there, err = -1, nil
		}
		return err
	})
	switch {
	case err != nil:
		return false, err
	case there > size:
		return false, fmt.Errorf("%w: %s is longer on the server (%d bytes) than here (%d)", ErrResume, remote, there, size)
	case there < size:
		return false, nil
	}
	return true, j.compare(ctx, f, remote, size)
}

// store sends the bytes that the server does not have.
func (j *Job) store(ctx context.Context, c *ftpclient.Conn, f *os.File, name string, size int64) error {
	from := int64(0)
	if j.Resume {
		n, err := c.Size(ctx, name)
		switch {
		case err == nil:
			from = n
		case ftpclient.Code(err) != 550:
			return err
		}
		if from > size {
			return fmt.Errorf("%w: %s is longer on the server (%d bytes) than here (%d)", ErrResume, name, from, size)
		}
		if from > 0 {
			if err := j.compare(ctx, f, name, from); err != nil {
				return err
			}
		}
		// Comparing may have made the connection anew.
		if c, err = j.Conn(ctx); err != nil {
			return err
		}
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return local(ErrLocalRead, err)
	}
	j.current.From, j.current.Bytes, j.current.Kind = from, from, "start"
	j.Event(j.current)
	var r ftpclient.Result
	var err error
	if from > 0 {
		// A server that takes REST before STOR for nothing would cut the file off.
		r, err = c.Append(ctx, name, j.reader(ctx, f))
	} else {
		r, err = c.Store(ctx, name, j.reader(ctx, f), 0)
	}
	if err != nil {
		return err
	}
	j.current.Mode = r.Mode
	if !j.Verify && from == 0 {
		return nil
	}
	n, err := c.Size(ctx, name)
	switch {
	case err != nil && !j.Verify:
		return nil
	case err != nil:
		return fmt.Errorf("the size cannot be verified: %w", err)
	case n != from+r.Bytes:
		return fmt.Errorf("%w: the server has %d bytes of %d", ErrPartial, n, from+r.Bytes)
	}
	return nil
}
