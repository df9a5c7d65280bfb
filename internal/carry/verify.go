package carry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"ferry/ftpclient"
)

// hashes remembers how the server makes checksums.
type hashes struct {
	mu   sync.Mutex
	best ftpclient.Algorithm
}

// algorithm is the one to verify with. It is found out before anything is
// transferred, which would be in vain if the server has none.
func (j *Job) algorithm(ctx context.Context) (ftpclient.Algorithm, error) {
	j.hashes.mu.Lock()
	defer j.hashes.mu.Unlock()
	if j.hashes.best != "" {
		return j.hashes.best, nil
	}
	err := j.Pool.Do(ctx, func(c *ftpclient.Conn) error {
		known := c.Algorithms()
		if len(known) == 0 {
			return fmt.Errorf("%w: it has neither HASH nor XSHA256, XMD5 or XCRC; the size can be verified", ftpclient.ErrNoChecksum)
		}
		j.hashes.best = known[0]
		return nil
	})
	return j.hashes.best, err
}

// verifyHash compares a file of the server with the content here.
func (j *Job) verifyHash(ctx context.Context, remote string, content io.Reader) error {
	algorithm, err := j.algorithm(ctx)
	if err != nil {
		return err
	}
	h := algorithm.New()
	if _, err := io.Copy(h, content); err != nil {
		return local(ErrLocalRead, err)
	}
	return j.compareHash(ctx, remote, algorithm, h)
}

// compareHash compares a file of the server with a checksum that is made already.
func (j *Job) compareHash(ctx context.Context, remote string, algorithm ftpclient.Algorithm, h hash.Hash) error {
	var theirs []byte
	err := j.Pool.Do(ctx, func(c *ftpclient.Conn) (err error) {
		theirs, _, err = c.Checksum(ctx, remote, algorithm)
		return err
	})
	switch mine := h.Sum(nil); {
	case err != nil:
		return fmt.Errorf("the %s checksum cannot be verified: %w", algorithm, err)
	case !bytes.Equal(mine, theirs):
		return fmt.Errorf("%w: %w: its %s is %x here and %x on the server", ErrPartial, errHash, algorithm, mine, theirs)
	}
	return nil
}

// errHash is content that is another one, and so no beginning to go on with.
var errHash = errors.New("the content differs")

// size asks how long a file of the server is.
func (j *Job) size(ctx context.Context, remote string) (n int64, err error) {
	err = j.Pool.Do(ctx, func(c *ftpclient.Conn) (err error) {
		n, err = c.Size(ctx, remote)
		return err
	})
	return n, err
}

// sizeOrNone is size, of a file that may not be there: that is -1.
func (j *Job) sizeOrNone(ctx context.Context, remote string) (int64, error) {
	n, err := j.size(ctx, remote)
	if ftpclient.Code(err) == 550 {
		return -1, nil
	}
	return n, err
}

// verifySize compares how long a file of the server is with what went over.
func (j *Job) verifySize(ctx context.Context, remote string, n int64) error {
	there, err := j.size(ctx, remote)
	switch {
	case err != nil:
		return fmt.Errorf("the size cannot be verified: %w", err)
	case there != n:
		return fmt.Errorf("%w: the server has %d bytes, %d went over", ErrPartial, there, n)
	}
	return nil
}
