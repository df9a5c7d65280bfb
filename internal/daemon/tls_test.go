package daemon

import (
	"bufio"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/certs"
	"ferry/internal/config"
)

// testSource is a certificate in memory.
func testSource(t *testing.T) *certs.Source {
	t.Helper()
	source, err := certs.SelfSigned(certs.SelfSignedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// overTLS puts TLS on a connection, after AUTH TLS if it is explicit.
func overTLS(t *testing.T, conn net.Conn, r *bufio.Reader, change func(*tls.Config)) (*tls.Conn, *bufio.Reader, error) {
	t.Helper()
	if r != nil {
		talk(t, conn, r, "AUTH TLS", "234")
	}
	c := &tls.Config{InsecureSkipVerify: true, ServerName: "ftp.example.com"}
	if change != nil {
		change(c)
	}
	secure := tls.Client(conn, c)
	err := secure.HandshakeContext(t.Context())
	return secure, bufio.NewReader(secure), err
}

func TestTLSSettings(t *testing.T) {
	s := settings(t)
	s.SSLEnable, s.LocalRoot, s.DelayFailedLogin = true, s.AnonRoot, 0
	_, conn, r := start(t, Options{Settings: s, Certificates: testSource(t), Users: []User{{Name: "anna", Password: "secret"}}})
	talk(t, conn, r,
		"", "220",
		"USER anna", "530 Non-anonymous sessions must use encryption.",
		"USER ftp", "331", // who may not use it need not
		"PASS x", "230",
	)
	_, conn, r = start(t, Options{Settings: s, Certificates: testSource(t), Users: []User{{Name: "anna", Password: "secret"}}})
	talk(t, conn, r, "", "220")
	secure, sr, err := overTLS(t, conn, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, secure, sr,
		"USER ftp", "530 Anonymous sessions may not use encryption.",
		"USER anna", "331",
		"PASS secret", "230",
		"EPSV", "229",
		"LIST", "522 Data connections must be encrypted.",
		"CCC", "534",
	)
}

// Versions, suites, names and protocols that the settings do not allow end the
// handshake.
func TestTLSLimits(t *testing.T) {
	tests := []struct {
		name   string
		set    func(*config.Settings)
		client func(*tls.Config)
		ok     bool
	}{
		{"anything", func(*config.Settings) {}, nil, true},
		{"1.2 by default", func(*config.Settings) {}, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, true},
		{"1.1 never", func(s *config.Settings) { s.SSLTLSv11 = true }, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 }, false},
		{"1.2 switched off", func(s *config.Settings) { s.SSLTLSv12 = false }, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, false},
		{"1.3 switched off", func(s *config.Settings) { s.SSLTLSv13 = false }, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 }, false},
		{"the right name", func(s *config.Settings) { s.SSLSNIHostname = "FTP.example.com" }, nil, true},
		{"a wrong name", func(s *config.Settings) { s.SSLSNIHostname = "other.example.com" }, nil, false},
		{"ALPN ftp", func(*config.Settings) {}, func(c *tls.Config) { c.NextProtos = []string{"ftp"} }, true},
		{"ALPN http", func(*config.Settings) {}, func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} }, false},
		{"no certificate of the client", func(s *config.Settings) { s.RequireCert = true }, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }, false},
		{"a suite", func(s *config.Settings) { s.SSLCiphers = "ECDHE-ECDSA-CHACHA20-POLY1305"; s.SSLTLSv13 = false }, func(c *tls.Config) {
			c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}
		}, true},
		{"another suite", func(s *config.Settings) { s.SSLCiphers = "ECDHE-ECDSA-CHACHA20-POLY1305"; s.SSLTLSv13 = false }, func(c *tls.Config) {
			c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := settings(t)
			s.SSLEnable = true
			tt.set(&s)
			_, conn, r := start(t, Options{Settings: s, Certificates: testSource(t)})
			talk(t, conn, r, "", "220")
			if _, _, err := overTLS(t, conn, r, tt.client); (err == nil) != tt.ok {
				t.Errorf("handshake: %v", err)
			}
		})
	}
}

func TestImplicitListeners(t *testing.T) {
	for _, both := range []bool{true, false} {
		s := settings(t)
		s.SSLEnable, s.ImplicitSSL = true, !both
		if both {
			s.ImplicitSSLPort = uint32(freePort(t))
		}
		d, err := New(t.Context(), Options{
			Settings: s, Certificates: testSource(t), Log: slog.New(slog.DiscardHandler),
			Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
		})
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- d.Serve() }()
		st := d.Status()
		if len(st.Implicit) != 1 || (len(st.Control) == 1) != both || len(st.Fingerprints) != 1 {
			t.Errorf("%+v", st)
		}
		conn, err := net.Dial("tcp", st.Implicit[0].String())
		if err != nil {
			t.Fatal(err)
		}
		secure, r, err := overTLS(t, conn, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		talk(t, secure, r, "", "220", "QUIT", "221")
		_ = conn.Close()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = d.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func TestTLSFaults(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		set  func(*config.Settings)
		want string
	}{
		{func(s *config.Settings) { s.RSACertFile = "/nosuch.pem" }, "500 OOPS: SSL: cannot load RSA certificate"},
		{func(s *config.Settings) { s.RSACertFile = empty }, empty},
		{func(s *config.Settings) { s.SSLTLSv12, s.SSLTLSv13 = false, false }, "ssl_tlsv12"},
		{func(s *config.Settings) { s.SSLCiphers = "NOSUCH" }, "ssl_ciphers"},
		{func(s *config.Settings) { s.ValidateCert = true }, "ca_certs_file"},
		{func(s *config.Settings) { s.ValidateCert, s.CACertsFile = true, empty }, "ca_certs_file"},
	}
	for _, tt := range tests {
		s := settings(t)
		s.SSLEnable = true
		o := Options{Log: slog.New(slog.DiscardHandler), Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}}
		tt.set(&s)
		if s.RSACertFile == config.Defaults().RSACertFile {
			o.Certificates = testSource(t)
		}
		o.Settings = s
		d, err := New(t.Context(), o)
		if err == nil {
			_ = d.Shutdown(t.Context())
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}
