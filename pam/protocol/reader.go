package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Reader reads messages. It has a buffer of its own, in which it overwrites
// passwords as soon as they have been handed on.
type Reader struct {
	r    io.Reader
	most int
	buf  []byte // what has been read and not yet handed on
}

// NewReader reads messages whose lines have up to so many bytes.
func NewReader(r io.Reader, most int) *Reader {
	return &Reader{r: r, most: most}
}

// more reads some bytes.
func (r *Reader) more() error {
	if len(r.buf) == cap(r.buf) {
		larger := make([]byte, len(r.buf), max(2*cap(r.buf), 4<<10))
		copy(larger, r.buf)
		clear(r.buf)
		r.buf = larger
	}
	n, err := r.r.Read(r.buf[len(r.buf):cap(r.buf)])
	r.buf = r.buf[:len(r.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}

// drop forgets the first bytes, and overwrites them.
func (r *Reader) drop(n int) {
	rest := copy(r.buf, r.buf[n:])
	clear(r.buf[rest:])
	r.buf = r.buf[:rest]
}

// line reads a line into a value.
func (r *Reader) line(v any) error {
	end := bytes.IndexByte(r.buf, '\n')
	for end < 0 {
		if len(r.buf) > r.most {
			return errors.New("a message is too long")
		}
		err := r.more()
		switch {
		case errors.Is(err, io.EOF) && len(r.buf) > 0:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
		end = bytes.IndexByte(r.buf, '\n')
	}
	if end > r.most {
		return errors.New("a message is too long")
	}
	defer r.drop(end + 1)
	if err := json.Unmarshal(r.buf[:end], v); err != nil {
		return fmt.Errorf("a message that is none: %w", err)
	}
	return nil
}

// Request reads a request, with the password. At the end the error is io.EOF.
func (r *Reader) Request() (*Request, error) {
	q := new(Request)
	if err := r.line(q); err != nil {
		return nil, err
	}
	if q.Length < 0 || q.Length > MaxSecret {
		return nil, fmt.Errorf("a password of %d bytes", q.Length)
	}
	for len(r.buf) < q.Length {
		err := r.more()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
	}
	q.Secret = bytes.Clone(r.buf[:q.Length])
	r.drop(q.Length)
	return q, nil
}

// Answer reads an answer.
func (r *Reader) Answer() (*Answer, error) {
	a := new(Answer)
	return a, r.line(a)
}
