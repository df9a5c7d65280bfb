package daemon

import (
	"crypto/tls"
	"fmt"

	"ferry/ftpserver"
	"ferry/internal/certs"
	"ferry/internal/config"
)

// certified reports whether the certificate of the client stands for the password
// of the user whom the login names (ssl_cert_login).
func certified(s *config.Settings, l ftpserver.Login) bool {
	return s.SSLCertLogin && namedBy(l.TLS, s.SSLCertUser, l.Name)
}

// mayName refuses a name that is not the certificate's, where it must be
// (ssl_cert_match). It asks nothing of anonymous logins.
func mayName(s *config.Settings, l ftpserver.Login) error {
	if !s.SSLCertMatch || namedBy(l.TLS, s.SSLCertUser, l.Name) {
		return nil
	}
	if name, ok := certs.UserOf(l.TLS, s.SSLCertUser); ok {
		return fmt.Errorf("the client's certificate is that of the user %q, not of %q (ssl_cert_match)", name, l.Name)
	}
	return fmt.Errorf("no certificate of the client names the user %q (ssl_cert_match)", l.Name)
}

// namedBy reports whether a verified certificate names exactly this user.
func namedBy(state *tls.ConnectionState, how, user string) bool {
	name, ok := certs.UserOf(state, how)
	return ok && name == user
}
