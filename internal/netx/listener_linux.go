package netx

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"
)

// maxBacklog is how many connections may wait to be accepted, unless the system allows
// fewer.
const maxBacklog = 1<<16 - 1

// listener is a TCP listener of System.
type listener struct {
	descriptor

	addr netip.AddrPort
}

var (
	_ Accepter     = (*listener)(nil)
	_ syscall.Conn = (*listener)(nil)
)

// Listen implements Network.
func (System) Listen(ctx context.Context, cfg ListenConfig) (net.Listener, error) {
	addr := unmap(cfg.Addr)
	if !addr.Addr().IsValid() {
		return nil, listenError(addr, errNoAddress)
	}
	if err := ctx.Err(); err != nil {
		return nil, listenError(addr, err)
	}
	l, err := listen(addr, cfg)
	if err != nil {
		return nil, listenError(addr, err)
	}
	return l, nil
}

func listen(addr netip.AddrPort, cfg ListenConfig) (_ *listener, err error) {
	fd, sa, err := openSocket(addr)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = syscall.Close(fd)
		}
	}()
	// Connections inherit the options of their listener.
	options := []option{{syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1}, noDelay}
	if addr.Addr().Is6() {
		only := 1
		if addr.Addr() == netip.IPv6Unspecified() && !cfg.V6Only {
			only = 0
		}
		options = append(options, option{syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, only})
	}
	if cfg.KeepAlive {
		options = append(options, keptAlive[:]...)
	}
	if err := setOptions(fd, options); err != nil {
		return nil, err
	}
	if err := syscall.Bind(fd, sa); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	if err := syscall.Listen(fd, maxBacklog); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	if addr.Port() == 0 {
		if addr, err = socketName(fd); err != nil {
			return nil, err
		}
	}
	return &listener{descriptor: descriptor{fd: fd}, addr: addr}, nil
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		err := l.enter(reading)
		if err == nil {
			l.mu.Unlock()
			c, nowErr := l.AcceptNow()
			if c != nil || nowErr != nil {
				return c, nowErr
			}
			err = l.wait(reading)
		}
		if err != nil {
			return nil, l.failed("accept", err)
		}
	}
}

// AcceptNow implements Accepter.
func (l *listener) AcceptNow() (net.Conn, error) {
	for {
		var fd int
		var sa syscall.Sockaddr
		err := l.control(func(listening int) (err error) {
			// Mostly nobody is there, and accept makes a socket first before it finds out.
			if !pollNow(listening, reading) {
				return syscall.EAGAIN
			}
			fd, sa, err = syscall.Accept4(listening, syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK)
			return err
		})
		switch {
		case err == nil:
			c := &conn{descriptor: descriptor{fd: fd}, remote: addrPortOf(sa)}
			if !l.addr.Addr().IsUnspecified() {
				c.local = l.addr
			}
			return c, nil
		case errors.Is(err, syscall.EAGAIN):
			return nil, nil
		case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.ECONNABORTED): // the client has gone
		case errors.Is(err, net.ErrClosed):
			return nil, l.failed("accept", err)
		default:
			return nil, l.failed("accept", os.NewSyscallError("accept4", err))
		}
	}
}

func (l *listener) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.Addr(), Err: err}
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// SetDeadline ends Accept at that time; the zero time means never.
func (l *listener) SetDeadline(t time.Time) error {
	if err := l.limit(reading, t); err != nil {
		return l.failed("set", err)
	}
	return nil
}

// Close implements net.Listener.
func (l *listener) Close() error {
	if err := l.descriptor.Close(); err != nil {
		return l.failed("close", err)
	}
	return nil
}
