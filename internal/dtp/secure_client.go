package dtp

import (
	"bytes"
	"crypto/tls"
	"errors"

	"ferry/ftp"
)

// errOtherServer is a data connection that ends at another server than the
// control connection does.
var errOtherServer = errors.New("the certificate is not that of the control connection")

// SecureAsClient makes the stream private before the first byte, at the client:
// an FTP client is the TLS client in active mode too (RFC 4217 §7). config is
// that of the control connection, with its session cache; control is its state.
// The server must be the same one: it has resumed a session of the control
// connection, or shows the certificate that it has shown there. The error has the
// cause CauseTLSHandshake.
func (s *Stream) SecureAsClient(config *tls.Config, control tls.ConnectionState) error {
	config = config.Clone()
	verify := config.VerifyConnection
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		same := len(cs.PeerCertificates) > 0 && len(control.PeerCertificates) > 0 &&
			bytes.Equal(cs.PeerCertificates[0].Raw, control.PeerCertificates[0].Raw)
		if !cs.DidResume && !same {
			return errOtherServer
		}
		if verify != nil {
			return verify(cs)
		}
		return nil
	}
	conn := tls.Client(s.guard, config)
	// Who has received must know that it was all; who has sent waits for the
	// server to close, as its tickets are never read and would become a reset.
	sec := Security{Config: config, StrictEOF: true, Background: func(drain func()) { drain() }}
	s.tls = &secured{Security: sec, conn: conn, guard: s.guard}
	if err := conn.HandshakeContext(s.ctx); err != nil {
		return s.tls.failed(err, ftp.CauseTLSHandshake)
	}
	s.conn = conn
	return nil
}
