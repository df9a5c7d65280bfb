//go:build !unix

package sys

import (
	"errors"
	"net"
)

// InheritedSocket would take over a socket that the process was started with;
// this system has no such thing.
func InheritedSocket(int) (SocketKind, net.Conn, net.Listener, error) {
	return SocketNone, nil, nil, errors.ErrUnsupported
}
