package ftpserver

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"ferry/internal/wire"
)

// SecurityPolicy is about TLS (RFC 4217).
type SecurityPolicy struct {
	// Allow lets a user log in, or stay, under TLS (allow_anon_ssl for the
	// anonymous).
	Allow bool
	// RequireLogin refuses a login in clear, RequireData a data connection in
	// clear (force_*_logins_ssl, force_*_data_ssl).
	RequireLogin, RequireData bool
	// RequireReuse refuses a data connection that does not resume the TLS
	// session of its own control connection (require_ssl_reuse).
	RequireReuse bool
	// StrictReadEOF wants close_notify at the end of an upload,
	// StrictWriteShutdown the client's answer at the end of a download
	// (strict_ssl_read_eof, strict_ssl_write_shutdown).
	StrictReadEOF, StrictWriteShutdown bool
	// ClearCommands offers CCC: the control connection goes back to clear text
	// after login, so that firewalls can read PORT and PASV (RFC 4217 §12.3).
	ClearCommands bool
}

// security is what TLS has made of a session.
type security struct {
	config  *tls.Config       // of this session: its tickets are good for it alone
	conn    *tls.Conn         // nil while the control connection is in clear
	raw     net.Conn          // what is below it
	secured bool              // it was private at login; stays so after CCC
	peer    *x509.Certificate // the client's; nil if it has shown none
	private bool              // PROT P
	client  bool              // SSCN ON: the TLS client on data connections of files
}

// secure puts TLS on the control connection. Whatever fails ends the session.
func (s *session) secure(ctx context.Context) error {
	config := s.srv.TLS.Clone()
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	config.SetSessionTicketKeys([][32]byte{key})
	raw := s.conn.NetConn()
	conn := tls.Server(wire.ExactRecords(raw), config)
	_ = raw.SetDeadline(s.handshakeEnd())
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	_ = raw.SetDeadline(time.Time{})
	s.writeUntil = time.Time{}
	if err := s.conn.Upgrade(conn); err != nil {
		return err
	}
	state := conn.ConnectionState()
	s.sec = security{config: config, conn: conn, raw: raw, secured: true}
	if len(state.PeerCertificates) > 0 {
		s.sec.peer = state.PeerCertificates[0]
	}
	s.info.TLS = state.Version
	return nil
}

// clear takes TLS off the control connection again: each end says close_notify,
// and what follows is plain.
func (s *session) clear() error {
	_ = s.sec.raw.SetDeadline(s.handshakeEnd())
	if err := s.sec.conn.CloseWrite(); err != nil {
		return err
	}
	buf := make([]byte, 1)
	if n, err := s.sec.conn.Read(buf); n > 0 || !isEOF(err) {
		return errNoNotify
	}
	_ = s.sec.raw.SetDeadline(time.Time{})
	s.writeUntil = time.Time{}
	if err := s.conn.Upgrade(s.sec.raw); err != nil {
		return err
	}
	s.sec.conn = nil
	s.info.TLS = 0
	return nil
}

var errNoNotify = sessionError("the client sent something else than the end of TLS after CCC")
