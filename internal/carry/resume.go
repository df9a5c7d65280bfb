package carry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"ferry/ftpclient"
)

// overlap is how much of a beginning is compared before a transfer goes on
// behind it.
const overlap = 4096

// compare reads the end of the first size bytes of a file of the server, and
// compares it with what is here.
func compare(ctx context.Context, c *ftpclient.Conn, f io.ReaderAt, remote string, size int64) error {
	n := min(size, overlap)
	mine := make([]byte, n)
	if _, err := f.ReadAt(mine, size-n); err != nil && !errors.Is(err, io.EOF) {
		return local(ErrLocalRead, err)
	}
	theirs := &head{left: n}
	_, err := c.Retrieve(ctx, theirs, remote, size-n)
	switch {
	case err != nil && !errors.Is(err, errHead):
		return err
	case !bytes.Equal(theirs.b, mine):
		return fmt.Errorf("%w: what is there is not the beginning of the file", ErrResume)
	}
	return nil
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

// longer is a beginning that is longer than the file.
func longer(name string, here, there int64) error {
	return fmt.Errorf("%w: %s is longer here (%d bytes) than on the server (%d)", ErrResume, name, here, there)
}
