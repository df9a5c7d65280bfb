package dtp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// How long a dial from a fixed source port is tried again while the port is
// taken: by a connection to the same peer that has not been forgotten yet, or
// for an instant by another session.
const (
	sourcePortPatience = time.Second
	sourcePortStep     = 50 * time.Millisecond
)

// Active is an endpoint that dials (PORT and EPRT at the server, PASV and EPSV at the
// client).
type Active struct {
	// Network dials.
	Network netx.Network
	// Local is the address to dial from: at a server the local address of the
	// control connection, so that the peer sees both come from one place.
	Local netip.Addr
	// SourcePort is the port to dial from; 0 lets the system choose.
	SourcePort uint16
	// Remote is the peer's data port.
	Remote netip.AddrPort

	fallback error
}

var _ Endpoint = (*Active)(nil)

// Addr is the peer's data port.
func (a *Active) Addr() netip.AddrPort { return a.Remote }

// Fallback reports, after Open, why a free source port was used instead of
// SourcePort: an *Error with CauseActiveSourcePortBusy or
// CauseActiveSourcePortPriv, or nil.
func (a *Active) Fallback() error { return a.fallback }

// Close has nothing to give back.
func (a *Active) Close() error { return nil }

// Open dials. The limit in time is the context's (connect_timeout).
func (a *Active) Open(ctx context.Context) (net.Conn, error) {
	if a.SourcePort != 0 {
		conn, err := a.openFrom(ctx)
		if conn != nil || err != nil {
			return conn, err
		}
	}
	return a.dial(ctx, netx.DialConfig{Local: netip.AddrPortFrom(a.Local, 0), Remote: a.Remote})
}

// openFrom dials from SourcePort. It returns neither a connection nor an error
// when the port cannot be had, and notes why.
func (a *Active) openFrom(ctx context.Context) (net.Conn, error) {
	cfg := netx.DialConfig{
		Local:     netip.AddrPortFrom(a.Local, a.SourcePort),
		Remote:    a.Remote,
		ReuseAddr: true,
	}
	for patience := sourcePortPatience; ; patience -= sourcePortStep {
		conn, err := a.dial(ctx, cfg)
		if err == nil {
			return conn, nil
		}
		cause := ftp.CauseActiveSourcePortBusy
		switch netx.Classify(err) {
		case netx.Permission:
			cause, patience = ftp.CauseActiveSourcePortPriv, 0
		case netx.AddrInUse, netx.AddrNotAvail:
		case netx.Refused, netx.Timeout, netx.Unreachable, netx.Other:
			return nil, err
		}
		if patience <= 0 {
			a.fallback = &Error{Cause: cause, Expected: cfg.Local, Err: errors.Unwrap(err)}
			return nil, nil
		}
		select {
		case <-time.After(sourcePortStep):
		case <-ctx.Done():
			return nil, a.wrap(ctx, ctx.Err())
		}
	}
}

func (a *Active) dial(ctx context.Context, cfg netx.DialConfig) (net.Conn, error) {
	conn, err := a.Network.Dial(ctx, cfg)
	if err != nil {
		return nil, a.wrap(ctx, err)
	}
	return conn, nil
}

// wrap makes an *Error of what ended a dial, or the context's cause if somebody
// ended it on purpose.
func (a *Active) wrap(ctx context.Context, err error) error {
	if cause := stopped(ctx); cause != nil {
		return cause
	}
	if ctx.Err() != nil {
		return &Error{Cause: ftp.CauseActiveTimeout, Expected: a.Remote, Err: err}
	}
	return &Error{Cause: activeCause(err), Expected: a.Remote, Err: err}
}

// stopped returns the cause of a context that was cancelled on purpose: not by
// its time limit, and not at all.
func stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return nil
}
