package certs

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// FromCurrent makes a source of pairs that somebody else keeps and renews: current
// returns those of the moment, the default first, and Reload asks it again. They
// stay in use while current fails.
func FromCurrent(current func() ([]tls.Certificate, error)) (*Source, error) {
	return newSource(func(*state) (*state, error) {
		all, err := current()
		if err != nil {
			return nil, err
		}
		if len(all) == 0 {
			return nil, errors.New("there is no certificate")
		}
		next := &state{}
		sum := sha256.New()
		for i := range all {
			cert := all[i]
			if len(cert.Certificate) == 0 {
				return nil, fmt.Errorf("certificate %d is empty", i+1)
			}
			if cert.Leaf, err = x509.ParseCertificate(cert.Certificate[0]); err != nil {
				return nil, fmt.Errorf("certificate %d: %w", i+1, err)
			}
			pair := Pair{Cert: cert.Leaf.Subject.CommonName}
			if len(cert.Leaf.DNSNames) > 0 {
				pair.Cert = cert.Leaf.DNSNames[0]
			}
			next.pairs = append(next.pairs, &loaded{pair: pair, cert: &cert})
			for _, der := range cert.Certificate {
				addSized(sum, der)
			}
		}
		sum.Sum(next.sum[:0])
		return next, nil
	})
}
