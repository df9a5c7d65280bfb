package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	// DefaultLifetime is the time that a self-signed certificate is valid: the
	// longest that all clients accept of any certificate is 398 days.
	DefaultLifetime = 397 * 24 * time.Hour
	// DefaultRenewBefore is how long before its end it is renewed.
	DefaultRenewBefore = 30 * 24 * time.Hour
	// clockSkew is how far a client's clock may be behind.
	clockSkew = time.Hour
	// selfSignedBy is the organization in the subject by which a certificate of
	// SelfSigned is known again.
	selfSignedBy = "ferry self-signed"
	// maxCommonName is the most that a common name may have (RFC 5280 §A.1).
	maxCommonName = 64
)

// SelfSignedOptions say what SelfSigned makes.
type SelfSignedOptions struct {
	// Hosts are the host names and addresses that the certificate is for, names
	// also as *.example.org; empty means localhost, 127.0.0.1 and ::1. A kept
	// certificate that lacks one of them is made anew, with another fingerprint.
	Hosts []string
	// Dir is a directory in which the pair is kept, so that the fingerprint stays
	// the same when the server starts again. It is made if it is missing. Empty
	// means that the pair is only in memory.
	Dir string
	// Lifetime is how long a new certificate is valid; 0 means DefaultLifetime.
	Lifetime time.Duration
	// RenewBefore is how long before its end a certificate is replaced; 0 means
	// DefaultRenewBefore, but never more than a third of Lifetime.
	RenewBefore time.Duration
}

// SelfSigned makes a source with one ECDSA key on P-256 and a certificate that it
// signs itself, or takes the one that is kept in opts.Dir while it has time left.
// Clients can only trust it by its Fingerprint. Reload renews it in time.
func SelfSigned(opts SelfSignedOptions) (*Source, error) {
	opts, err := opts.complete()
	if err != nil {
		return nil, fmt.Errorf("self-signed certificate: %w", err)
	}
	if opts.Dir != "" {
		return newSource(opts.nextKept)
	}
	return newSource(opts.nextInMemory)
}

// complete fills in the defaults and checks the hosts.
func (o SelfSignedOptions) complete() (SelfSignedOptions, error) {
	if o.Lifetime < 0 || o.RenewBefore < 0 {
		return o, errors.New("its lifetime and the time of its renewal must not be negative")
	}
	if o.Lifetime == 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.RenewBefore == 0 {
		o.RenewBefore = DefaultRenewBefore
	}
	// Else it would be renewed at every look.
	o.RenewBefore = min(o.RenewBefore, o.Lifetime/3)
	if len(o.Hosts) == 0 {
		o.Hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	hosts := make([]string, 0, len(o.Hosts))
	for _, host := range o.Hosts {
		host, err := canonicalHost(host)
		if err != nil {
			return o, err
		}
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	o.Hosts = hosts
	return o, nil
}

// canonicalHost is a host as it stands in a certificate: an address without zone
// and brackets, or a name in lower case without the dot at its end.
func canonicalHost(host string) (string, error) {
	address, _, _ := strings.Cut(strings.Trim(host, "[]"), "%")
	if ip := net.ParseIP(address); ip != nil {
		return ip.String(), nil
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if len(name) > 253 {
		return "", fmt.Errorf("the host name %q is longer than 253 bytes", host)
	}
	for label := range strings.SplitSeq(strings.TrimPrefix(name, "*."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", fmt.Errorf("%q is neither an address nor a host name: write letters, digits, hyphens and dots, "+
				"other scripts as xn--…", host)
		}
	}
	return name, nil
}

// generate makes a new key and its certificate.
func (o SelfSignedOptions) generate(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{Organization: []string{selfSignedBy}},
		NotBefore:             now.Add(-clockSkew),
		NotAfter:              now.Add(o.Lifetime),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, // and no authority
	}
	if len(o.Hosts[0]) <= maxCommonName {
		template.Subject.CommonName = o.Hosts[0]
	}
	for _, host := range o.Hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// due reports whether a certificate has to be replaced at now. One that has not
// begun stays: the clock of a machine that has just started may be wrong, and the
// fingerprint must outlive that.
func (o SelfSignedOptions) due(leaf *x509.Certificate, now time.Time) bool {
	return leaf.NotAfter.Sub(now) < o.RenewBefore
}

// covers reports whether a certificate is for all hosts.
func (o SelfSignedOptions) covers(leaf *x509.Certificate) bool {
	for _, host := range o.Hosts {
		ip := net.ParseIP(host)
		switch {
		case ip != nil && slices.ContainsFunc(leaf.IPAddresses, ip.Equal):
		case ip == nil && slices.Contains(leaf.DNSNames, host):
		default:
			return false
		}
	}
	return true
}

// nextInMemory is the state that follows current where nothing is kept.
func (o SelfSignedOptions) nextInMemory(current *state) (*state, error) {
	now := time.Now()
	if current != nil && !o.due(current.pairs[0].cert.Leaf, now) {
		return current, nil
	}
	cert, err := o.generate(now)
	if err != nil {
		return nil, fmt.Errorf("self-signed certificate: %w", err)
	}
	return memoryState(cert), nil
}
