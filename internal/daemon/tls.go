package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"strings"
	"time"

	"ferry/ftpserver"
	"ferry/internal/acme"
	"ferry/internal/certs"
	"ferry/internal/config"
)

// watchCertificates is how often the files of certificates are looked at.
const watchCertificates = 10 * time.Second

// transport is the TLS of a server.
type transport struct {
	config *tls.Config
	source *certs.Source
	keeper *acme.Keeper // nil if no certificates are ordered
	cancel context.CancelFunc
	over   <-chan struct{}
}

// newTransport makes the TLS that the settings ask for; nil if they do not.
// given is used instead of the files of the settings.
func newTransport(ctx context.Context, s *config.Settings, given *certs.Source, log *slog.Logger) (*transport, error) {
	if !s.SSLEnable {
		return nil, nil
	}
	// A client that names protocols must name ours: what is meant for another server
	// ends here (ALPACA, CVE-2021-3618).
	t := &transport{source: given, config: &tls.Config{NextProtos: []string{"ftp"}}}
	if err := t.limit(s, log); err != nil {
		return nil, err
	}
	if err := t.askClients(s); err != nil {
		return nil, err
	}
	t.config.GetConfigForClient = greetings(s)
	if err := t.open(ctx, s, log); err != nil {
		return nil, err
	}
	source := t.source
	t.config.GetCertificate = source.GetCertificate
	for _, text := range source.Warnings() {
		log.Warn(text)
	}
	ctx, t.cancel = context.WithCancel(context.WithoutCancel(ctx))
	t.over = source.Watch(ctx, watchCertificates, func(changed bool, err error) {
		switch {
		case err != nil:
			log.Warn("the certificate's files have changed and cannot be used, the old one stays", "err", err)
		case changed:
			log.Info("the certificate was read anew", "fingerprint", certs.Fingerprint(source.Leaves()[0]))
		}
	})
	return t, nil
}

// limit chooses versions and cipher suites.
func (t *transport) limit(s *config.Settings, log *slog.Logger) error {
	low, high, notes, err := certs.Versions(s.SSLTLSv1, s.SSLTLSv11, s.SSLTLSv12, s.SSLTLSv13, s.SSLSSLv2, s.SSLSSLv3)
	if err != nil {
		return oops("SSL: no version of TLS is left", "ssl_tlsv12", err)
	}
	for _, note := range notes {
		log.Info(note)
	}
	t.config.MinVersion, t.config.MaxVersion = low, high
	if s.SSLCiphers == "" || s.SSLCiphers == config.Defaults().SSLCiphers {
		return nil // vsftpd's default knows no ECDSA certificate; Go's choice is right
	}
	suites, unknown, err := certs.CipherSuites(s.SSLCiphers)
	if err != nil {
		return oops("SSL: could not set cipher list", "ssl_ciphers", err)
	}
	if len(unknown) > 0 {
		log.Warn("some cipher suites of ssl_ciphers are not available", "unknown", strings.Join(unknown, ":"))
	}
	t.config.CipherSuites = suites
	return nil
}

// askClients says what is asked of clients' certificates. One that nobody would
// look at is not asked for: package tls then sends the session ticket of TLS 1.3
// a round trip later, and a quick client opens its data connection without it.
func (t *transport) askClients(s *config.Settings) error {
	switch {
	case s.ValidateCert && s.RequireCert:
		t.config.ClientAuth = tls.RequireAndVerifyClientCert
	case s.ValidateCert:
		t.config.ClientAuth = tls.VerifyClientCertIfGiven
	case s.RequireCert:
		t.config.ClientAuth = tls.RequireAnyClientCert
	}
	if !s.ValidateCert {
		return nil
	}
	if s.CACertsFile == "" {
		return oops("SSL: cannot load CA certificates", "ca_certs_file", errors.New("validate_cert=YES needs the certificates that sign those of clients"))
	}
	pool, _, err := certs.ClientCAs(s.CACertsFile)
	if err != nil {
		return oops("SSL: cannot load CA certificates", "ca_certs_file", err)
	}
	t.config.ClientCAs = pool
	return nil
}

// close ends the watching of files.
func (t *transport) close() {
	t.cancel()
	<-t.over
	if t.keeper != nil {
		t.keeper.Close()
	}
}

// securityOf is what the settings want of sessions.
func securityOf(s *config.Settings, anonymous bool) ftpserver.SecurityPolicy {
	if !s.SSLEnable {
		return ftpserver.SecurityPolicy{}
	}
	p := ftpserver.SecurityPolicy{
		Allow: true, RequireLogin: s.ForceLocalLoginsSSL, RequireData: s.ForceLocalDataSSL,
		RequireReuse: s.RequireSSLReuse, StrictReadEOF: s.StrictSSLReadEOF, StrictWriteShutdown: s.StrictSSLWriteShutdown,
		ClearCommands: s.CCCEnable,
	}
	if anonymous {
		p.Allow, p.RequireLogin, p.RequireData = s.AllowAnonSSL || s.ForceAnonLoginsSSL, s.ForceAnonLoginsSSL, s.ForceAnonDataSSL
	}
	return p
}
