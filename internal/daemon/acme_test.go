package daemon

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// The server's certificate comes from the authority, and from the storage while the
// authority is away; its challenges are never answered at the port of FTP.
func TestACME(t *testing.T) {
	pebble := peers.StartPebble(t, 90*24*60*60)
	s := settings(t)
	s.SSLEnable, s.ImplicitSSL, s.AllowAnonSSL, s.ACMEDomains, s.ACMEAgree = true, true, true, "ftp.example.com, files.example.com", true
	s.ACMEDirectory, s.ACMECAFile, s.ACMEStorage = pebble.Directory, pebble.RootsFile, filepath.Join(t.TempDir(), "acme")
	s.ACMEHTTPPort, s.ACMETLSPort = uint32(pebble.HTTPPort), uint32(pebble.TLSPort)
	var log bytes.Buffer
	run := func() (fingerprints []string) {
		t.Helper()
		d, err := New(t.Context(), Options{
			Settings: s, Log: slog.New(slog.NewTextHandler(&log, nil)), Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
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
		for _, host := range []string{"ftp.example.com", "files.example.com"} {
			conn, err := net.Dial("tcp", d.Status().Implicit[0].String())
			if err != nil {
				t.Fatal(err)
			}
			secure, r, err := overTLS(t, conn, nil, func(c *tls.Config) { c.ServerName = host })
			if err != nil {
				t.Fatal(err)
			}
			leaf := secure.ConnectionState().PeerCertificates[0]
			if err := leaf.VerifyHostname(host); err != nil || !strings.HasPrefix(leaf.Issuer.CommonName, "Pebble Intermediate") {
				t.Errorf("%v, by %s", err, leaf.Issuer)
			}
			talk(t, secure, r, "", "220", "USER ftp", "331", "PASS x", "230", "QUIT", "221")
			_ = conn.Close()
		}
		conn, err := net.Dial("tcp", d.Status().Implicit[0].String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _, err = overTLS(t, conn, nil, func(c *tls.Config) { c.ServerName, c.NextProtos = "ftp.example.com", []string{"acme-tls/1"} })
		if err == nil {
			t.Error("a challenge is answered at the port of FTP")
		}
		return d.Status().Fingerprints
	}
	ordered := run()
	for _, want := range []string{"certificates come by ACME", "hosts=ftp.example.com,files.example.com", "http-01=127.0.0.1:", "tls-alpn-01=127.0.0.1:", `msg="the certificate has come" host=files.example.com`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
	pebble.Stop()
	if stored := run(); len(stored) != 2 || stored[0] != ordered[0] || stored[1] != ordered[1] {
		t.Errorf("%q after a start without the authority, %q before", stored, ordered)
	}
	s.ACMEDomains = "new.example.com"
	_, err := New(t.Context(), Options{Settings: s, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "500 OOPS: SSL: cannot get certificates (acme_domains): no certificate for new.example.com from "+pebble.Directory) {
		t.Errorf("%v", err)
	}
}
