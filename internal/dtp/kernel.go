package dtp

import (
	"errors"
	"os"
	"syscall"

	"ferry/internal/netx"
)

// kernelChunk is what one sendfile or splice call is asked to move: large
// enough to cost nothing, small enough that progress, a stall and an abort are
// seen in time.
const kernelChunk = 1 << 20

// sendFile lets the kernel send the rest of file (sendfile), of which size bytes count
// unless that is 0. done is false if that is not possible.
func (s *Stream) sendFile(file *os.File, size int64) (done bool, err error) {
	if !s.inKernel() {
		return false, nil
	}
	bulk := bulk{conn: s.guard.Conn}
	defer bulk.end()
	for {
		asked := s.kernelPortion()
		if size > 0 {
			asked = min(asked, size)
		}
		s.guard.arm()
		n, err := netx.SendFile(s.guard.Conn, file, asked)
		s.rules.Moved.Add(n)
		if errors.Is(err, errors.ErrUnsupported) {
			return false, nil
		}
		if err != nil && fileFailed(err) {
			return true, &LocalError{err}
		}
		if failure := s.guard.settle(n, err, true); failure != nil {
			return true, failure
		}
		if failure := s.pay(int(n)); failure != nil {
			return true, failure
		}
		if err == nil && (n < asked || n == size) {
			return true, nil // the end
		}
		size -= n // stays 0 or below, unknown, if it was
		if s.rules.Limiter == nil {
			bulk.goOn()
		}
	}
}

// receiveFile lets the kernel write what comes to file (splice). It is asked only once
// more has come than one read takes: below that, reading and writing is as quick.
func (s *Stream) receiveFile(file *os.File) error {
	for {
		asked := s.kernelPortion()
		s.guard.arm()
		n, err := netx.ReceiveFile(s.guard.Conn, file, asked)
		s.rules.Moved.Add(n)
		if err != nil && fileFailed(err) {
			return &LocalError{err}
		}
		if err := s.guard.settle(n, err, false); err != nil {
			return err
		}
		if err := s.pay(int(n)); err != nil {
			return err
		}
		if err == nil && n < asked {
			return nil
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

// inKernel reports whether the kernel can move the bytes: of a connection in clear.
func (s *Stream) inKernel() bool {
	return s.rules.Kernel && s.tls == nil && netx.InKernel(s.guard.Conn)
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
