package netx

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"
)

// backlog is how many connections wait for Accept; a further Dial waits itself.
const backlog = 128

// memListener is a listener of a Host. The network's lock guards it.
type memListener struct {
	host   *Host
	addr   netip.AddrPort
	dual   bool // "::" that accepts IPv4 as well
	ready  sync.Cond
	queue  []*memConn
	limit  deadline
	closed bool
}

func newMemListener(h *Host, addr netip.AddrPort, dual bool) *memListener {
	return &memListener{host: h, addr: addr, dual: dual, ready: sync.Cond{L: &h.net.mu}}
}

// Accept implements net.Listener.
func (l *memListener) Accept() (net.Conn, error) {
	m := l.host.net
	m.mu.Lock()
	defer m.mu.Unlock()
	for {
		if l.limit.passed && !l.closed {
			return nil, l.error("accept", os.ErrDeadlineExceeded)
		}
		if c, err := l.take(); c != nil || err != nil {
			return c, err
		}
		l.ready.Wait()
	}
}

// AcceptNow implements Accepter.
func (l *memListener) AcceptNow() (net.Conn, error) {
	m := l.host.net
	m.mu.Lock()
	defer m.mu.Unlock()
	return l.take()
}

// take takes a connection that waits, if there is one. The network's lock is held.
func (l *memListener) take() (net.Conn, error) {
	switch {
	case l.closed:
		return nil, l.error("accept", net.ErrClosed)
	case len(l.queue) > 0:
		c := l.queue[0]
		l.queue = slices.Delete(l.queue, 0, 1)
		l.host.net.wake() // a Dial may wait for the place
		return c, nil
	}
	return nil, nil
}

// SetDeadline ends Accept at that time; the zero time means never.
func (l *memListener) SetDeadline(t time.Time) error {
	m := l.host.net
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.closed {
		return l.error("set", net.ErrClosed)
	}
	l.limit.set(&l.ready, t)
	return nil
}

// Close implements net.Listener. Connections that nobody accepted are reset.
func (l *memListener) Close() error {
	m := l.host.net
	m.mu.Lock()
	if l.closed {
		m.mu.Unlock()
		return l.error("close", net.ErrClosed)
	}
	l.closed = true
	queue := l.queue
	l.queue = nil
	l.limit.stop()
	port := l.addr.Port()
	rest := slices.DeleteFunc(l.host.listeners[port], func(o *memListener) bool { return o == l })
	if l.host.listeners[port] = rest; len(rest) == 0 {
		delete(l.host.listeners, port)
	}
	l.ready.Broadcast()
	m.wake()
	m.mu.Unlock()
	for _, c := range queue {
		_ = Abort(c)
	}
	return nil
}

// Addr implements net.Listener.
func (l *memListener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

func (l *memListener) error(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Addr: l.Addr(), Err: err}
}
