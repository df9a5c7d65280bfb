package netx

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// memConn is one end of a connection of a Mem.
type memConn struct {
	in, out       *stream
	peer          *memConn
	local, remote net.Addr
	release       func() // frees the connection's place in the network
	closed        atomic.Bool
	reset         atomic.Bool // Close resets
}

var _ Waiter = (*memConn)(nil)

// newMemPair makes both ends of a connection: the one that dialled, and the one
// that the listener accepts.
func newMemPair(buffer int, l *memListener, local, remote netip.AddrPort, release func()) (dialled, accepted *memConn) {
	there, back := newStream(buffer), newStream(buffer)
	dialled = &memConn{
		in: back, out: there, release: release,
		local: net.TCPAddrFromAddrPort(local), remote: net.TCPAddrFromAddrPort(remote),
	}
	accepted = &memConn{
		in: there, out: back, release: release, peer: dialled,
		local: l.acceptedAddr(remote), remote: l.acceptedAddr(local),
	}
	dialled.peer = accepted
	return dialled, accepted
}

// acceptedAddr is an address as a connection of this listener shows it: IPv4
// on a dual-stack listener is IPv4-mapped.
func (l *memListener) acceptedAddr(ap netip.AddrPort) net.Addr {
	a := net.TCPAddrFromAddrPort(l.host.zoned(ap))
	if l.dual {
		a.IP = a.IP.To16()
	}
	return a
}

// Read implements net.Conn.
func (c *memConn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	return n, c.error("read", err)
}

// WaitReadable implements Waiter.
func (c *memConn) WaitReadable() error { return c.error("read", c.in.readable()) }

// Write implements net.Conn. After the peer's Close it fails with EPIPE, after
// a reset with ECONNRESET.
func (c *memConn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	return n, c.error("write", err)
}

// CloseWrite ends the stream to the peer, who reads io.EOF after what is under
// way; reading goes on.
func (c *memConn) CloseWrite() error {
	if c.closed.Load() {
		return c.error("close", net.ErrClosed)
	}
	c.out.finish(io.EOF, os.NewSyscallError("write", syscall.EPIPE))
	return nil
}

// SetLinger makes Close reset the connection if sec is 0, as
// net.TCPConn.SetLinger does. Any other number is the default.
func (c *memConn) SetLinger(sec int) error {
	if c.closed.Load() {
		return c.error("set", net.ErrClosed)
	}
	c.reset.Store(sec == 0)
	return nil
}

// Close implements net.Conn. The peer reads what is under way, and then io.EOF.
// If bytes from the peer have not been read, it reads ECONNRESET instead, as on Linux.
func (c *memConn) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return c.error("close", net.ErrClosed)
	}
	reset := c.in.leave(c.reset.Load())
	last := io.EOF
	if reset {
		last = os.NewSyscallError("read", syscall.ECONNRESET)
	}
	c.out.finish(last, net.ErrClosed)
	if reset || c.peer.closed.Load() {
		c.release()
	}
	return nil
}

// LocalAddr implements net.Conn; it is a *net.TCPAddr.
func (c *memConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn; it is a *net.TCPAddr.
func (c *memConn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn.
func (c *memConn) SetDeadline(t time.Time) error {
	err := c.in.setRead(t)
	if werr := c.out.setWrite(t); err == nil {
		err = werr
	}
	return c.error("set", err)
}

// SetReadDeadline implements net.Conn.
func (c *memConn) SetReadDeadline(t time.Time) error {
	return c.error("set", c.in.setRead(t))
}

// SetWriteDeadline implements net.Conn.
func (c *memConn) SetWriteDeadline(t time.Time) error {
	return c.error("set", c.out.setWrite(t))
}

// error dresses err as package net does; nil and io.EOF stay bare.
func (c *memConn) error(op string, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}
