package ftpclient

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
)

// KnownHosts remembers the certificates of servers that no authority vouches for.
type KnownHosts interface {
	// Pin is the fingerprint (Fingerprint) of the certificate that is trusted at
	// the server ("host:port"); "" if there is none.
	Pin(server string) (fingerprint string, err error)
	// Trust is asked about a certificate at a server without a pin; why is what
	// is wrong with it. It keeps the pin and returns nil, or an error if the
	// certificate is not to be trusted.
	Trust(server string, cert *x509.Certificate, why error) error
}

// Fingerprint is the SHA-256 of a certificate in hexadecimal digits.
func Fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return hex.EncodeToString(sum[:])
}

// CertificateError is a certificate that neither an authority nor the user vouches
// for. It is wrapped by the *Error of Dial.
type CertificateError struct {
	Server string
	Cert   *x509.Certificate
	// Pinned is the fingerprint of the certificate that is trusted instead; ""
	// if the server was not known.
	Pinned string
	// Err is what is wrong with the certificate, or why it was not trusted.
	Err error
}

// Error names the certificates by their fingerprints.
func (e *CertificateError) Error() string {
	if e.Pinned != "" {
		return fmt.Sprintf("the certificate of %s has changed: it is %s and was %s; if its administrator confirms that, forget the old one (%v)",
			e.Server, Fingerprint(e.Cert), e.Pinned, e.Err)
	}
	return fmt.Sprintf("the certificate of %s (SHA-256 %s) is not trusted: %v", e.Server, Fingerprint(e.Cert), e.Err)
}

// Unwrap gives what is wrong.
func (e *CertificateError) Unwrap() error { return e.Err }

var errNoCertificate = errors.New("the server has shown no certificate")

// recognise makes config ask an authority first and known then. It returns the
// configuration of data connections, at which the certificate must be that of the
// control connection, so that nobody need be asked again.
func (c *Conn) recognise(config *tls.Config) (data *tls.Config) {
	data = config
	if c.cfg.KnownHosts == nil || config.InsecureSkipVerify {
		return data
	}
	verify := config.VerifyConnection
	config.InsecureSkipVerify = true // as it is done below
	data = config.Clone()
	config.VerifyConnection = func(cs tls.ConnectionState) error {
		if err := c.vouched(config, cs); err != nil {
			return err
		}
		if verify != nil {
			return verify(cs)
		}
		return nil
	}
	return data
}

// vouched looks for somebody who vouches for a server's certificate.
func (c *Conn) vouched(config *tls.Config, cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return errNoCertificate
	}
	cert := cs.PeerCertificates[0]
	options := x509.VerifyOptions{Roots: config.RootCAs, DNSName: config.ServerName, Intermediates: x509.NewCertPool()}
	if config.Time != nil {
		options.CurrentTime = config.Time()
	}
	for _, further := range cs.PeerCertificates[1:] {
		options.Intermediates.AddCert(further)
	}
	_, why := cert.Verify(options)
	if why == nil {
		return nil
	}
	failed := &CertificateError{Server: c.addr, Cert: cert, Err: why}
	pin, err := c.cfg.KnownHosts.Pin(c.addr)
	switch {
	case err != nil:
		failed.Err = err
		return failed
	case pin == Fingerprint(cert):
		return nil
	case pin != "":
		failed.Pinned = pin
		return failed
	}
	if err := c.cfg.KnownHosts.Trust(c.addr, cert, why); err != nil {
		failed.Err = err
		return failed
	}
	return nil
}
