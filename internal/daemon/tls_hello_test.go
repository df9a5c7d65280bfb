package daemon

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Host names choose among certificates, and may be asked for strictly.
func TestCertificatesByHostName(t *testing.T) {
	dir := t.TempDir()
	var pairs []string
	for _, host := range []string{"a.example", "b.example"} {
		der, key := sign(t, hostTemplate(host), hostTemplate(host), nil)
		keyDER, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		cert, keyFile := filepath.Join(dir, host+".pem"), filepath.Join(dir, host+".key")
		for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: keyDER}} {
			if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		pairs = append(pairs, cert+","+keyFile)
	}
	s := settings(t)
	s.SSLEnable, s.SSLCertPairs = true, strings.Join(pairs, ";")
	for _, tt := range []struct {
		hosts  string // ssl_sni_hostname
		alpn   bool   // ssl_alpn_strict
		asks   string
		speaks []string
		want   string // whose certificate; "" is refused
	}{
		{"", false, "a.example", nil, "a.example"},
		{"", false, "b.example", nil, "b.example"},
		{"", false, "c.example", nil, "a.example"},
		{"a.example, b.example", false, "B.example", nil, "b.example"},
		{"a.example,b.example", false, "c.example", nil, ""},
		{"", true, "b.example", nil, ""},
		{"", true, "b.example", []string{"ftp"}, "b.example"},
		{"", true, "b.example", []string{"http/1.1", "ftp"}, "b.example"},
		{"", true, "b.example", []string{"h2", "http/1.1"}, ""},
		{"", false, "b.example", []string{"acme-tls/1"}, ""},
	} {
		s.SSLSNIHostname, s.SSLALPNStrict = tt.hosts, tt.alpn
		_, conn, r := start(t, Options{Settings: s})
		talk(t, conn, r, "", "220")
		secure, _, err := overTLS(t, conn, r, func(c *tls.Config) { c.ServerName, c.NextProtos = tt.asks, tt.speaks })
		got := ""
		if err == nil {
			got = secure.ConnectionState().PeerCertificates[0].DNSNames[0]
		}
		if got != tt.want {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
}

func hostTemplate(host string) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, SerialNumber: big.NewInt(3),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour),
	}
}

// A browser at a port of implicit TLS is turned away by ALPN, or by what it says.
func TestHTTPOverTLS(t *testing.T) {
	s := settings(t)
	s.SSLEnable, s.ImplicitSSL, s.AllowAnonSSL = true, true, true
	d, err := New(t.Context(), Options{
		Settings: s, Certificates: testSource(t), Log: slog.New(slog.DiscardHandler),
		Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.Serve() }()
	defer func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = d.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Error(err)
		}
	}()
	addr := d.Status().Implicit[0].String()
	if conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}}); err == nil {
		_ = conn.Close()
		t.Error("a client of HTTP by ALPN is served")
	}
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: %s\r\n\r\nUSER ftp\r\nPASS x\r\n", addr)
	all := new(strings.Builder)
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
	}
	if text := all.String(); strings.Contains(text, "331") || strings.Contains(text, "230") {
		t.Errorf("what comes behind a request of HTTP is obeyed:\n%s", text)
	}
}
