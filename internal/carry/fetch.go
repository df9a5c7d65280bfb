package carry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"ferry/ftpclient"
)

// file is one that is to be downloaded.
type file struct {
	// remote and local are the two names, for events.
	remote, local string
	// size and time are as the listing tells them; -1 and zero are unknown. exact
	// says that the time is good to the second.
	size  int64
	time  time.Time
	exact bool
	// root is the folder that nothing leads out of, name the file in it, part
	// what it is called until it is whole.
	root       *os.Root
	name, part string
}

// known takes over what a listing tells.
func (f *file) known(e *ftpclient.Entry) {
	f.size, f.time, f.exact = e.Size, e.ModTime, !e.ModTime.IsZero() && e.Precision <= time.Second
}

// fetch brings one file.
func (j *Job) fetch(ctx context.Context, f *file) error {
	r := j.report(Event{Remote: f.remote, Local: f.local, Total: f.size})
	ctx = r.trace(ctx)
	if j.Verify == VerifyHash {
		if _, err := j.algorithm(ctx); err != nil {
			return r.finish(0, "", err)
		}
	}
	segmented, before, err := j.inParts(ctx, f)
	if err != nil {
		return r.finish(0, "", err)
	}
	adopted := false
	if j.Resume && before == nil {
		var done bool
		if done, adopted, err = j.adopt(ctx, f); err != nil {
			return r.finish(0, "", err)
		} else if done {
			r.skip(whole)
			return nil
		}
	}
	total, mode, err := j.bytes(ctx, r, f, segmented, before)
	switch {
	case err == nil:
		err = local(ErrLocalWrite, f.root.Rename(f.part, f.name))
	case adopted && errors.Is(err, ErrResume):
		err = errors.Join(err, local(ErrLocalWrite, f.root.Rename(f.part, f.name))) // it was another file
	}
	if err == nil && j.KeepTime {
		err = j.keepTime(ctx, f)
	}
	return r.finish(total, mode, err)
}

// bytes brings the whole content into the file part, in one piece or several.
func (j *Job) bytes(ctx context.Context, r *report, f *file, segmented bool, before *partsState) (total int64, mode ftpclient.Mode, err error) {
	if segmented {
		total = f.size
		mode, err = j.parts(ctx, r, f, before)
		if err == nil {
			err = local(ErrLocalWrite, f.root.Rename(f.part+partsSuffix, f.part))
		}
		if err == nil {
			err = dropParts(f)
		}
	}
	if !segmented || errors.Is(err, errWhole) {
		total, mode, err = j.receive(ctx, r, f)
		if err == nil && total >= 2*minSegment {
			err = dropParts(f) // of an attempt that was not gone on with
		}
	}
	if err == nil && j.Verify == VerifyHash {
		err = j.verifyPart(ctx, f)
	}
	return total, mode, err
}

// keepTime gives a file the time that it has on the server.
func (j *Job) keepTime(ctx context.Context, f *file) error {
	t := f.time
	if !f.exact {
		err := j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
			precise, err := c.ModTime(ctx, f.remote)
			if err == nil {
				t = precise
			}
			return err
		})
		if err != nil && (t.IsZero() || !ftpclient.Code(err).Permanent()) {
			return err
		}
	}
	return local(ErrLocalWrite, f.root.Chtimes(f.name, t, t))
}

// adopt takes a file that is there for the beginning of the one that is wanted;
// done says that it is whole, adopted that it has the name part now.
func (j *Job) adopt(ctx context.Context, f *file) (done, adopted bool, err error) {
	if _, err := f.root.Lstat(f.part); err == nil {
		return false, false, nil // an attempt of ours goes before
	}
	info, err := f.root.Stat(f.name)
	if err != nil || !info.Mode().IsRegular() {
		return false, false, nil // there is nothing to go on from
	}
	if f.size < 0 {
		if f.size, err = j.size(ctx, f.remote); err != nil {
			return false, false, err
		}
	}
	switch {
	case info.Size() > f.size:
		return false, false, longer(f.name, info.Size(), f.size)
	case info.Size() < f.size:
		err := f.root.Rename(f.name, f.part)
		return false, err == nil, local(ErrLocalWrite, err)
	case f.exact && info.ModTime().Unix() == f.time.Unix():
		return true, false, nil // only a whole file is given its time
	}
	content, err := f.root.Open(f.name)
	if err != nil {
		return false, false, local(ErrLocalRead, err)
	}
	defer func() { _ = content.Close() }()
	return true, false, j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		return compare(ctx, c, content, f.remote, f.size)
	})
}

// openPart opens the file that is not whole yet, and makes it. What another link
// points to is not written to.
func (j *Job) openPart(f *file, name string) (*os.File, error) {
	const fresh = os.O_RDWR | os.O_CREATE | os.O_EXCL
	part, err := f.root.OpenFile(name, fresh, 0o666)
	if err == nil {
		return part, nil
	}
	info, statErr := f.root.Lstat(name)
	switch {
	case statErr != nil && filepath.Dir(name) != "." && errors.Is(err, fs.ErrNotExist):
		if err := f.root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return nil, local(ErrLocalWrite, err)
		}
		part, err = f.root.OpenFile(name, fresh, 0o666)
	case statErr != nil:
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s is there, and is no regular file", filepath.Join(filepath.Dir(f.local), filepath.Base(name)))
	case j.Resume:
		part, err = f.root.OpenFile(name, os.O_RDWR, 0)
	default:
		if err = f.root.Remove(name); err == nil {
			part, err = f.root.OpenFile(name, fresh, 0o666)
		}
	}
	return part, local(ErrLocalWrite, err)
}

// receive brings the bytes into the file part, and says how long that is then.
func (j *Job) receive(ctx context.Context, r *report, f *file) (total int64, mode ftpclient.Mode, err error) {
	part, err := j.openPart(f, f.part)
	if err != nil {
		return 0, "", err
	}
	defer func() {
		empty := err != nil && isEmpty(part)
		if closeErr := part.Close(); closeErr != nil {
			err = errors.Join(err, local(ErrLocalWrite, closeErr))
		}
		if empty {
			_ = f.root.Remove(f.part) // nothing came: there is nothing to go on from
		}
	}()
	from, err := part.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, "", local(ErrLocalWrite, err)
	}
	if f.size < 0 {
		if f.size, err = j.size(ctx, f.remote); err != nil {
			if !ftpclient.Code(err).Permanent() {
				return 0, "", err
			}
			f.size = -1
		}
	}
	if f.size >= 0 && f.size < from {
		return 0, "", longer(f.part, from, f.size)
	}
	begin := from - min(from, overlap)
	check := &overlapWriter{w: j.writer(ctx, part), want: make([]byte, from-begin)}
	if from > 0 {
		if _, err := part.ReadAt(check.want, begin); err != nil {
			return 0, "", local(ErrLocalRead, err)
		}
	}
	var w io.Writer = check
	if from == 0 && j.Limit <= 0 {
		w = part // the kernel's way into a file
	}
	r.start(from, f.size, func() int64 {
		at, err := part.Seek(0, io.SeekCurrent)
		if err != nil {
			return from
		}
		return at
	})
	done, err := j.Pool.Retrieve(ctx, w, f.remote, begin)
	if err != nil {
		if path := new(fs.PathError); errors.As(err, &path) {
			err = local(ErrLocalWrite, err)
		}
		return 0, done.Mode, err
	}
	total = begin + done.Bytes
	if total < from {
		return 0, done.Mode, fmt.Errorf("%w: the server sent no more than %d bytes, here are %d", ErrResume, total, from)
	}
	return total, done.Mode, j.enough(ctx, r, f, from, total)
}

func isEmpty(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Size() == 0
}

// enough judges the length of what has come. A word of the server's that all is
// sent is believed, unless there is a reason not to: the file was put together of
// several pieces, or it is shorter than the listing says.
func (j *Job) enough(ctx context.Context, r *report, f *file, from, total int64) error {
	switch {
	case j.Verify == VerifySize && total == f.size, j.Pool.ASCII():
		return nil
	case j.Verify == VerifySize:
		return j.verifySize(ctx, f.remote, total)
	case f.size < 0 || total == f.size:
		return nil
	case total > f.size && from == 0 && !r.wasRetried():
		return nil // it has grown
	}
	there, err := j.size(ctx, f.remote)
	if ftpclient.Code(err).Permanent() {
		return nil // it does not say, and listings may be wrong
	}
	if err == nil && there != total {
		err = fmt.Errorf("%w: the server has %d bytes, %d are here", ErrPartial, there, total)
	}
	return err
}

// verifyPart compares the content. A file that is another one is no beginning to
// go on with, and removed.
func (j *Job) verifyPart(ctx context.Context, f *file) error {
	part, err := f.root.Open(f.part)
	if err != nil {
		return local(ErrLocalRead, err)
	}
	err = j.verifyHash(ctx, f.remote, part)
	_ = part.Close() // it was read only
	if errors.Is(err, errHash) {
		return errors.Join(err, local(ErrLocalWrite, f.root.Remove(f.part)))
	}
	return err
}
