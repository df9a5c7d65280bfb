package daemon

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ferry/internal/account"
	"ferry/internal/config"
)

// clientCA signs certificates of clients.
type clientCA struct {
	file string // PEM
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newClientCA(t *testing.T) *clientCA {
	t.Helper()
	ca := &clientCA{file: filepath.Join(t.TempDir(), "ca.pem")}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "clients"}, SerialNumber: big.NewInt(1),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	var der []byte
	der, ca.key = sign(t, template, template, nil)
	var err error
	if ca.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ca.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return ca
}

// sign makes a key and a certificate for it, which signs itself if signer is nil.
func sign(t *testing.T, template, parent *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

// client is a certificate for a user, by common name and e-mail address.
func (ca *clientCA) client(t *testing.T, name string) tls.Certificate {
	t.Helper()
	der, key := sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, EmailAddresses: []string{name + "@example.com"}, SerialNumber: big.NewInt(2),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, ca.cert, ca.key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// certSettings want certificates of the authority's clients if they have some.
func certSettings(t *testing.T, ca *clientCA, users ...*account.User) config.Settings {
	t.Helper()
	s := virtualSettings(t, users...)
	s.SSLEnable, s.ValidateCert, s.CACertsFile, s.SSLCertLogin = true, true, ca.file, true
	s.LocalRoot = t.TempDir()
	return s
}

// dialCert connects to the server, and shows a certificate; none if that is nil.
func dialCert(t *testing.T, d *Daemon, cert *tls.Certificate) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", d.Status().Control[0].String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	r := bufio.NewReader(conn)
	talk(t, conn, r, "", "220")
	secure, sr, err := overTLS(t, conn, r, func(c *tls.Config) {
		if cert != nil {
			c.Certificates = []tls.Certificate{*cert}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return secure, sr
}

func TestLoginByCertificate(t *testing.T) {
	ca := newClientCA(t)
	s := certSettings(t, ca,
		&account.User{Name: "anna"},
		&account.User{Name: "far", Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		&account.User{Name: "old", Expires: time.Now().Add(-time.Hour).Truncate(time.Second)},
		&account.User{Name: "off", Disabled: true},
		&account.User{Name: "once", MaxSessions: 1},
	)
	d, _, _ := start(t, Options{Settings: s, Certificates: testSource(t), Users: []User{{Name: "carl", Password: "secret"}}})
	for _, tt := range []struct {
		of   string // the certificate is of; "" is none
		talk []string
	}{
		{"anna", []string{"USER anna", "232 ", "PASS x", "230 Already logged in.", "PWD", "257"}},
		{"carl", []string{"USER carl", "232 ", "PWD", "257"}},
		{"", []string{"USER anna", "331", "PASS x", "530", "USER anna", "331", "PASS secret", "230"}},
		{"anna", []string{"USER carl", "331", "PASS x", "530", "USER carl", "331", "PASS secret", "230"}},
		{"Anna", []string{"USER anna", "331", "PASS x", "530"}},
		{"anna", []string{"USER Anna", "331", "PASS x", "530"}},
		{"nobody", []string{"USER nobody", "530 Login incorrect.", "USER anna", "331", "PASS secret", "230"}},
		{"far", []string{"USER far", "530"}},
		{"old", []string{"USER old", "530 Login incorrect."}},
		{"off", []string{"USER off", "530 Login incorrect."}},
	} {
		t.Run(tt.of, func(t *testing.T) {
			var cert *tls.Certificate
			if tt.of != "" {
				c := ca.client(t, tt.of)
				cert = &c
			}
			conn, r := dialCert(t, d, cert)
			talk(t, conn, r, tt.talk...)
		})
	}
	once := ca.client(t, "once")
	conn, r := dialCert(t, d, &once)
	talk(t, conn, r, "USER once", "232")
	second, sr := dialCert(t, d, &once)
	talk(t, second, sr, "USER once", "530 You are logged in 1 times already, which is the limit.")
	talk(t, conn, r, "QUIT", "221")
}

// A certificate that nobody has signed proves no name, and neither does any if
// certificates are asked for but not checked.
func TestUncheckedCertificates(t *testing.T) {
	ca, strangers := newClientCA(t), newClientCA(t)
	anna := strangers.client(t, "anna")
	s := certSettings(t, ca, &account.User{Name: "anna"})
	d, _, _ := start(t, Options{Settings: s, Certificates: testSource(t)})
	conn, err := net.Dial("tcp", d.Status().Control[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	talk(t, conn, r, "", "220")
	_, _, err = overTLS(t, conn, r, func(c *tls.Config) {
		// In TLS 1.3 the client's handshake is over before the server has looked.
		c.Certificates, c.MaxVersion = []tls.Certificate{anna}, tls.VersionTLS12
	})
	if err == nil {
		t.Error("a certificate of strangers is accepted")
	}
	s.ValidateCert, s.RequireCert = false, true
	d, _, _ = start(t, Options{Settings: s, Certificates: testSource(t)})
	unchecked, ur := dialCert(t, d, &anna)
	talk(t, unchecked, ur, "USER anna", "331", "PASS x", "530")
}

// Two locks: the certificate says who may try, the password lets them in.
func TestCertificateMustMatch(t *testing.T) {
	ca := newClientCA(t)
	s := certSettings(t, ca, &account.User{Name: "anna"}, &account.User{Name: "bert"})
	s.SSLCertLogin, s.SSLCertMatch, s.SSLCertUser, s.AnonymousEnable, s.AllowAnonSSL = false, true, "mailbox", true, true
	d, _, _ := start(t, Options{Settings: s, Certificates: testSource(t)})
	anna := ca.client(t, "anna")
	conn, r := dialCert(t, d, &anna)
	talk(t, conn, r, "USER bert", "530 Login incorrect.", "USER anna", "331", "PASS x", "530", "USER anna", "331", "PASS secret", "230")
	conn, r = dialCert(t, d, nil)
	talk(t, conn, r, "USER anna", "530 Login incorrect.", "USER ftp", "331", "PASS x", "230")
	s.SSLCertLogin = true
	d, _, _ = start(t, Options{Settings: s, Certificates: testSource(t)})
	conn, r = dialCert(t, d, &anna)
	talk(t, conn, r, "USER bert", "530", "USER anna", "232")
}
