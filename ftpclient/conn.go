package ftpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/internal/netx"
	"ferry/internal/wire"
)

// Conn is one control connection. Its methods may be called from several
// goroutines and take turns; Close may be called at any time.
type Conn struct {
	cfg  Config
	host string // without the port, for TLS and for data connections by proxy
	addr string // for Memory

	number uint64 // which one it is of all

	wire *wire.Conn
	turn chan struct{} // holds a token while nobody uses the Conn
	pool *dtp.Pool     // for active modes

	pulse pulse // of the transfer that runs

	// What follows belongs to whoever has the turn.
	owed     int       // final replies that have not been read
	noops    int       // of NOOP during transfers, which may not come
	marked   bool      // PWD was sent to see where they end
	hash     Algorithm // what OPTS HASH was sent
	rested   bool      // REST was sent, and no transfer behind it
	ahead    ftp.Verb  // of a passive mode: it was sent, and its reply is owed
	broken   error     // why the Conn cannot be used any more
	features map[string]string
	typ      ftp.Type // what TYPE was sent; 0 is none
	won      Mode     // what carried the last transfer
	refused  map[Mode]error
	// listedSelf says that the last listing had the directory itself.
	listedSelf bool
	tls        *tls.Config // of the control connection; nil in clear
	control    tls.ConnectionState
	private    bool // PROT P
	greeting   ftp.Reply
}

// Dial connects to a server at "host:port", or "host" with the default port of
// the TLS mode, and reads its greeting. With TLS, that is agreed too.
func Dial(ctx context.Context, address string, cfg *Config) (*Conn, error) {
	c := &Conn{turn: make(chan struct{}, 1), refused: make(map[Mode]error), number: conns.Add(1)}
	if cfg != nil {
		c.cfg = *cfg
	}
	if c.cfg.learnt == nil {
		c.cfg.learnt = new(learnt)
	}
	if err := c.names().use(c.cfg.Charset); err != nil {
		return nil, &Error{Phase: PhaseDial, Err: err}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = address, "21"
		if c.cfg.TLS == TLSImplicit {
			port = "990"
		}
	}
	c.host, c.addr = host, net.JoinHostPort(host, port)
	ctx, cancel := context.WithTimeout(ctx, c.cfg.timeout())
	defer cancel()
	nc, err := c.dial(ctx, c.addr)
	if err != nil {
		return nil, &Error{Phase: PhaseDial, Err: err}
	}
	c.wire = wire.New(nc)
	if err := c.begin(ctx); err != nil {
		return nil, errors.Join(err, c.wire.Close())
	}
	c.turn <- struct{}{}
	return c, nil
}

// names are the server's.
func (c *Conn) names() *names { return &c.cfg.learnt.names }

// begin reads the greeting, and makes the connection private.
func (c *Conn) begin(ctx context.Context) error {
	if c.cfg.TLS == TLSImplicit {
		if err := c.handshake(ctx); err != nil {
			return err
		}
	}
	c.owed = 1
	r, err := c.await(ctx)
	switch {
	case err != nil:
		return &Error{Phase: PhaseDial, Err: err}
	case !r.Code.Completion():
		return &Error{Phase: PhaseDial, Reply: r}
	}
	c.greeting = r
	if c.cfg.TLS == TLSExplicit || c.cfg.TLS == TLSIfOffered {
		if err := c.auth(ctx); err != nil {
			return err
		}
	}
	if c.tls == nil {
		return nil
	}
	return c.protect(ctx)
}

// dial makes a connection to host:port, to each address of the host in turn.
func (c *Conn) dial(ctx context.Context, address string) (net.Conn, error) {
	if c.cfg.Dial != nil {
		return c.cfg.Dial(ctx, "tcp", address)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, errors.New("bad port " + strconv.Quote(port))
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	var failed error
	for i, addr := range addrs {
		step := ctx
		if left := len(addrs) - i; left > 1 {
			var cancel context.CancelFunc
			step, cancel = context.WithTimeout(ctx, c.cfg.timeout()/time.Duration(left))
			defer cancel()
		}
		nc, err := netx.System{}.Dial(step, netx.DialConfig{Remote: netip.AddrPortFrom(addr.Unmap(), uint16(number)), KeepAlive: true})
		if err == nil {
			return nc, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// take waits for the turn. release must be called after it.
func (c *Conn) take(ctx context.Context) error {
	select {
	case <-c.turn:
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.broken != nil {
		c.release()
		return c.broken
	}
	return nil
}

// usable reports that the Conn is not broken.
func (c *Conn) usable() bool {
	<-c.turn
	defer c.release()
	return c.broken == nil
}

func (c *Conn) release() { c.turn <- struct{}{} }

// Greeting is the server's first reply.
func (c *Conn) Greeting() ftp.Reply { return c.greeting }

// TLS is the state of the control connection's TLS; nil in clear.
func (c *Conn) TLS() *tls.ConnectionState {
	conn, ok := c.wire.NetConn().(*tls.Conn)
	if !ok {
		return nil
	}
	state := conn.ConnectionState()
	return &state
}

// Quit says goodbye and closes.
func (c *Conn) Quit(ctx context.Context) error {
	_, err := c.Cmd(ctx, "QUIT", "")
	return errors.Join(err, c.Close())
}

// Close closes the control connection, and with it whatever runs on it.
func (c *Conn) Close() error {
	err := c.wire.Close()
	if c.pool != nil {
		err = errors.Join(err, c.pool.Close())
	}
	return err
}
