package acme

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"
)

// Options say what to order, and where.
type Options struct {
	// Domains are the host names, each of which gets a certificate of its own; the
	// first is the default.
	Domains []string
	// Email is where the authority writes to; it may be empty.
	Email string
	// Directory is the URL of the authority; "" is Let's Encrypt. Whoever calls has
	// agreed to its terms.
	Directory string
	// Storage is a directory of the keeper's own.
	Storage string
	// RootsFile, if not "", holds certificates that sign that of the authority's web
	// server, beside the system's.
	RootsFile string
	// HTTPPort and TLSPort listen while an order is open, for HTTP-01 and
	// TLS-ALPN-01; 0 does without that challenge.
	HTTPPort, TLSPort uint16
	// ListenHost is the address of these ports; "" is every one.
	ListenHost string
	// Log is told of orders, renewals and failures. Required.
	Log *slog.Logger

	// For tests, which cannot wait: how often renewals are looked for, and how much of
	// a certificate's time must be left.
	checkEvery time.Duration
	renewAt    float64
}

// AuthorityURL is the directory that a setting of acme_directory means.
func AuthorityURL(setting string) string {
	if setting == "" {
		return certmagic.LetsEncryptProductionCA
	}
	return setting
}

// check finds what can be known to fail without asking anybody.
func (o *Options) check() error {
	if len(o.Domains) == 0 {
		return errors.New("no host name is given (acme_domains)")
	}
	for _, name := range o.Domains {
		switch {
		case strings.Contains(name, "*"):
			return fmt.Errorf("%q: a certificate for all names below another takes a challenge by DNS, which is not supported: name each host (acme_domains)", name)
		case !certmagic.SubjectQualifiesForCert(name):
			return fmt.Errorf("%q is no host name (acme_domains)", name)
		case o.Directory == "" && !certmagic.SubjectQualifiesForPublicCert(name):
			return fmt.Errorf("%q is a name of a private network, for which Let's Encrypt has no certificates: use --tls auto, or name an authority of your own (acme_directory)", name)
		}
	}
	if u, err := url.Parse(AuthorityURL(o.Directory)); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is no URL of an authority: it begins with https:// (acme_directory)", o.Directory)
	}
	if err := os.MkdirAll(o.Storage, 0o700); err != nil {
		return fmt.Errorf("no place to keep certificates (acme_storage): %w", err)
	}
	return nil
}

// roots are the system's certificates with those of RootsFile; nil if there is none.
func (o *Options) roots() (*x509.CertPool, error) {
	if o.RootsFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(o.RootsFile)
	if err != nil {
		return nil, fmt.Errorf("the authority's own certificates (acme_ca_file): %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("the authority's own certificates (acme_ca_file): %s holds no certificate", o.RootsFile)
	}
	return pool, nil
}
