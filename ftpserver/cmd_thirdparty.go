package ftpserver

import (
	"context"
	"net/netip"
	"strings"

	"ferry/ftp"
	"ferry/internal/dtp"
)

// A server is the TLS server of its data connections (RFC 4217 §7). Between two
// servers one has to be the client: SSCN makes it so until it is taken back, CPSV for
// one connection. Neither is of an RFC; ProFTPD, Serv-U and glFTPd have them.
//
// Of the other server nothing is known but its address, so the certificate says
// nothing, and it cannot have a session of the control connection to resume. So there
// is this only where foreign data connections are allowed, and not where they
// must resume.

// cmdSscn says who is the TLS client of the data connections of files; listings are
// the client's business and stay as they are.
func cmdSscn(_ context.Context, s *session, arg string) (ftp.Reply, error) {
	if err := s.mayThirdParty(); err != nil {
		return ftp.Reply{}, err
	}
	switch strings.ToUpper(arg) {
	case "ON":
		s.sec.client = true
	case "OFF":
		s.sec.client = false
	case "":
	default:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadArgument, "Use SSCN ON or SSCN OFF.")
	}
	method := "SERVER"
	if s.sec.client {
		method = "CLIENT"
	}
	return ftp.Replyf(ftp.CodeOK, "SSCN:%s METHOD", method), nil
}

// cmdCpsv is PASV for a connection of which this end is the TLS client.
func cmdCpsv(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	if err := s.mayThirdParty(); err != nil {
		return ftp.Reply{}, err
	}
	if !s.sec.private {
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadSequence, "CPSV needs PROT P.")
	}
	r, err := cmdPasv(ctx, s, arg)
	s.cpsv = err == nil
	return r, err
}

// offersThirdParty reports whether data connections under TLS may go to another
// server.
func (s *session) offersThirdParty() bool {
	p := s.policy
	return s.srv.TLS != nil && !p.Security.RequireReuse && (p.Data.ActiveAnyAddress || p.Data.PassiveAnyPeer)
}

// mayThirdParty says so, and why not.
func (s *session) mayThirdParty() error {
	switch {
	case s.sec.config == nil:
		return ftp.Errorf(ftp.CodeBadSequence, "That needs a secure connection.")
	case !s.offersThirdParty():
		return dataRefusal(ftp.CodePolicyDenies, "Data connections to other servers are not allowed here.", ftp.CauseThirdParty, netip.AddrPort{}, netip.AddrPort{}, nil)
	}
	return nil
}

// protect makes a data connection private.
func (s *session) protect(st *dtp.Stream, dir Direction) error {
	if s.cpsv || s.sec.client && dir != Listing {
		return st.SecureTowards(s.dataSecurity())
	}
	return st.Secure(s.dataSecurity())
}
