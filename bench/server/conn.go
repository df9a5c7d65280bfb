package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// conn is a TCP connection of blocking system calls: the client must not be the
// bottleneck, and an idle one must take next to nothing. It is a net.Conn, so that
// TLS can run over it.
type conn struct{ fd int }

// patience is how long a client waits for the next byte.
const patience = 20 * time.Second

// dial connects to a port of the loopback address.
func dial(port int) (*conn, error) { return dialFrom(0, port) }

// dialFrom connects from 127.0.0.HOST: one address has ports for some ten thousand
// connections only. 0 leaves it to the system.
func dialFrom(host byte, port int) (*conn, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	c := &conn{fd}
	if err := c.setPatience(patience); err != nil {
		_ = c.Close()
		return nil, err
	}
	if host != 0 {
		const bindAddressNoPort = 24 // IP_BIND_ADDRESS_NO_PORT: the port comes with connect
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_IP, bindAddressNoPort, 1)
		if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, host}}); err != nil {
			_ = c.Close()
			return nil, fmt.Errorf("bind to 127.0.0.%d: %w", host, err)
		}
	}
	if err := connect(fd, port); err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("connect to port %d: %w", port, err)
	}
	return c, syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
}

// setPatience bounds each wait; without it a server that hangs hangs the benchmark.
func (c *conn) setPatience(d time.Duration) error {
	limit := syscall.NsecToTimeval(int64(d))
	return errors.Join(
		syscall.SetsockoptTimeval(c.fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &limit),
		syscall.SetsockoptTimeval(c.fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &limit))
}

// outcome turns the result of a system call into an error that tells.
func outcome(call string, err error) error {
	if errors.Is(err, syscall.EAGAIN) {
		return fmt.Errorf("%s: the server does nothing for too long: %w", call, os.ErrDeadlineExceeded)
	}
	return os.NewSyscallError(call, err)
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := read(c.fd, p)
	if err == nil && n == 0 && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := write(c.fd, p[done:])
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// Close closes the descriptor once: its number may be another's soon.
func (c *conn) Close() error {
	if c.fd < 0 {
		return net.ErrClosed
	}
	fd := c.fd
	c.fd = -1
	return syscall.Close(fd)
}

// drain reads to the end and throws it away inside of the kernel.
func (c *conn) drain(buf []byte) (int64, error) {
	var total int64
	for {
		n, err := discard(c.fd, buf)
		if err != nil || n == 0 {
			return total, err
		}
		total += int64(n)
	}
}

// fill sends a file with sendfile.
func (c *conn) fill(file *os.File, size int64) error {
	var offset int64
	for offset < size {
		n, err := sendfile(c.fd, int(file.Fd()), &offset, min(size-offset, 1<<30))
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("sendfile: %w", io.ErrUnexpectedEOF)
		}
	}
	return nil
}

// What TLS does not need of a net.Conn.

func (c *conn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *conn) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *conn) SetDeadline(time.Time) error      { return nil }
func (c *conn) SetReadDeadline(time.Time) error  { return nil }
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// listener awaits one connection, for active mode.
type listener struct {
	fd, port int
}

func listen() (*listener, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	l := &listener{fd: fd}
	limit := syscall.NsecToTimeval(int64(patience))
	addr := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := errors.Join(syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &limit),
		syscall.Bind(fd, addr), syscall.Listen(fd, 1)); err != nil {
		l.close()
		return nil, err
	}
	port, err := boundPort(fd)
	if err != nil {
		l.close()
		return nil, err
	}
	l.port = port
	return l, nil
}

// boundPort is the port of a socket.
func boundPort(fd int) (int, error) {
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, os.NewSyscallError("getsockname", err)
	}
	bound, ok := name.(*syscall.SockaddrInet4)
	if !ok {
		return 0, errors.New("a socket without an IPv4 address")
	}
	return bound.Port, nil
}

func (l *listener) accept() (*conn, error) {
	fd, err := accept(l.fd)
	if err != nil {
		return nil, err
	}
	c := &conn{fd}
	return c, c.setPatience(patience)
}

func (l *listener) close() { _ = syscall.Close(l.fd) } // nothing was written to it
