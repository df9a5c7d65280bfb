package netx

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// conn is a TCP connection of System.
type conn struct {
	descriptor

	local, remote netip.AddrPort // local may be unset: then the system is asked
}

var (
	_ Waiter       = (*conn)(nil)
	_ syscall.Conn = (*conn)(nil)
)

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		err := c.enter(reading)
		n := 0
		if err == nil {
			n, err = syscall.Read(c.fd, b)
			c.mu.Unlock()
			err = os.NewSyscallError("read", err)
		}
		switch {
		case err == nil && n == 0:
			return 0, io.EOF
		case err == nil:
			return n, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			// Also where urgent data begins and the thread has a signal pending, whatever
			// waits behind it. The poller is asked anew, so nothing is missed.
			if err := c.wait(reading); err != nil {
				return 0, c.failed("read", err)
			}
		default:
			return 0, c.failed("read", err)
		}
	}
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (n int, err error) {
	for {
		err := c.enter(writing)
		m := 0
		if err == nil {
			m, err = syscall.Write(c.fd, b[n:])
			c.mu.Unlock()
			err = os.NewSyscallError("write", err)
		}
		if m > 0 {
			n += m
		}
		switch {
		case err == nil && n >= len(b):
			return n, nil
		case err == nil, errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EAGAIN):
			if err := c.wait(writing); err != nil {
				return n, c.failed("write", err)
			}
		default:
			return n, c.failed("write", err)
		}
	}
}

// WaitReadable implements Waiter.
func (c *conn) WaitReadable() error {
	if err := c.waitLong(reading); err != nil {
		return c.failed("read", err)
	}
	return nil
}

// failed dresses an error as package net does.
func (c *conn) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// Close implements net.Conn.
func (c *conn) Close() error {
	if err := c.descriptor.Close(); err != nil {
		return c.failed("close", err)
	}
	return nil
}

// CloseWrite ends the sending.
func (c *conn) CloseWrite() error {
	if err := c.control(func(fd int) error { return syscall.Shutdown(fd, syscall.SHUT_WR) }); err != nil {
		return c.failed("close", os.NewSyscallError("shutdown", err))
	}
	return nil
}

// SetLinger says what Close does with what was not sent: 0 throws it away and resets.
func (c *conn) SetLinger(sec int) error {
	linger := syscall.Linger{Onoff: 1, Linger: int32(max(sec, 0))}
	if sec < 0 {
		linger.Onoff = 0
	}
	err := c.control(func(fd int) error {
		return syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &linger)
	})
	if err != nil {
		return c.failed("set", os.NewSyscallError("setsockopt", err))
	}
	return nil
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error { return c.setLimit(reading, t) }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setLimit(writing, t) }

func (c *conn) setLimit(way direction, t time.Time) error {
	if err := c.limit(way, t); err != nil {
		return c.failed("set", err)
	}
	return nil
}

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

// LocalAddr implements net.Conn. Of a connection that was closed before anybody
// asked it is that of nobody.
func (c *conn) LocalAddr() net.Addr {
	local := c.local
	if !local.IsValid() {
		_ = c.control(func(fd int) (err error) {
			local, err = socketName(fd)
			return err
		})
	}
	return net.TCPAddrFromAddrPort(local)
}

// socketName is the socket's own address.
func socketName(fd int) (netip.AddrPort, error) {
	sa, err := syscall.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, os.NewSyscallError("getsockname", err)
	}
	return addrPortOf(sa), nil
}

// addrPortOf turns the system's form of an address into that of package netip.
func addrPortOf(sa syscall.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *syscall.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *syscall.SockaddrInet6:
		addr := netip.AddrFrom16(sa.Addr).Unmap()
		if sa.ZoneId != 0 && addr.Is6() {
			addr = addr.WithZone(zoneName(sa.ZoneId))
		}
		return netip.AddrPortFrom(addr, uint16(sa.Port))
	}
	return netip.AddrPort{}
}
