package certs

import (
	"crypto/elliptic"
	"crypto/x509"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestClientCAs(t *testing.T) {
	dir := t.TempDir()
	a := sign(t, "A", ecKey(t, elliptic.P256()), nil, authority)
	b := sign(t, "B", ecKey(t, elliptic.P256()), nil, authority)
	stranger := sign(t, "Stranger", ecKey(t, elliptic.P256()), nil, authority)
	file := write(t, []string{dir, "cas.pem"}, slices.Concat(certPEM(a), []byte("# the second one\n"), certPEM(b, a)))
	pool, n, err := ClientCAs(file)
	if err != nil || n != 2 {
		t.Fatalf("%d authorities, %v", n, err)
	}
	for _, issuer := range []*signed{a, b, stranger} {
		client := sign(t, "client", ecKey(t, elliptic.P256()), issuer, nil)
		_, err := client.cert.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if (err == nil) != (issuer != stranger) {
			t.Errorf("client of %s: %v", issuer.cert.Subject, err)
		}
	}
	text := certPEM(a, b)
	for name, want := range map[string]string{
		filepath.Join(dir, "none.pem"):                                "none.pem",
		write(t, []string{dir, "key.pem"}, a.keyPEM(t)):               "no certificate",
		write(t, []string{dir, "empty.pem"}, nil):                     "it is empty",
		write(t, []string{dir, "cut.pem"}, text[:len(text)-30]):       "not written to its end",
		write(t, []string{dir, "text.pem"}, []byte("no certificate")): "no PEM block",
	} {
		if _, _, err := ClientCAs(name); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
