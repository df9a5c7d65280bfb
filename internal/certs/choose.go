package certs

import (
	"crypto/tls"
	"time"
)

// GetCertificate is for tls.Config.GetCertificate. It returns the pair that suits
// the client best: one that its signature algorithms, curves, suites and version
// allow; among those one for the name that it asks for, then one in its time, then
// the first in the order of FromPairs. A client that none suits gets the first,
// so that the handshake fails with the reason. The error is always nil.
func (s *Source) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	pairs := s.current.Load().pairs
	best, bestRank := pairs[0].cert, 0
	if len(pairs) == 1 {
		return best, nil
	}
	// Whether a certificate suits includes the name; without one it is all the rest.
	nameless := *hello
	nameless.ServerName = ""
	now := time.Now()
	for _, p := range pairs {
		if nameless.SupportsCertificate(p.cert) != nil {
			continue
		}
		rank := 1
		if within(p.cert.Leaf, now) {
			rank++
		}
		if hello.ServerName != "" && p.cert.Leaf.VerifyHostname(hello.ServerName) == nil {
			rank += 2
		}
		if rank > bestRank {
			best, bestRank = p.cert, rank
		}
	}
	return best, nil
}
