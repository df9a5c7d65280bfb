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

// Dial implements Network.
func (System) Dial(ctx context.Context, cfg DialConfig) (net.Conn, error) {
	local, remote, err := cfg.addresses()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, dialError(local, remote, err)
	}
	c, err := dial(ctx, local, remote, cfg)
	if err != nil {
		return nil, dialError(local, remote, err)
	}
	return c, nil
}

func dial(ctx context.Context, local, remote netip.AddrPort, cfg DialConfig) (_ *conn, err error) {
	fd, sa, err := openSocket(remote)
	if err != nil {
		return nil, err
	}
	c := &conn{descriptor: descriptor{fd: fd}, remote: remote}
	defer func() {
		if err != nil {
			_ = c.descriptor.Close()
		}
	}()
	options := []option{noDelay}
	if cfg.KeepAlive {
		options = append(options, keptAlive[:]...)
	}
	if err := setOptions(fd, options); err != nil {
		return nil, err
	}
	if local.Addr().IsValid() || cfg.ReuseAddr {
		if err := prepareBind(uintptr(fd), local, cfg.ReuseAddr); err != nil {
			return nil, err
		}
	}
	if local.Addr().IsValid() {
		from, err := sockaddrOf(local)
		if err != nil {
			return nil, err
		}
		if err := syscall.Bind(fd, from); err != nil {
			return nil, os.NewSyscallError("bind", err)
		}
	}
	if err := c.connect(ctx, sa); err != nil {
		return nil, err
	}
	err = c.control(func(fd int) (err error) { // which may be another one by now
		c.local, err = socketName(fd)
		return err
	})
	if err != nil {
		return nil, err
	}
	if c.local == c.remote {
		// The port that the system chose is the one where nobody listens, and the
		// connection has met itself (RFC 9293 §3.5, simultaneous open).
		return nil, os.NewSyscallError("connect", syscall.ECONNREFUSED)
	}
	return c, nil
}

// connect waits for the peer, as long as the context lasts.
func (c *conn) connect(ctx context.Context, to syscall.Sockaddr) error {
	err := syscall.Connect(c.fd, to)
	switch {
	case err == nil, errors.Is(err, syscall.EISCONN):
		return nil
	case errors.Is(err, syscall.EINPROGRESS), errors.Is(err, syscall.EINTR), errors.Is(err, syscall.EALREADY):
	default:
		return os.NewSyscallError("connect", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.limit(writing, time.Unix(1, 0)) })
	defer stop()
	for {
		err := c.enter(writing)
		if err == nil {
			over := pollNow(c.fd, writing)
			var errno int
			if over {
				errno, err = syscall.GetsockoptInt(c.fd, syscall.SOL_SOCKET, syscall.SO_ERROR)
			}
			c.mu.Unlock()
			switch {
			case err != nil:
				return os.NewSyscallError("getsockopt", err)
			case over && errno != 0:
				return os.NewSyscallError("connect", syscall.Errno(errno))
			case over:
				if !stop() {
					return ctx.Err()
				}
				return nil
			}
			err = c.wait(writing)
		}
		if ctxErr := ctx.Err(); ctxErr != nil {
			return ctxErr
		}
		if err != nil {
			return err
		}
	}
}
