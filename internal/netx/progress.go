package netx

import (
	"net"
	"syscall"
)

// Unacked is the number of bytes that have been written to the connection and
// that the peer has not taken yet. A number that changes shows that bytes move,
// though no write can. ok is false where the system does not tell, and through TLS.
func Unacked(c net.Conn) (n int, ok bool) {
	switch c := c.(type) {
	case *memConn:
		return c.out.waiting(), true
	case syscall.Conn:
		raw, err := c.SyscallConn()
		if err != nil {
			return 0, false
		}
		err = control(raw, func(fd uintptr) (err error) {
			n, err = unacked(fd)
			return err
		})
		return n, err == nil
	}
	return 0, false
}

// PeerClosed reports that the peer has closed the connection or its half, and
// that no byte of it is left to read. It takes nothing from the stream. Where
// the system does not tell it is false.
func PeerClosed(c net.Conn) bool {
	switch c := c.(type) {
	case *memConn:
		return c.in.ended()
	case syscall.Conn:
		raw, err := c.SyscallConn()
		if err != nil {
			return true
		}
		closed := false
		if control(raw, func(fd uintptr) error {
			closed = peerClosed(fd)
			return nil
		}) != nil {
			return true
		}
		return closed
	}
	return false
}

// waiting is the number of bytes that the reader has not taken.
func (s *stream) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// ended reports that the reader has nothing more to come.
func (s *stream) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.readErr != nil || s.n == 0 && s.lastErr != nil
}
