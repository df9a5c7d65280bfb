package interop_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/internal/peers"
)

// A copyServer is an end of copies between servers.
type copyServer struct {
	name string
	// start starts it so that it transfers to other servers, or does not; cert nil is
	// without TLS.
	start func(t *testing.T, foreign bool, cert *peers.Certificate) *peers.Server
	// sscn says that it can be the TLS client.
	sscn bool
}

// copyServers are the real servers that can transfer to others.
func copyServers() []copyServer {
	tlsOptions := func(cert *peers.Certificate) []string {
		return []string{
			"ssl_enable=YES", "allow_anon_ssl=YES", "force_anon_data_ssl=YES", "force_anon_logins_ssl=YES",
			"rsa_cert_file=" + cert.CertFile, "rsa_private_key_file=" + cert.KeyFile,
			"require_ssl_reuse=NO", "strict_ssl_read_eof=YES",
		}
	}
	promiscuous := func(foreign bool) []string {
		if foreign {
			return []string{"pasv_promiscuous=YES", "port_promiscuous=YES"}
		}
		return nil
	}
	return []copyServer{
		{name: peers.NameFerry, sscn: true, start: func(t *testing.T, foreign bool, cert *peers.Certificate) *peers.Server {
			if cert == nil {
				return peers.Ferry(t, peers.Config{Write: true, Options: promiscuous(foreign)})
			}
			return peers.Ferry(t, peers.Config{Write: true, Options: append(promiscuous(foreign), tlsOptions(cert)...)})
		}},
		{name: peers.NameVsftpd, start: func(t *testing.T, foreign bool, cert *peers.Certificate) *peers.Server {
			options := promiscuous(foreign)
			if cert != nil {
				options = append(append(options, "ssl_tlsv1=YES", "ssl_ciphers=HIGH"), tlsOptions(cert)...)
			}
			return peers.Vsftpd(t, peers.Config{Write: true, Options: options})
		}},
		{name: peers.NameProFTPD, sscn: true, start: func(t *testing.T, foreign bool, cert *peers.Certificate) *peers.Server {
			var options []string
			if foreign {
				options = append(options, "AllowForeignAddress on")
			}
			if cert != nil {
				for _, o := range peers.ProFTPDTLS(t, *cert) {
					if !strings.HasPrefix(o, "TLSProtocol ") {
						options = append(options, o)
					}
				}
				options = append(options, "TLSOptions NoSessionReuseRequired",
					"TLSCACertificateFile "+cert.CertFile, // as a client it verifies the other server
					// Having sent all, it closes without reading the tickets of TLS 1.3, which
					// costs the other server the end of the file.
					"TLSProtocol TLSv1.2")
			}
			return peers.ProFTPD(t, peers.Config{Write: true, Options: options})
		}},
		{name: peers.NamePureFTPd, start: func(t *testing.T, foreign bool, cert *peers.Certificate) *peers.Server {
			var options []string
			if foreign {
				options = append(options, "-w")
			}
			if cert != nil {
				options = append(options, "--tls=3", "--certfile="+bothInOne(t, *cert))
			}
			return peers.PureFTPd(t, peers.Config{Write: true, Options: options})
		}},
	}
}

// elsewhere dials from another address than the servers': data connections between
// them are foreign to both.
func elsewhere(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	return d.DialContext(ctx, network, address)
}

// copyConfig is that of the client of copies.
func copyConfig() ftpclient.Config {
	return ftpclient.Config{Dial: elsewhere, StepTimeout: 20 * time.Second}
}

// usable lists, and makes a directory.
func usable(t *testing.T, what string, conns ...*ftpclient.Conn) {
	t.Helper()
	for _, c := range conns {
		if _, err := listed(c, t); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestCopyBetween copies from every real server to every other one, from one whole and
// from an offset, and finds both usable behind that.
func TestCopyBetween(t *testing.T) {
	t.Parallel()
	whole := randomBytes(300_000)
	servers := copyServers()
	targets := make([]libraryTarget, len(servers))
	for i, s := range servers {
		targets[i] = anonymousTarget(s.start(t, true, nil), nil)
	}
	for i, from := range servers {
		for k, to := range servers {
			t.Run(from.name+" to "+to.name, func(t *testing.T) {
				a, b := targets[i].dial(t, copyConfig(), 0), targets[k].dial(t, copyConfig(), 0)
				name, dest := "from-"+to.name, "to-"+from.name
				if _, err := a.Store(t.Context(), name, bytes.NewReader(whole), 0); err != nil {
					t.Fatal(err)
				}
				for _, offset := range []int64{0, 100_000} {
					r, err := ftpclient.ThirdParty(t.Context(), a, b, name, dest, ftpclient.ThirdPartyOptions{Offset: offset})
					if err != nil || r.Bytes != int64(len(whole))-offset {
						t.Fatalf("from %d on: %+v, %v", offset, r, err)
					}
				}
				var got bytes.Buffer
				if _, err := b.Retrieve(t.Context(), &got, dest, 0); err != nil || !bytes.Equal(got.Bytes(), whole) {
					t.Errorf("%d bytes, %v", got.Len(), err)
				}
				if _, err := ftpclient.ThirdParty(t.Context(), a, b, "nosuch", dest, ftpclient.ThirdPartyOptions{}); ftpclient.Code(err) != 550 {
					t.Errorf("a file that is not there: %v", err)
				}
				usable(t, "afterwards", a, b)
			})
		}
	}
}

// TestCopyRefused has servers as they are by default: they refuse each other, say so in
// time, and are usable behind that.
func TestCopyRefused(t *testing.T) {
	for _, s := range copyServers() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			tg := anonymousTarget(s.start(t, false, nil), nil)
			other := anonymousTarget(s.start(t, false, nil), nil)
			a, b := tg.dial(t, copyConfig(), 0), other.dial(t, copyConfig(), 0)
			if _, err := a.Store(t.Context(), "file", bytes.NewReader(randomBytes(1000)), 0); err != nil {
				t.Fatal(err)
			}
			if _, err := ftpclient.ThirdParty(t.Context(), a, b, "file", "copy", ftpclient.ThirdPartyOptions{}); !errors.Is(err, ftpclient.ErrNoThirdParty) {
				t.Errorf("it came to %v", err)
			}
			usable(t, "afterwards", a, b)
		})
	}
}

// TestCopySecure copies under TLS wherever one of the two can be the client of it.
func TestCopySecure(t *testing.T) {
	t.Parallel()
	whole := randomBytes(300_000)
	servers := copyServers()
	targets := make([]libraryTarget, len(servers))
	cert := peers.NewCertificate(t)
	for i, s := range servers {
		targets[i] = anonymousTarget(s.start(t, true, &cert), &cert)
	}
	for i, from := range servers {
		for k, to := range servers {
			t.Run(from.name+" to "+to.name, func(t *testing.T) {
				a, b := targets[i].dial(t, copyConfig(), tls.VersionTLS12), targets[k].dial(t, copyConfig(), tls.VersionTLS12)
				name, dest := "from-"+to.name, "to-"+from.name
				if _, err := a.Store(t.Context(), name, bytes.NewReader(whole), 0); err != nil {
					t.Fatal(err)
				}
				r, err := ftpclient.ThirdParty(t.Context(), a, b, name, dest, ftpclient.ThirdPartyOptions{})
				if !from.sscn && !to.sscn {
					if !errors.Is(err, ftpclient.ErrWouldBeClear) {
						t.Errorf("without SSCN: %+v, %v", r, err)
					}
					return
				}
				if err != nil || !r.Private || r.Bytes != int64(len(whole)) {
					t.Fatalf("%+v, %v", r, err)
				}
				var got bytes.Buffer
				if _, err := b.Retrieve(t.Context(), &got, dest, 0); err != nil || !bytes.Equal(got.Bytes(), whole) {
					t.Errorf("%d bytes, %v", got.Len(), err)
				}
				usable(t, "afterwards", a, b)
			})
		}
	}
}
