//go:build unix

package sys

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// InheritedSocket looks at descriptor fd, 0 where a super-server has started
// the process. A connected stream socket comes back as a Conn, a listening one
// as a Listener; anything else is SocketNone without an error, and stays
// untouched.
//
// The socket is taken over: /dev/null is put in the place of fd, and of
// descriptors 0, 1 and 2 as far as they are the same socket, as inetd has it.
// Otherwise what is meant for standard error would reach the client, and
// closing the Conn would not end the connection.
func InheritedSocket(fd int) (SocketKind, net.Conn, net.Listener, error) {
	typ, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	switch {
	case errors.Is(err, unix.ENOTSOCK), errors.Is(err, unix.EBADF):
		return SocketNone, nil, nil, nil
	case err != nil:
		return SocketNone, nil, nil, fmt.Errorf("descriptor %d: getsockopt: %w", fd, err)
	case typ != unix.SOCK_STREAM:
		return SocketNone, nil, nil, nil
	}
	accepting, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if err != nil {
		return SocketNone, nil, nil, fmt.Errorf("descriptor %d: getsockopt: %w", fd, err)
	}
	if accepting == 0 {
		if _, err := unix.Getpeername(fd); err != nil {
			// Neither listening nor connected: nobody can talk over it.
			return SocketNone, nil, nil, nil
		}
	}
	own, err := unix.Dup(fd)
	if err != nil {
		return SocketNone, nil, nil, fmt.Errorf("descriptor %d: dup: %w", fd, err)
	}
	unix.CloseOnExec(own)
	f := os.NewFile(uintptr(own), "inherited socket")
	defer func() { _ = f.Close() }() // package net has its own duplicate

	if accepting != 0 {
		l, err := net.FileListener(f)
		if err != nil {
			return SocketNone, nil, nil, fmt.Errorf("descriptor %d: %w", fd, err)
		}
		if err := replaceSocket(fd); err != nil {
			return SocketNone, nil, nil, errors.Join(err, l.Close())
		}
		return SocketListening, nil, l, nil
	}
	c, err := net.FileConn(f)
	if err != nil {
		return SocketNone, nil, nil, fmt.Errorf("descriptor %d: %w", fd, err)
	}
	if err := replaceSocket(fd); err != nil {
		return SocketNone, nil, nil, errors.Join(err, c.Close())
	}
	return SocketConnected, c, nil, nil
}

// replaceSocket puts /dev/null in the place of fd and of those standard
// descriptors that are the same socket.
func replaceSocket(fd int) error {
	var socket unix.Stat_t
	if err := unix.Fstat(fd, &socket); err != nil {
		return fmt.Errorf("descriptor %d: fstat: %w", fd, err)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }() // its duplicates stay
	targets := []int{fd}
	for std := range 3 {
		var st unix.Stat_t
		if std != fd && unix.Fstat(std, &st) == nil && st.Dev == socket.Dev && st.Ino == socket.Ino {
			targets = append(targets, std)
		}
	}
	for _, target := range targets {
		if err := dupTo(int(null.Fd()), target); err != nil {
			return fmt.Errorf("descriptor %d: dup: %w", target, err)
		}
	}
	return nil
}
