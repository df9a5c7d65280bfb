package netx

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// Network makes TCP connections. No other package of the program dials or
// listens by itself. All methods may be called from several goroutines at once.
type Network interface {
	// Listen starts to accept connections at cfg.Addr. The context counts for
	// the setup only. The listener also has SetDeadline(time.Time) error, as
	// *net.TCPListener has.
	Listen(ctx context.Context, cfg ListenConfig) (net.Listener, error)

	// Dial connects to cfg.Remote. It ends with the context at the latest; the
	// context no longer matters once there is a connection. The system's error
	// stays within reach of errors.Is, and Classify sorts it. The connection
	// also has CloseWrite() error and SetLinger(int) error, as *net.TCPConn has.
	Dial(ctx context.Context, cfg DialConfig) (net.Conn, error)
}

// Accepter is a listener that can be asked for what is there already. The listeners of
// System on Linux and of Host are.
type Accepter interface {
	net.Listener
	// AcceptNow accepts a connection that waits for it. It never waits itself, so that no
	// deadline counts: nil and no error mean that there is none.
	AcceptNow() (net.Conn, error)
	// SetDeadline ends Accept at that time; the zero time means never.
	SetDeadline(t time.Time) error
}

// Waiter is a connection at which one can wait for input with little of the goroutine's
// stack. Those of System on Linux and of Mem are.
type Waiter interface {
	net.Conn
	// WaitReadable waits until Read would not: there is input, or its end. After the read deadline it
	// fails as Read does, and after Close.
	WaitReadable() error
}

// Prober is a Network that can tell beforehand whether a source port can be
// bound. System and Host are.
type Prober interface {
	// ProbePort does for this network what the function ProbePort does.
	ProbePort(addr netip.AddrPort) error
}

// ListenConfig says where and how to listen. A listener never shares its port
// with another one: SO_REUSEPORT is not set, so a port that is taken is an error
// (EADDRINUSE) and not a lottery. Connections left over from an earlier listener
// do not count as taken (SO_REUSEADDR on Unix).
type ListenConfig struct {
	// Addr is the address and port. "::" accepts IPv4 as well, unless V6Only;
	// "0.0.0.0" accepts IPv4 alone. Port 0 takes any free one. A link-local
	// address needs its zone. There is no default: a zero Addr is an error.
	Addr netip.AddrPort
	// V6Only keeps "::" to IPv6. It means nothing for other addresses.
	V6Only bool
	// KeepAlive turns on keepalive for accepted connections, by the times
	// KeepAliveIdle, KeepAliveInterval and KeepAliveCount. Control connections
	// need it, as they are silent during a transfer; data connections do not,
	// and save four system calls each.
	KeepAlive bool
}

// DialConfig says whom to connect to, and from where.
type DialConfig struct {
	// Remote is the address and port to connect to. A link-local address
	// without a zone takes the zone of Local.
	Remote netip.AddrPort
	// Local is the source. A zero address lets the network choose it, port 0
	// likewise. It must be of Remote's family.
	Local netip.AddrPort
	// ReuseAddr lets several connections share the source port, each to another
	// remote one (SO_REUSEADDR before bind): active data connections from port
	// 20 need it. Without it a port in use gives EADDRINUSE; with it a pair of
	// source and target in use gives EADDRNOTAVAIL.
	ReuseAddr bool
	// KeepAlive turns on keepalive, as in ListenConfig.
	KeepAlive bool
}

// The keepalive of a connection for which it is asked: the first probe after a
// minute of silence, and the connection is lost after four unanswered probes.
// Few devices forget a TCP connection in less than two minutes.
const (
	KeepAliveIdle     = 60 * time.Second
	KeepAliveInterval = 15 * time.Second
	KeepAliveCount    = 4
)
