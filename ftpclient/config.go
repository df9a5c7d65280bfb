package ftpclient

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"ferry/ftp"
)

// TLSMode says when the control connection gets its TLS.
type TLSMode uint8

// The ways to have TLS (RFC 4217).
const (
	// TLSNever speaks in clear.
	TLSNever TLSMode = iota
	// TLSIfOffered asks for AUTH TLS, and goes on in clear if the server has not
	// got it. Whoever stands between can make it so.
	TLSIfOffered
	// TLSExplicit asks for AUTH TLS, and fails without it.
	TLSExplicit
	// TLSImplicit begins with the handshake (port 990).
	TLSImplicit
)

// Config says how to talk to a server. The zero Config is that of a careful
// client in clear text; it may be shared, and is not changed.
type Config struct {
	// TLS says when TLS comes. TLSConfig is cloned for each Conn and gets a
	// session cache of its own: sessions of other control connections do not
	// count for data connections. An empty ServerName is the host.
	TLS       TLSMode
	TLSConfig *tls.Config
	// KnownHosts is asked about a certificate that TLSConfig does not accept: it
	// remembers which one was trusted before, or trusts it now. nil trusts none.
	// With InsecureSkipVerify in TLSConfig nothing is asked.
	KnownHosts KnownHosts
	// ClearData leaves data connections in clear under TLS (PROT C).
	ClearData bool

	// Modes is the ladder; nil is Auto. What is not in it is never tried.
	Modes []Mode
	// StepTimeout is how long one rung may take to make its data connection,
	// while another one is left; 0 is 10 seconds. The last one has as long as
	// Timeout.
	StepTimeout time.Duration
	// TrustAnnounced takes an address of a 227 reply for the server's whatever it
	// is. Otherwise PASVAnnounced wants one that is no more private than the
	// control connection's and a port from 1024 on, and TLS on the data
	// connection, which proves by its certificate who answers.
	TrustAnnounced bool
	// Memory remembers which mode worked; nil does not beyond the Conn.
	Memory Memory

	// ActiveMin and ActiveMax are the ports to listen on for EPRT and PORT; 0 is
	// any free one.
	ActiveMin, ActiveMax uint16
	// ActiveBind is the address to listen at, instead of the control
	// connection's; Advertise is what the server is told instead, where a NAT
	// stands between; PortOffset is added to the port it is told.
	ActiveBind, Advertise netip.Addr
	PortOffset            int
	// ActiveAnyPeer takes a data connection from whomever it comes.
	ActiveAnyPeer bool

	// Timeout is how long a reply, a connect or a handshake may take; 0 is a
	// minute. Stall is how long a transfer may stand still; 0 is five minutes.
	Timeout, Stall time.Duration
	// KeepAlive is how often NOOP is sent while a transfer runs, so that a NAT
	// does not forget the control connection; 0 is a minute, negative is never.
	KeepAlive time.Duration

	// MaxListing is how many lines List reads of one listing, entries or not; 0 is
	// a million, which a server that never ends is meant to reach.
	MaxListing int

	// ASCII transfers files as text (TYPE A); listings always are.
	ASCII bool
	// Charset is that of the server's names: "" is found by itself (UTF8 by FEAT and
	// OPTS, else a legacy charset is guessed); a name such as "windows-1252" forces
	// it. Location is the server's time zone, for LIST; nil is found by itself by
	// comparing LIST with MDTM.
	Charset  string
	Location *time.Location

	// Dial makes the control connection and passive data connections, by a proxy
	// say; nil uses the machine's network. Listen waits for active ones; nil
	// likewise.
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Listen func(ctx context.Context, local netip.AddrPort) (net.Listener, error)
	// Trace is told what happens; nil is nobody.
	Trace *Trace
}

// Trace is told what happens, by functions of which each may be nil. They are
// called from the goroutines of the Conn, which wait for them; from several at once
// if Conns share the Trace, as those of a Pool do.
type Trace struct {
	// Sent and Received are called for each command, passwords left out, and each
	// reply.
	Sent     func(ftp.Command)
	Received func(ftp.Reply)
	// Rung is called when a mode is tried (err nil) and when it has failed.
	Rung func(mode Mode, err error)
	// Moved is called while bytes move, five times a second and at the end, with
	// how many there were so far in this transfer.
	Moved func(bytes int64)
	// Retry is called by a Pool when something failed that may succeed later,
	// before it waits and tries again.
	Retry func(err error, wait time.Duration)
}

// Memory remembers which mode worked with a server, from a network. What names the
// server is its address and the network ("host:21 from 192.0.2.0/24"), to be
// compared and nothing else. FileMemory is one.
type Memory interface {
	// Mode is what worked last with the server; "" if nothing is known.
	Mode(server string) Mode
	// Remember notes what worked.
	Remember(server string, mode Mode)
}

// The defaults of a Config.
const (
	defaultTimeout     = time.Minute
	defaultStepTimeout = 10 * time.Second
	defaultStall       = 5 * time.Minute
	defaultKeepAlive   = time.Minute
	defaultMaxListing  = 1_000_000
)

func (c *Config) timeout() time.Duration     { return orElse(c.Timeout, defaultTimeout) }
func (c *Config) stepTimeout() time.Duration { return orElse(c.StepTimeout, defaultStepTimeout) }
func (c *Config) stall() time.Duration       { return orElse(c.Stall, defaultStall) }
func (c *Config) keepAlive() time.Duration   { return orElse(c.KeepAlive, defaultKeepAlive) }

func (c *Config) maxListing() int {
	if c.MaxListing == 0 {
		return defaultMaxListing
	}
	return c.MaxListing
}

func (c *Config) modes() []Mode {
	if c.Modes == nil {
		return ladder
	}
	return c.Modes
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
