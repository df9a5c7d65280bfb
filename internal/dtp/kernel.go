package dtp

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// kernelChunk is what one sendfile or splice call is asked to move: large
// enough to cost nothing, small enough that progress, a stall and an abort are
// seen in time.
const kernelChunk = 1 << 20

// sendFile lets the kernel send the rest of file (sendfile). done is false if
// that is not possible.
func (s *Stream) sendFile(file *os.File) (done bool, err error) {
	tcp, ok := s.conn.(*net.TCPConn)
	if !ok || !s.rules.Kernel || s.rules.Limiter != nil {
		return false, nil
	}
	pos, posErr := file.Seek(0, io.SeekCurrent)
	if posErr != nil {
		return false, nil //nolint:nilerr // no file with a position: copy
	}
	from := &io.LimitedReader{R: file}
	for {
		from.N = kernelChunk
		s.arm()
		n, err := tcp.ReadFrom(from)
		pos += n
		if err != nil && fileFailed(err) {
			s.rules.Moved.Add(n)
			return true, &LocalError{err}
		}
		if failure := s.settle(n, err, true); failure != nil {
			return true, failure
		}
		switch {
		case err != nil:
			// Only time ran out. Package net may have read what it could not
			// write any more.
			if _, err := file.Seek(pos, io.SeekStart); err != nil {
				return true, &LocalError{err}
			}
		case from.N > 0:
			return true, nil // less than asked for: the end
		}
	}
}

// receiveFile lets the kernel write what comes to file (splice).
func (s *Stream) receiveFile(file *os.File) (done bool, err error) {
	tcp, ok := s.conn.(*net.TCPConn)
	if !ok || !s.rules.Kernel || s.rules.Limiter != nil {
		return false, nil
	}
	from := &io.LimitedReader{R: tcp}
	for {
		from.N = kernelChunk
		s.arm()
		n, err := file.ReadFrom(from)
		if err != nil && fileFailed(err) {
			s.rules.Moved.Add(n)
			return true, &LocalError{err}
		}
		if err := s.settle(n, err, false); err != nil {
			return true, err
		}
		if err == nil && from.N > 0 {
			return true, nil
		}
	}
}

// fileFailed reports that the kernel failed at the file's end, not the
// socket's.
func fileFailed(err error) bool {
	for _, errno := range []error{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.ESTALE} {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
