package netx

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"syscall"
)

// Failure is the kind of reason why a connection or a listener could not be
// made, the same on every system.
type Failure uint8

// The kinds of failure.
const (
	Other        Failure = iota // none of the following, a cancelled context for one
	Refused                     // the host answered and nobody listens there, or a firewall rejected
	Timeout                     // no answer in time
	Unreachable                 // no route to the host or network, or an ICMP error said so
	AddrInUse                   // the local address and port are taken
	AddrNotAvail                // the local address is not this host's, or no local port is left for this target
	Permission                  // a privilege is missing, or a local firewall or policy forbids it
)

// String is the name in kebab-case.
func (f Failure) String() string {
	switch f {
	case Refused:
		return "refused"
	case Timeout:
		return "timeout"
	case Unreachable:
		return "unreachable"
	case AddrInUse:
		return "address-in-use"
	case AddrNotAvail:
		return "address-not-available"
	case Permission:
		return "permission"
	case Other:
	}
	return "other"
}

// Classify sorts an error of Dial, Listen or ProbePort. A nil error is Other.
func Classify(err error) Failure {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		for _, k := range failures {
			if slices.Contains(k.errnos, errno) {
				return k.failure
			}
		}
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout() {
		return Timeout
	}
	return Other
}

// errnoFailure lists the system's error numbers of one kind of failure.
type errnoFailure struct {
	failure Failure
	errnos  []syscall.Errno
}
