package netx

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// urgentConn reads a socket that may hold urgent data. Where such data begins,
// Linux answers a read with EAGAIN while the thread has a signal pending,
// whatever waits behind it; the runtime, which signals its threads to preempt
// them, would then wait for an event that has already been. So EAGAIN counts
// only if nothing waits.
type urgentConn struct {
	net.Conn
	raw syscall.RawConn

	// Of the read that runs. One goroutine reads at a time.
	buf  []byte
	n    int
	err  error
	read func(fd uintptr) bool
}

func readUrgent(c net.Conn, raw syscall.RawConn) net.Conn {
	if _, is := c.(*conn); is {
		return c // it asks the poller anew
	}
	u := &urgentConn{Conn: c, raw: raw}
	u.read = u.readNow // made once, so that reading allocates nothing
	return u
}

// NetConn is the connection beneath.
func (u *urgentConn) NetConn() net.Conn { return u.Conn }

// Read is net.Conn's; it must not be called by two goroutines at once.
func (u *urgentConn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	u.buf = b
	err := u.raw.Read(u.read)
	n, readErr := u.n, u.err
	u.buf, u.n, u.err = nil, 0, nil
	switch {
	case err != nil:
		return 0, err
	case readErr != nil:
		return 0, &net.OpError{Op: "read", Net: "tcp", Source: u.LocalAddr(), Addr: u.RemoteAddr(), Err: os.NewSyscallError("read", readErr)}
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// readNow reports whether the read is over.
func (u *urgentConn) readNow(fd uintptr) (done bool) {
	for {
		u.n, u.err = syscall.Read(int(fd), u.buf)
		switch {
		case u.err == nil:
			return true
		case errors.Is(u.err, syscall.EINTR):
		case !errors.Is(u.err, syscall.EAGAIN):
			u.n = 0
			return true
		case !waits(fd):
			return false
		}
	}
}

// waits reports whether the socket has input. The call never blocks, so the
// scheduler need not know of it.
func waits(fd uintptr) bool {
	var n int32
	_, _, errno := syscall.RawSyscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
	return errno == 0 && n > 0
}
