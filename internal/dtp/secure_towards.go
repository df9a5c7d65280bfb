package dtp

import (
	"crypto/tls"

	"ferry/ftp"
)

// SecureTowards makes the stream private before the first byte, at a server that is
// the TLS client of another server (SSCN, CPSV). Config is as for Secure, of which
// the versions and ciphers count; nobody knows what certificate the other one
// should have. The error has the cause CauseTLSHandshake.
func (s *Stream) SecureTowards(sec Security) error {
	conn := tls.Client(s.guard, &tls.Config{
		MinVersion: sec.Config.MinVersion, MaxVersion: sec.Config.MaxVersion, CipherSuites: sec.Config.CipherSuites,
		CurvePreferences:   sec.Config.CurvePreferences,
		InsecureSkipVerify: true, // a server is not told whose connection it will be
	})
	s.tls = &secured{Security: sec, conn: conn, guard: s.guard}
	if err := conn.HandshakeContext(s.ctx); err != nil {
		return s.tls.failed(err, ftp.CauseTLSHandshake)
	}
	s.conn = conn
	return nil
}
