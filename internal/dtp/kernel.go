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
	tcp, ok := s.socket()
	if !ok {
		return false, nil
	}
	pos, posErr := file.Seek(0, io.SeekCurrent)
	if posErr != nil {
		return false, nil //nolint:nilerr // no file with a position: copy
	}
	from, chunk := &io.LimitedReader{R: file}, s.kernelPortion()
	for {
		from.N = chunk
		s.guard.arm()
		n, err := tcp.ReadFrom(from)
		pos += n
		s.rules.Moved.Add(n)
		if err != nil && fileFailed(err) {
			return true, &LocalError{err}
		}
		if failure := s.guard.settle(n, err, true); failure != nil {
			return true, failure
		}
		if failure := s.pay(int(n)); failure != nil {
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
	tcp, ok := s.socket()
	if !ok {
		return false, nil
	}
	from, chunk := &io.LimitedReader{R: tcp}, s.kernelPortion()
	for {
		from.N = chunk
		s.guard.arm()
		n, err := file.ReadFrom(from)
		s.rules.Moved.Add(n)
		if err != nil && fileFailed(err) {
			return true, &LocalError{err}
		}
		if err := s.guard.settle(n, err, false); err != nil {
			return true, err
		}
		if err := s.pay(int(n)); err != nil {
			return true, err
		}
		if err == nil && from.N > 0 {
			return true, nil
		}
	}
}

// kernelPortion is what one call is asked to move: under a limiter no more than
// may pass at once, so that its rate is kept to the fraction of a second.
func (s *Stream) kernelPortion() int64 {
	if s.rules.Limiter == nil {
		return kernelChunk
	}
	return int64(s.portion(kernelChunk))
}

// socket is the socket that the kernel can use: of a connection in clear.
func (s *Stream) socket() (*net.TCPConn, bool) {
	tcp, ok := s.guard.Conn.(*net.TCPConn)
	return tcp, ok && s.tls == nil && s.rules.Kernel
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
