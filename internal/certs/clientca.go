package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"os"
)

// ClientCAs reads the certificates of the authorities that clients' certificates
// must come from (ca_certs_file) and how many different ones there are, at least
// one. A certificate of the file that cannot be read is an error: to leave it out
// would lock out the clients that it vouches for.
func ClientCAs(file string) (*x509.CertPool, int, error) {
	f, err := readPEM(file, os.Open)
	if err != nil {
		return nil, 0, fmt.Errorf("client certificate authorities: %w", err)
	}
	chain, err := readChain(f)
	if err != nil {
		return nil, 0, fmt.Errorf("client certificate authorities: %w", err)
	}
	pool := x509.NewCertPool()
	different := make(map[[sha256.Size]byte]bool)
	for _, cert := range chain {
		pool.AddCert(cert)
		different[sha256.Sum256(cert.Raw)] = true
	}
	return pool, len(different), nil
}
