package ftpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/netx"
)

// keeper sends NOOP while a transfer runs.
type keeper struct {
	quit chan struct{}
	sent chan int // how many, once it has ended
}

// keepAlive starts to send NOOP; nil if that is not wanted.
func (c *Conn) keepAlive() *keeper {
	every := c.cfg.keepAlive()
	if every < 0 {
		return nil
	}
	k := &keeper{quit: make(chan struct{}), sent: make(chan int, 1)}
	go func() {
		n := 0
		defer func() { k.sent <- n }()
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-k.quit:
				return
			case <-ticker.C:
			}
			_ = c.wire.SetWriteDeadline(time.Now().Add(c.cfg.timeout()))
			if c.wire.WriteCommand(ftp.Command{Verb: "NOOP"}) != nil {
				return // the reading of the final reply will say so
			}
			n++
		}
	}()
	return k
}

// stop ends the sending, and says how many replies are owed for it.
func (k *keeper) stop() int {
	if k == nil {
		return 0
	}
	select {
	case <-k.quit:
		return 0
	default:
	}
	close(k.quit)
	return <-k.sent
}

// abortTimeout is how long a server may take to give a transfer up.
const abortTimeout = 10 * time.Second

// maxLate is how many replies may come before that to the NOOP behind ABOR.
const maxLate = 64

// abort tells the server to give up the transfer, whose connection is closed
// already. Servers send one reply to that or two; the NOOP behind it shows where
// they end.
func (c *Conn) abort() error {
	if c.broken != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), abortTimeout)
	defer cancel()
	for _, verb := range []ftp.Verb{"ABOR", "NOOP"} {
		if err := c.send(ctx, ftp.Command{Verb: verb}); err != nil {
			return nil
		}
	}
	for range maxLate {
		r, err := c.await(ctx)
		if err != nil {
			c.breakOff(err)
			return nil
		}
		if r.Code == ftp.CodeNoopOK && c.owed <= 1 || c.owed == 0 {
			c.owed = 0
			return nil
		}
	}
	c.breakOff(errOutOfPlace)
	return nil
}

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
