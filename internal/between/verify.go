package between

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"ferry/ftpclient"
)

// verify compares the copy with the file.
func (j *Job) verify(ctx context.Context, from, to string) error {
	switch j.Verify {
	case VerifySize:
		var sizes [2]int64
		err := j.both(ctx, func(i int, c *ftpclient.Conn) (err error) {
			sizes[i], err = c.Size(ctx, [2]string{from, to}[i])
			return err
		})
		if err == nil && sizes[0] != sizes[1] {
			err = fmt.Errorf("%s: %w: %d bytes, not %d", to, ErrVerify, sizes[1], sizes[0])
		}
		return err
	case VerifyHash:
		algorithm, err := j.algorithm(ctx)
		if err != nil {
			return err
		}
		var sums [2][]byte
		err = j.both(ctx, func(i int, c *ftpclient.Conn) (err error) {
			sums[i], _, err = c.Checksum(ctx, [2]string{from, to}[i], algorithm)
			return err
		})
		if err == nil && !bytes.Equal(sums[0], sums[1]) {
			err = fmt.Errorf("%s: %w: its %s is %x, not %x", to, ErrVerify, algorithm, sums[1], sums[0])
		}
		return err
	case VerifyNothing:
	}
	return nil
}

// both does f with a connection to each server, the source (0) first.
func (j *Job) both(ctx context.Context, f func(i int, c *ftpclient.Conn) error) error {
	for i, pool := range []*ftpclient.Pool{j.From, j.To} {
		if err := pool.Do(ctx, func(c *ftpclient.Conn) error { return f(i, c) }); err != nil {
			return err
		}
	}
	return nil
}

// algorithm is the best checksum that both servers make.
func (j *Job) algorithm(ctx context.Context) (ftpclient.Algorithm, error) {
	var offered [2][]ftpclient.Algorithm
	err := j.both(ctx, func(i int, c *ftpclient.Conn) error {
		offered[i] = c.Algorithms()
		return nil
	})
	if err != nil {
		return "", err
	}
	for _, a := range offered[0] {
		if slices.Contains(offered[1], a) {
			return a, nil
		}
	}
	return "", fmt.Errorf("%w that the other one makes too: compare sizes", ftpclient.ErrNoChecksum)
}
