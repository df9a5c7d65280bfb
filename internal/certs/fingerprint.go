package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
)

// Fingerprint is the SHA-256 of a certificate as people compare it and as
// openssl x509 -fingerprint -sha256 prints it: 32 pairs of upper-case hexadecimal
// digits with colons between them.
func Fingerprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}
