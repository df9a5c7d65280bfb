package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// rsaKey is one RSA key for all tests, as making one takes long.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func ecKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A signed certificate and its key.
type signed struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// sign makes a certificate for a name and a key, valid around now unless change
// says otherwise; a nil issuer means that it signs itself.
func sign(t *testing.T, name string, key crypto.Signer, issuer *signed, change func(*x509.Certificate)) *signed {
	t.Helper()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		DNSNames:              []string{name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(90 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	parent, signer := template, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &signed{cert, key}
}

// authority turns a template into that of an authority.
func authority(c *x509.Certificate) {
	c.IsCA = true
	c.KeyUsage = x509.KeyUsageCertSign
}

// ecPair is a certificate on P-256 that signs itself.
func ecPair(t *testing.T, name string) *signed {
	t.Helper()
	return sign(t, name, ecKey(t, elliptic.P256()), nil, nil)
}

func certPEM(chain ...*signed) []byte {
	var text []byte
	for _, s := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert.Raw})...)
	}
	return text
}

func (s *signed) keyPEM(t *testing.T) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// bothPEM is certificate and key as vsftpd's default file has them.
func (s *signed) bothPEM(t *testing.T) []byte {
	t.Helper()
	return slices.Concat(certPEM(s), s.keyPEM(t))
}

// write writes a file of mode 0600 in place and returns its name.
func write(t *testing.T, elem []string, data []byte) string {
	t.Helper()
	name := filepath.Join(elem...)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// replace puts a new file in the place of name.
func replace(t *testing.T, name string, data []byte) {
	t.Helper()
	next := write(t, []string{name + ".next"}, data)
	if err := os.Rename(next, name); err != nil {
		t.Fatal(err)
	}
}

// settle makes files old, so that their time tells whether they change.
func settle(t *testing.T, names ...string) {
	t.Helper()
	old := time.Now().Add(-24 * time.Hour)
	for _, name := range names {
		if err := os.Chtimes(name, old, old); err != nil {
			t.Fatal(err)
		}
	}
}

// handshake connects a client with a server of the source and returns what the
// client has seen of the server.
func handshake(t *testing.T, source *Source, client *tls.Config) tls.ConnectionState {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	served := make(chan error, 1)
	server := tls.Server(far, &tls.Config{
		GetCertificate:         source.GetCertificate,
		SessionTicketsDisabled: true, // nobody would read the tickets
	})
	go func() { served <- server.Handshake() }()
	client = client.Clone()
	client.InsecureSkipVerify = true
	conn := tls.Client(near, client)
	if err := conn.Handshake(); err != nil {
		t.Fatalf("client: %v", err)
	}
	if err := <-served; err != nil {
		t.Fatalf("server: %v", err)
	}
	return conn.ConnectionState()
}
