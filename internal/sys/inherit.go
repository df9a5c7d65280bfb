package sys

// SocketKind says what kind of socket a process was started with.
type SocketKind int

// The kinds of inherited descriptor.
const (
	SocketNone      SocketKind = iota // no stream socket: a terminal, a file, a pipe
	SocketConnected                   // one client: inetd's "nowait"
	SocketListening                   // to be accepted on: inetd's "wait", a service manager
)

// String names the kind for a log.
func (k SocketKind) String() string {
	switch k {
	case SocketNone:
		return "none"
	case SocketConnected:
		return "connected"
	case SocketListening:
		return "listening"
	}
	return "unknown"
}
