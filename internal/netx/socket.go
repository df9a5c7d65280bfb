package netx

import (
	"net"
	"syscall"
)

// InlineUrgent makes urgent data arrive in the stream, at its place
// (SO_OOBINLINE): a client that aborts sends the Telnet synch, part of which is
// urgent (RFC 959 §4.1.3, RFC 854), and would otherwise lose one byte of it. It
// returns the connection to use in place of c, which reads on behind the urgent
// byte whatever the system does there; also after an error it can be used. It
// looks through TLS and other wrappers that have NetConn, and does nothing for a connection that is no
// socket, or on a system without the option.
func InlineUrgent(c net.Conn) (net.Conn, error) {
	s, ok := beneath[syscall.Conn](c)
	if !ok {
		return c, nil
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return c, err
	}
	if err := control(raw, inlineUrgent); err != nil {
		return c, err
	}
	if _, is := c.(syscall.Conn); !is {
		return c, nil // its reads are not the socket's
	}
	return readUrgent(c, raw), nil
}

// Abort closes the connection with a reset instead of an orderly end, so that
// the peer cannot take what it has received for the whole: it reads ECONNRESET,
// not the end. Of a TLS connection it closes the one beneath first, so that no
// close_notify leaves and nothing waits for the peer. What cannot be reset is just closed.
func Abort(c net.Conn) error {
	s, ok := beneath[interface {
		net.Conn
		SetLinger(sec int) error
	}](c)
	if !ok {
		return c.Close()
	}
	_ = s.SetLinger(0) // fails only where the connection is gone already
	err := s.Close()
	if net.Conn(s) != c {
		_ = c.Close() // ends its bookkeeping; it can only fail now
	}
	return err
}

// beneath returns the first of c and the connections beneath it that is a T.
func beneath[T any](c net.Conn) (T, bool) {
	for {
		if t, ok := c.(T); ok {
			return t, true
		}
		u, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			var zero T
			return zero, false
		}
		c = u.NetConn()
	}
}
