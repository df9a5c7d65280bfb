package dtp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"ferry/ftp"
	"ferry/internal/netx"
)

// Endpoint is a data connection that has been agreed and is not made yet. One
// session owns it; Close may be called at any time from another goroutine.
type Endpoint interface {
	// Addr is what goes over the control connection: the port that listens
	// (Passive) or that is dialled (Active).
	Addr() netip.AddrPort
	// Open makes the connection. It is called once. The error is an *Error, or
	// the context's cause when that ended it for another reason than time.
	Open(ctx context.Context) (net.Conn, error)
	// Close gives the endpoint back. It does not close what Open returned, and
	// may be called more than once.
	Close() error
}

// Error is a data connection that was not made, or that broke.
type Error struct {
	Cause ftp.Cause
	// Expected is the address that the connection should have come from or
	// gone to, Seen the one that came instead; either may be unset.
	Expected, Seen netip.AddrPort
	// Err is what the network said; it may be nil.
	Err error
}

// Error names the cause, the addresses and what the network said.
func (e *Error) Error() string {
	s := "data connection: " + string(e.Cause)
	if e.Expected.Addr().IsValid() {
		s += fmt.Sprintf(", expected %s", showAddr(e.Expected))
	}
	if e.Seen.Addr().IsValid() {
		s += fmt.Sprintf(", seen %s", showAddr(e.Seen))
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns what the network said.
func (e *Error) Unwrap() error { return e.Err }

// showAddr leaves the port out where it means nothing.
func showAddr(ap netip.AddrPort) string {
	if ap.Port() == 0 {
		return ap.Addr().String()
	}
	return ap.String()
}

// CauseOf returns the cause that err carries, or "" if it carries none.
func CauseOf(err error) ftp.Cause {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Cause
	}
	return ""
}

// activeCause tells why a dial failed.
func activeCause(err error) ftp.Cause {
	switch netx.Classify(err) {
	case netx.Refused:
		return ftp.CauseActiveRefused
	case netx.Timeout:
		return ftp.CauseActiveTimeout
	case netx.Unreachable, netx.Permission, netx.AddrInUse, netx.AddrNotAvail, netx.Other:
	}
	return ftp.CauseActiveUnreachable
}
