package ftpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"strings"

	"ferry/ftp"
)

// cmdAuth starts TLS (RFC 4217 §4). The handshake comes after the reply; what
// the client has sent in clear beyond the command is thrown away with the
// session, as somebody else may have put it there.
func cmdAuth(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	switch strings.ToUpper(arg) {
	case "TLS", "TLS-C", "SSL", "TLS-P":
	default:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "Unknown AUTH type.")
	}
	switch {
	case s.srv.TLS == nil:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "TLS is not available here.")
	case s.sec.secured:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadSequence, "The control connection has had its TLS already.")
	}
	s.after = s.startTLS
	return ftp.Replyf(ftp.CodeAuthOK, "Proceed with negotiation."), nil
}

// startTLS runs after the 234 is written.
func (s *session) startTLS(ctx context.Context) {
	if s.conn.Buffered() {
		s.finish(ftp.CauseProtocol, errPipelined)
		return
	}
	if err := s.secure(ctx); err != nil {
		s.finish(ftp.CauseTLSHandshake, err)
		return
	}
	s.sec.private = false
}

var errPipelined = sessionError("plain text was sent behind AUTH")

// cmdPbsz must come before PROT, and its value means nothing with TLS
// (RFC 4217 §8).
func cmdPbsz(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	if s.sec.conn == nil {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadSequence, "PBSZ needs a secure connection.")
	}
	return ftp.Replyf(ftp.CodeOK, "PBSZ set to 0."), nil
}

// cmdProt says whether data connections are private (RFC 4217 §9).
func cmdProt(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	if s.sec.conn == nil {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadSequence, "PROT needs a secure connection.")
	}
	switch strings.ToUpper(arg) {
	case "P":
		s.sec.private = true
		return ftp.Replyf(ftp.CodeOK, "PROT now Private."), nil
	case "C":
		if s.state == stateIn && s.policy.Security.RequireData {
			return ftp.Reply{}, ftp.Errorf(ftp.CodeProtPolicy, "Data connections must be encrypted.")
		}
		s.sec.private = false
		return ftp.Replyf(ftp.CodeOK, "PROT now Clear."), nil
	case "S", "E":
		return ftp.Reply{}, ftp.Errorf(ftp.CodeProtNotSupported, "PROT not supported.")
	}
	return ftp.Reply{}, ftp.Errorf(ftp.CodeNotForParameter, "PROT not recognised.")
}

// cmdCcc takes TLS off the control connection, where the policy lets it
// (RFC 4217 §12.3). Data connections stay as they are.
func cmdCcc(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	switch {
	case s.sec.conn == nil:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeCCCNotPrivate, "The control connection is not protected.")
	case !s.policy.Security.ClearCommands:
		return ftp.Reply{}, ftp.Errorf(ftp.CodePolicyDenies, "CCC is not allowed here.")
	}
	s.after = func(context.Context) {
		if s.conn.Buffered() {
			s.finish(ftp.CauseProtocol, errPipelined)
			return
		}
		if err := s.clear(); err != nil {
			s.finish(ftp.CauseProtocol, err)
		}
	}
	return ftp.Replyf(ftp.CodeOK, "The control connection is in clear from here."), nil
}

// mayLoginSo checks what the policy of a user wants of the control connection.
func (s *session) mayLoginSo(p *SecurityPolicy, anonymous bool) error {
	who := "Non-anonymous"
	if anonymous {
		who = "Anonymous"
	}
	switch {
	case s.sec.conn == nil && p.RequireLogin:
		return ftp.Errorf(ftp.CodeNotLoggedIn, "%s sessions must use encryption.", who)
	case s.sec.conn != nil && !p.Allow:
		return ftp.Errorf(ftp.CodeNotLoggedIn, "%s sessions may not use encryption.", who)
	}
	return nil
}

// connectionState is what a login may know of TLS; nil in clear.
func (s *session) connectionState() *tls.ConnectionState {
	if s.sec.conn == nil {
		return nil
	}
	state := s.sec.conn.ConnectionState()
	return &state
}

func isEOF(err error) bool { return errors.Is(err, io.EOF) }
