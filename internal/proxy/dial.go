package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"ferry/internal/netx"
)

// A Dialer connects to one server through a proxy: the control connection, and
// passive data connections. Its method Dial may be called from several goroutines
// at once.
type Dialer struct {
	Proxy *Proxy
	// Server is where the server is, "host:port". An FTP proxy is told so; the
	// others are told with each connection.
	Server string
	// Network reaches the proxy; nil is the system's.
	Network netx.Network

	mu sync.Mutex
	// Which address of several has worked, by name. All connections go there: one
	// server may be several machines, which know nothing of each other.
	worked map[string]netip.Addr
}

// Dial connects to "host:port" through the proxy. An FTP proxy is logged in at if
// the address is its own, else connected to: data connections are with it.
func (d *Dialer) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	p := d.Proxy
	if p.Scheme == FTP {
		return d.dialFTP(ctx, address)
	}
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, &Error{p.String(), address, err}
	}
	if p.Scheme != SOCKS5 {
		return d.tunnel(ctx, host, port)
	}
	addrs, err := d.lookUp(ctx, host)
	if err != nil {
		return nil, err // the name is the server's, and this machine's resolver to blame
	}
	var failed error
	for i, addr := range addrs {
		step, cancel := part(ctx, len(addrs)-i)
		conn, err := d.tunnel(step, addr.String(), port)
		cancel()
		if err == nil {
			d.remember(host, addr)
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// tunnel asks the proxy for a connection.
func (d *Dialer) tunnel(ctx context.Context, host string, port uint16) (net.Conn, error) {
	p := d.Proxy
	target := net.JoinHostPort(host, strconv.Itoa(int(port)))
	conn, err := d.reach(ctx, p.Host, p.Port)
	if err != nil {
		return nil, &Error{p.String(), "", err}
	}
	ask := askSOCKS
	if p.Scheme == HTTP {
		ask = askCONNECT
	}
	if err := within(ctx, conn, func() error { return ask(conn, p, host, port) }); err != nil {
		_ = conn.Close() // of no use, and nothing was sent
		return nil, &Error{p.String(), target, err}
	}
	return conn, nil
}

// within does something with a connection that ends with the context.
func within(ctx context.Context, conn net.Conn, do func() error) error {
	stop := context.AfterFunc(ctx, func() {
		_ = conn.SetDeadline(time.Unix(1, 0)) // what reads or writes returns
	})
	err := do()
	if !stop() {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	return conn.SetDeadline(time.Time{})
}

// reach connects to a host without a proxy, at each of its addresses in turn.
func (d *Dialer) reach(ctx context.Context, host string, port uint16) (net.Conn, error) {
	network := d.Network
	if network == nil {
		network = netx.System{}
	}
	addrs, err := d.lookUp(ctx, host)
	if err != nil {
		return nil, err
	}
	var failed error
	for i, addr := range addrs {
		step, cancel := part(ctx, len(addrs)-i)
		conn, err := network.Dial(step, netx.DialConfig{Remote: netip.AddrPortFrom(addr, port), KeepAlive: true})
		cancel()
		if err == nil {
			d.remember(host, addr)
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// part is the time for one of several tries.
func part(ctx context.Context, left int) (context.Context, context.CancelFunc) {
	end, limited := ctx.Deadline()
	if !limited || left < 2 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)/time.Duration(left))
}

// lookUp gives the addresses of a host, or the one that has worked.
func (d *Dialer) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	d.mu.Lock()
	addr, ok := d.worked[host]
	d.mu.Unlock()
	if ok {
		return []netip.Addr{addr}, nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, nil
}

func (d *Dialer) remember(host string, addr netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.worked == nil {
		d.worked = make(map[string]netip.Addr)
	}
	d.worked[host] = addr
}

func splitAddress(address string) (host string, port uint16, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("bad port %q", text)
	}
	return host, uint16(n), nil
}
