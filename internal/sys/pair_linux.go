package sys

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// Pair makes two sockets, connected to each other, that keep the borders of
// messages and see the end of the other (unix(7), SOCK_SEQPACKET). Both are
// close-on-exec and wait.
func Pair() (a, b int, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, -1, err
	}
	return fds[0], fds[1], nil
}

// IsPair reports whether a descriptor is such a socket.
func IsPair(fd int) bool {
	domain, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_DOMAIN)
	if err != nil || domain != unix.AF_UNIX {
		return false
	}
	typ, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	return err == nil && typ == unix.SOCK_SEQPACKET
}

// SetNonblock says that calls on a descriptor give EAGAIN instead of waiting.
func SetNonblock(fd int) error { return unix.SetNonblock(fd, true) }

// CloseOnExec keeps a descriptor from the programs that the process starts.
func CloseOnExec(fd int) { unix.CloseOnExec(fd) }

// ShutdownPair ends the talk in both directions: whoever waits in
// ReceiveMessage at either end gets io.EOF. The descriptor stays.
func ShutdownPair(fd int) error { return unix.Shutdown(fd, unix.SHUT_RDWR) }

// SendMessage sends one message, with a duplicate of the descriptor pass
// unless that is negative.
func SendMessage(fd int, message []byte, pass int) error {
	var rights []byte
	if pass >= 0 {
		rights = unix.UnixRights(pass)
	}
	return retry(func() error { return unix.Sendmsg(fd, message, rights, nil, unix.MSG_NOSIGNAL) })
}

// ErrMessage is given for a message that cannot be meant: it is longer than
// its buffer, or brings more than one descriptor or anything but one.
var ErrMessage = errors.New("malformed message")

// ReceiveMessage receives one message and the descriptor that came with it, -1
// if there was none. The descriptor is close-on-exec and the caller's to close.
// io.EOF is the end, which an empty message is taken for too.
func ReceiveMessage(fd int, buf []byte) (n, passed int, err error) {
	// Room for one descriptor: the kernel does not hand out more than fit, and
	// for a multiple of the alignment two would.
	var rights [unix.SizeofCmsghdr + 4]byte
	var got, flags int
	for {
		n, got, flags, _, err = unix.Recvmsg(fd, buf, rights[:], unix.MSG_CMSG_CLOEXEC)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return 0, -1, err
	}
	passed = -1
	if got > 0 {
		if passed, err = parseRights(rights[:got]); err != nil {
			return 0, -1, err
		}
	}
	if flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0 {
		if passed >= 0 {
			_ = Close(passed) // it was never looked at
		}
		return 0, -1, fmt.Errorf("%w: more than fits", ErrMessage)
	}
	if n == 0 {
		if passed >= 0 {
			_ = Close(passed)
		}
		return 0, -1, io.EOF
	}
	return n, passed, nil
}

// parseRights finds the one descriptor in a control message.
func parseRights(b []byte) (int, error) {
	messages, err := unix.ParseSocketControlMessage(b)
	if err != nil || len(messages) != 1 {
		return -1, fmt.Errorf("%w: control message", ErrMessage)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err == nil && len(fds) == 1 {
		return fds[0], nil
	}
	for _, fd := range fds {
		_ = Close(fd)
	}
	return -1, fmt.Errorf("%w: %d descriptors", ErrMessage, len(fds))
}

// ClosePassed closes a descriptor of Pair or ReceiveMessage.
func ClosePassed(fd int) error { return Close(fd) }
