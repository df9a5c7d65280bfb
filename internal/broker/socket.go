package broker

import (
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"ferry/internal/sys"
)

// socket is an end of a pair that does not hold an OS thread while it waits:
// the connection between the processes, or the Client's end of a session.
type socket struct {
	conn interface {
		SetDeadline(t time.Time) error
		SetReadDeadline(t time.Time) error
		Close() error
	}
	raw syscall.RawConn
}

// overConn is the socket of a connection of package net.
func overConn(conn *net.UnixConn) (*socket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	return &socket{conn: conn, raw: raw}, nil
}

// overFD takes a descriptor over.
func overFD(fd int) (*socket, error) {
	if err := sys.SetNonblock(fd); err != nil {
		return nil, errors.Join(err, sys.ClosePassed(fd))
	}
	f := os.NewFile(uintptr(fd), "session")
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &socket{conn: f, raw: raw}, nil
}

// send sends one message, with the descriptor pass unless it is negative. Whole
// messages of several goroutines do not mix.
func (s *socket) send(message []byte, pass int) error {
	var err error
	waitErr := s.raw.Write(func(fd uintptr) bool {
		err = sys.SendMessage(int(fd), message, pass)
		return !errors.Is(err, syscall.EAGAIN)
	})
	if waitErr != nil {
		return waitErr
	}
	return err
}

// receive waits for one message, and the descriptor that came with it or -1.
func (s *socket) receive(buf []byte) (n, passed int, err error) {
	waitErr := s.raw.Read(func(fd uintptr) bool {
		n, passed, err = sys.ReceiveMessage(int(fd), buf)
		return !errors.Is(err, syscall.EAGAIN)
	})
	if waitErr != nil {
		return 0, -1, waitErr
	}
	return n, passed, err
}

// longAgo is a deadline that wakes whoever waits.
var longAgo = time.Unix(1, 0)

// interrupt makes receive give os.ErrDeadlineExceeded, until resume.
func (s *socket) interrupt() { _ = s.conn.SetReadDeadline(longAgo) } // closed: it has been woken
func (s *socket) resume()    { _ = s.conn.SetReadDeadline(time.Time{}) }

// abandon makes send and receive fail from now on.
func (s *socket) abandon() { _ = s.conn.SetDeadline(longAgo) }

func (s *socket) close() error { return s.conn.Close() }
