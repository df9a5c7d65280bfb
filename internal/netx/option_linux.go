package netx

import (
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"
)

// option is a socket option whose value is a number.
type option struct{ level, name, value int }

// noDelay sends what is written at once (RFC 9293 §3.7.4): replies and the flights of a
// handshake wait for nothing.
var noDelay = option{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1}

// keptAlive turns on keepalive.
var keptAlive = [...]option{
	{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
	{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, int(KeepAliveIdle / time.Second)},
	{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, int(KeepAliveInterval / time.Second)},
	{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, KeepAliveCount},
}

// SetSegments tells the system how to cut what is sent on a connection. The connection works
// without, so there is no error.
func SetSegments(c net.Conn, how Segments) {
	delay, cork := noDelay, option{syscall.IPPROTO_TCP, syscall.TCP_CORK, 0}
	if how != SegmentsAtOnce {
		delay.value = 0
	}
	if how == SegmentsFull {
		cork.value = 1
	}
	if c, ok := c.(*conn); ok {
		_ = c.control(func(fd int) error { return setOptions(fd, []option{delay, cork}) })
	}
}

func setOptions(fd int, options []option) error {
	for _, o := range options {
		if err := syscall.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			return os.NewSyscallError("setsockopt", err)
		}
	}
	return nil
}

// openSocket opens a TCP socket of the address's family, and gives the address in the
// system's form. Multipath TCP has no urgent data, and no client asks for it.
func openSocket(addr netip.AddrPort) (fd int, sa syscall.Sockaddr, err error) {
	if sa, err = sockaddrOf(addr); err != nil {
		return -1, nil, err
	}
	family := syscall.AF_INET
	if addr.Addr().Is6() {
		family = syscall.AF_INET6
	}
	fd, err = syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, syscall.IPPROTO_TCP)
	return fd, sa, os.NewSyscallError("socket", err)
}

// zoneName is the name of the interface with that number, or the number.
func zoneName(index uint32) string {
	if i, err := net.InterfaceByIndex(int(index)); err == nil {
		return i.Name
	}
	return strconv.FormatUint(uint64(index), 10)
}
