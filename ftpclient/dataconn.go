package ftpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"

	"ferry/internal/dtp"
	"ferry/internal/netx"
)

// ports are where the server may connect to in active modes.
func (c *Conn) ports() *dtp.Pool {
	if c.pool == nil {
		low, high := c.cfg.ActiveMin, c.cfg.ActiveMax
		if low == 0 {
			low, high = 1024, 65535
		}
		c.pool = dtp.NewPool(dtp.PoolConfig{
			Network: listener{c}, Min: low, Max: high, BadPeerTimeout: c.cfg.stepTimeout(),
		})
	}
	return c.pool
}

// listener makes the ports of active modes.
type listener struct{ c *Conn }

func (l listener) Listen(ctx context.Context, cfg netx.ListenConfig) (net.Listener, error) {
	if l.c.cfg.Listen != nil {
		return l.c.cfg.Listen(ctx, cfg.Addr)
	}
	return netx.System{}.Listen(ctx, cfg)
}

var errNeverDials = errors.New("a client that listens does not dial")

func (listener) Dial(context.Context, netx.DialConfig) (net.Conn, error) {
	return nil, errNeverDials
}

// dialData makes a passive data connection.
func (c *Conn) dialData(ctx context.Context, at netip.AddrPort) (net.Conn, error) {
	if c.cfg.Dial != nil {
		host := at.Addr().String()
		if at.Addr() == netx.RemoteAddrPort(c.wire.NetConn()).Addr() {
			host = c.host // a proxy has resolved it before
		}
		return c.cfg.Dial(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(at.Port()))))
	}
	a := &dtp.Active{Network: netx.System{}, Remote: at}
	return a.Open(ctx)
}

// formatInt is the argument of REST.
func formatInt(n int64) string { return strconv.FormatInt(n, 10) }
