package dtp

import (
	"errors"
	"io"
	"os"
	"sync"

	"ferry/ftp"
)

// LocalError is a failure of the file at this end: not the network's.
type LocalError struct{ Err error }

// Error names the failure.
func (e *LocalError) Error() string { return "local file: " + e.Err.Error() }

// Unwrap returns what the store said.
func (e *LocalError) Unwrap() error { return e.Err }

// bufferSize is what one read and one write move when this process copies.
const bufferSize = 256 << 10

// kernelFrom is how much of an upload comes before the kernel is asked to write the
// rest by itself: the pipe that it needs pays for larger ones only.
const kernelFrom = 64 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

// SendOptions say how Send sends.
type SendOptions struct {
	// Type converts; TypeImage does not.
	Type ftp.Type
	// Skip leaves out that many bytes of what would be sent (REST in TYPE A).
	Skip int64
	// Size is how many bytes of src there are; 0 is unknown. What it gets while it is sent
	// does not belong to it.
	Size int64
}

// Send writes all of src to the stream. A failure of src is a *LocalError. The
// file may be nil; if it is not, src reads from it, and the kernel may send it.
func (s *Stream) Send(src io.Reader, file *os.File, o SendOptions) error {
	if o.Type == ftp.TypeImage && o.Skip == 0 && file != nil {
		if done, err := s.sendFile(file, o.Size); done {
			return err
		}
	}
	if o.Size > 0 {
		src = io.LimitReader(src, o.Size)
	}
	var dst io.Writer = s
	if o.Skip > 0 {
		dst = &skipWriter{dst, o.Skip}
	}
	if o.Type == ftp.TypeASCII {
		dst = NewASCIIEncoder(dst)
	}
	readErr, writeErr := s.send(dst, src)
	switch {
	case writeErr != nil:
		return writeErr
	case errors.Is(readErr, io.EOF):
		return nil
	}
	return &LocalError{readErr}
}

// skipWriter leaves out the first bytes.
type skipWriter struct {
	w    io.Writer
	left int64
}

func (k *skipWriter) Write(p []byte) (int, error) {
	skipped := int(min(k.left, int64(len(p))))
	k.left -= int64(skipped)
	if skipped == len(p) {
		return len(p), nil
	}
	n, err := k.w.Write(p[skipped:])
	return skipped + n, err
}

// Receive writes all that the peer sends to dst. A failure of dst is a
// *LocalError. The file may be nil; if it is not, dst writes to it, and the
// kernel may fill it.
func (s *Stream) Receive(dst io.Writer, file *os.File, typ ftp.Type) error {
	kernel := typ == ftp.TypeImage && file != nil && s.inKernel()
	var decoder *ASCIIDecoder
	if typ == ftp.TypeASCII {
		decoder = NewASCIIDecoder(dst)
		dst = decoder
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	b := (*buf)[:s.portion(bufferSize)]
	begun := s.Moved()
	for {
		n, err := s.Read(b)
		if n > 0 {
			if _, err := dst.Write(b[:n]); err != nil {
				return &LocalError{err}
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if kernel && err == nil && s.Moved()-begun >= kernelFrom {
			return s.receiveFile(file)
		}
		if err != nil {
			return err
		}
	}
	if decoder != nil {
		if err := decoder.Flush(); err != nil {
			return &LocalError{err}
		}
	}
	return nil
}
