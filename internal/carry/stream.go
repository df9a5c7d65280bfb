package carry

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"

	"ferry/ftpclient"
)

// stream is the local name of what is no file.
const stream = "-"

// DownloadTo writes a file of the server to w. What breaks off is gone on with
// behind what w has.
func (j *Job) DownloadTo(ctx context.Context, remote string, w io.Writer) error {
	r := j.report(Event{Remote: remote, Local: stream, Total: -1})
	ctx = r.trace(ctx)
	var digest hash.Hash
	var algorithm ftpclient.Algorithm
	if j.Verify == VerifyHash {
		var err error
		if algorithm, err = j.algorithm(ctx); err != nil {
			return r.finish(0, "", err)
		}
		digest = algorithm.New()
		w = io.MultiWriter(w, digest)
	}
	r.start(0, -1, nil)
	done, err := j.Pool.Retrieve(ctx, j.writer(ctx, w), remote, 0)
	if path := new(fs.PathError); errors.As(err, &path) {
		err = local(ErrLocalWrite, err)
	}
	switch {
	case err != nil:
	case j.Verify == VerifySize:
		err = j.verifySize(ctx, remote, done.Bytes)
	case digest != nil:
		err = j.compareHash(ctx, remote, algorithm, digest)
	}
	return r.finish(done.Bytes, done.Mode, err)
}

// UploadFrom makes a file of the server of all that content has, which can be read
// once: what fails behind its first byte is not tried again. Resume is not heeded.
func (j *Job) UploadFrom(ctx context.Context, content io.Reader, remote string) error {
	if remote == "" || strings.HasSuffix(remote, "/") {
		return fmt.Errorf("%w: what comes from no file needs a name on the server, behind %s", ErrName, showRemote(remote))
	}
	dir, err := j.isDir(ctx, remote)
	switch {
	case err != nil:
		return err
	case dir:
		return fmt.Errorf("%w: %s is a directory of the server: name a file in it", ErrName, remote)
	}
	piped := interruptible(ctx, content)
	defer func() { _ = piped.Close() }()
	read := &counter{r: j.reader(ctx, piped)}
	r := j.report(Event{Upload: true, Remote: remote, Local: stream, Total: -1})
	ctx = r.trace(ctx)
	var digest hash.Hash
	var algorithm ftpclient.Algorithm
	if j.Verify == VerifyHash {
		if algorithm, err = j.algorithm(ctx); err != nil {
			return r.finish(0, "", err)
		}
		digest = algorithm.New()
		read.r = io.TeeReader(read.r, digest)
	}
	name := remote
	if j.TempName {
		name += partSuffix
	}
	r.start(0, -1, read.n.Load)
	done, err := j.Pool.Store(ctx, name, read, 0)
	err = readError(err)
	switch {
	case err != nil:
	case j.Verify == VerifySize:
		err = j.verifySize(ctx, name, done.Bytes)
	case digest != nil:
		err = j.compareHash(ctx, name, algorithm, digest)
	}
	if err == nil && j.TempName {
		err = j.rename(ctx, name, remote)
	}
	return r.finish(done.Bytes, done.Mode, err)
}

// streamBuffer is how much of a stream is read at once.
const streamBuffer = 256 << 10

// interruptible is r, of which a Read that waits for somebody ends with the
// context. What r gives then is lost.
func interruptible(ctx context.Context, r io.Reader) *io.PipeReader {
	out, in := io.Pipe()
	stop := context.AfterFunc(ctx, func() { _ = in.CloseWithError(ctx.Err()) })
	go func() {
		_, err := io.CopyBuffer(in, r, make([]byte, streamBuffer))
		stop()
		_ = in.CloseWithError(local(ErrLocalRead, err))
	}()
	return out
}

// counter is a reader that knows how much was read.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n.Add(int64(n))
	return n, err
}
