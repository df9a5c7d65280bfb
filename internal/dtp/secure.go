package dtp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// Security is how a data connection is made private (PROT P, RFC 4217 §9), at the server.
type Security struct {
	// Config is that of the control connection's session. Its session tickets
	// are good for this session and no other.
	Config *tls.Config
	// MustResume refuses a connection that does not resume the session: it
	// may be anybody's (require_ssl_reuse).
	MustResume bool
	// Peer is the certificate that the client has shown on the control
	// connection; it must be that of the data connection too. nil: none is asked for.
	Peer *x509.Certificate
	// StrictEOF takes an upload for whole only if it ends with close_notify
	// (strict_ssl_read_eof), StrictShutdown a download only if the client has
	// answered with one (strict_ssl_write_shutdown).
	StrictEOF, StrictShutdown bool
	// Background runs what goes on for a moment after Close: a connection is
	// drained, so that unread bytes do not reset it.
	Background func(func())
}

// secured is the private part of a Stream.
type secured struct {
	Security
	conn  *tls.Conn
	guard *guard
}

// Secure makes the stream private before the first byte. The error has the
// cause CauseTLSHandshake or CauseTLSNotResumed, or what the guard says.
func (s *Stream) Secure(sec Security) error {
	below := &ticketHolder{guard: s.guard}
	config := sec.Config.Clone()
	// The control connection has checked all of that; resumption proves that
	// this is the same client. A session with a certificate resumes only where one
	// is asked for, and whoever does not resume must show the same.
	config.ClientAuth = tls.NoClientCert
	if sec.Peer != nil {
		config.ClientAuth = tls.RequireAnyClientCert
	}
	learnsTickets := false // and may not read one before it closes: see ticketHolder
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		learnsTickets = slices.Contains(hello.Extensions, sessionTicketExtension)
		return nil, nil
	}
	if sec.MustResume && config.CurvePreferences == nil {
		config.CurvePreferences = resumptionCurves
	}
	if config.NextProtos != nil {
		config.NextProtos = append([]string{"ftp-data"}, config.NextProtos...)
	}
	config.WrapSession = func(cs tls.ConnectionState, ss *tls.SessionState) ([]byte, error) {
		below.coming = cs.Version == tls.VersionTLS13 && learnsTickets
		return sec.Config.EncryptTicket(cs, ss)
	}
	conn := tls.Server(below, config)
	s.tls = &secured{Security: sec, conn: conn, guard: s.guard}
	if err := conn.HandshakeContext(s.ctx); err != nil {
		return s.tls.failed(err, ftp.CauseTLSHandshake)
	}
	state := conn.ConnectionState()
	switch {
	case sec.MustResume && !state.DidResume:
		return &Error{Cause: ftp.CauseTLSNotResumed, Seen: netx.RemoteAddrPort(s.guard.Conn)}
	case sec.Peer != nil && (len(state.PeerCertificates) == 0 || !sec.Peer.Equal(state.PeerCertificates[0])):
		return &Error{Cause: ftp.CauseTLSCertificate, Seen: netx.RemoteAddrPort(s.guard.Conn)}
	}
	s.conn = conn
	return nil
}

// sessionTicketExtension is the number of the extension of a ClientHello by which
// a client of TLS 1.2 asks for tickets.
const sessionTicketExtension = 35

// resumptionCurves are those of package tls but for the hybrid ones. The secret of the control
// connection goes into the keys of one that resumes its session (RFC 8446 §7.1), so what makes that
// one safe from quantum computers does so for this, and twice the work of agreeing on another
// secret makes nothing safer.
var resumptionCurves = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

// failed gives an error a cause, unless it has one from below.
func (t *secured) failed(err error, cause ftp.Cause) error {
	if t.guard.ctx.Err() != nil {
		return stopReason(t.guard.ctx, err)
	}
	if CauseOf(err) != "" {
		return err
	}
	return &Error{Cause: cause, Seen: netx.RemoteAddrPort(t.guard.Conn), Err: err}
}

// explain tells the end of the data from its loss. Package tls takes an end
// without close_notify between two records for an end; the guard knows better.
func (t *secured) explain(err error) error {
	switch {
	case isEOF(err) && !t.guard.ended:
		return err
	case isEOF(err), errors.Is(err, io.ErrUnexpectedEOF):
		if t.StrictEOF {
			return &Error{Cause: ftp.CauseTLSTruncated, Seen: netx.RemoteAddrPort(t.guard.Conn)}
		}
		return io.EOF
	}
	return t.failed(err, ftp.CauseDataReset)
}

// drainTimeout is how long a connection is drained after its end.
const drainTimeout = 2 * time.Second

// close sends close_notify, and lets the connection go without resetting it.
func (t *secured) close() error {
	if err := t.conn.CloseWrite(); err != nil && !t.guard.ended {
		_ = t.guard.Conn.Close()
		return t.failed(err, ftp.CauseDataReset)
	}
	if t.StrictShutdown {
		if err := t.awaitNotify(); err != nil {
			_ = t.guard.Conn.Close()
			return err
		}
	}
	half, ok := t.guard.Conn.(interface{ CloseWrite() error })
	if !ok || t.guard.ended || t.Background == nil || half.CloseWrite() != nil {
		return t.guard.Conn.Close()
	}
	t.Background(func() { drain(t.guard.Conn) })
	return nil
}

// awaitNotify reads until the client's close_notify.
func (t *secured) awaitNotify() error {
	buf := make([]byte, 512)
	for {
		_, err := t.conn.Read(buf)
		switch {
		case err == nil:
		case isEOF(err) && !t.guard.ended:
			return nil
		case isEOF(err), errors.Is(err, io.ErrUnexpectedEOF):
			return &Error{Cause: ftp.CauseTLSTruncated, Seen: netx.RemoteAddrPort(t.guard.Conn)}
		default:
			return t.failed(err, ftp.CauseDataReset)
		}
	}
}

// drain reads what nobody wants until the peer closes, and closes then.
func drain(conn net.Conn) {
	_ = conn.SetDeadline(time.Now().Add(drainTimeout))
	buf := make([]byte, 4096)
	for {
		if _, err := conn.Read(buf); err != nil {
			_ = conn.Close()
			return
		}
	}
}
