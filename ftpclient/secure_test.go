package ftpclient_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/ftpserver"
)

// offersTLS lets a server speak TLS as strictly as it can.
func offersTLS(config *tls.Config) func(*ftpserver.Server) {
	return func(s *ftpserver.Server) {
		s.TLS = config
		s.Policy.Security = ftpserver.SecurityPolicy{
			Allow: true, RequireLogin: true, RequireData: true, RequireReuse: true, StrictReadEOF: true, ClearCommands: true,
		}
	}
}

// A certificate that no authority vouches for is asked about once, and then it
// must stay the same.
func TestKnownHosts(t *testing.T) {
	server, trusted := both(t)
	addr, _ := serve(t, offersTLS(server))
	path := filepath.Join(t.TempDir(), "state", "known_hosts")
	asked := 0
	refuse := errors.New("the user said no")
	var answer error
	known := ftpclient.NewFileKnownHosts(path, func(server string, cert *x509.Certificate, why error) error {
		asked++
		if server != addr || cert == nil || why == nil {
			t.Errorf("asked about %s, %v", server, why)
		}
		return answer
	})
	cfg := &ftpclient.Config{TLS: ftpclient.TLSExplicit, KnownHosts: known}
	dial := func() error {
		c, err := ftpclient.Dial(t.Context(), addr, cfg)
		if err != nil {
			return err
		}
		if err := c.Login(t.Context(), "anna", "secret", ""); err != nil {
			return err
		}
		if _, err := c.Store(t.Context(), "file", strings.NewReader("content"), 0); err != nil {
			return err
		}
		return c.Quit(t.Context())
	}
	answer = refuse
	e, ok := errors.AsType[*ftpclient.CertificateError](dial())
	if !ok || e.Pinned != "" || !errors.Is(e, refuse) || asked != 1 {
		t.Fatalf("refused: %v", e)
	}
	answer = nil
	for range 2 {
		if err := dial(); err != nil || asked != 2 {
			t.Fatalf("trusted: asked %d times, %v", asked, err)
		}
	}
	// An authority is asked first.
	cfg.TLSConfig = trusted
	if found, err := known.Forget(addr); err != nil || !found {
		t.Fatal(found, err)
	}
	if err := dial(); err != nil || asked != 2 {
		t.Errorf("vouched for: asked %d times, %v", asked, err)
	}
	cfg.TLSConfig = nil
	pin := strings.Repeat("ab", 32)
	if err := os.WriteFile(path, []byte("# mine\n"+addr+" sha256:"+pin), 0o600); err != nil {
		t.Fatal(err)
	}
	e, ok = errors.AsType[*ftpclient.CertificateError](dial())
	if !ok || e.Pinned != pin || asked != 2 || !strings.Contains(e.Error(), "changed") {
		t.Errorf("changed: %v", e)
	}
	if found, err := known.Forget(addr); err != nil || !found {
		t.Fatal(found, err)
	}
	if err := dial(); err != nil || asked != 3 {
		t.Errorf("forgotten: asked %d times, %v", asked, err)
	}
	if text, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(text), "# mine\n"+addr+" sha256:") {
		t.Errorf("%s, %v", text, err)
	}
	if err := os.WriteFile(path, []byte(addr+" ???\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := dial(); err == nil || !strings.Contains(err.Error(), "known_hosts:1") {
		t.Errorf("a line that means nothing: %v", err)
	}
}

// After CCC commands are in clear, and files are not.
func TestClearCommand(t *testing.T) {
	server, client := both(t)
	addr, _ := serve(t, offersTLS(server))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := client.Clone()
		config.MinVersion, config.MaxVersion = version, version
		c := connect(t, addr, &ftpclient.Config{TLS: ftpclient.TLSExplicit, TLSConfig: config})
		if state := c.TLS(); state == nil || state.Version != version {
			t.Errorf("it speaks %+v", state)
		}
		if err := c.ClearCommand(t.Context()); err != nil || c.TLS() != nil {
			t.Fatalf("%s: %v", tls.VersionName(version), err)
		}
		for range 3 {
			if r, err := c.Store(t.Context(), "file", strings.NewReader("content"), 0); err != nil || !r.Private {
				t.Fatalf("%s: %+v, %v", tls.VersionName(version), r, err)
			}
		}
		if err := c.ClearCommand(t.Context()); err == nil {
			t.Error("it is in clear already")
		}
		if err := c.Quit(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// backward is a server that wants data connections of TLS 1.2, as one does that
// does not recognise sessions of TLS 1.3, and a client's certificate if config does.
// With hello it does not get as far as a handshake where 1.3 is offered.
func backward(t *testing.T, config *tls.Config, newest uint16, hello bool) string {
	t.Helper()
	forData := config.Clone()
	forData.GetConfigForClient = func(offer *tls.ClientHelloInfo) (*tls.Config, error) {
		if hello && slices.Max(offer.SupportedVersions) > newest {
			return nil, errors.New("too new")
		}
		return nil, nil
	}
	return listen(t, func(conn net.Conn) {
		data, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return
		}
		defer data.Close()
		lines := bufio.NewReader(conn)
		say := func(format string, args ...any) { _, _ = fmt.Fprintf(conn, format+"\r\n", args...) }
		say("220 ready")
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			switch verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); verb {
			case "AUTH":
				say("234 go on")
				conn = tls.Server(conn, config)
				lines = bufio.NewReader(conn)
			case "EPSV":
				say("229 here (|||%d|)", data.Addr().(*net.TCPAddr).Port)
			case "STOR":
				say("150 comes")
				raw, err := data.Accept()
				if err != nil {
					return
				}
				_ = raw.SetDeadline(time.Now().Add(20 * time.Second))
				dc := tls.Server(raw, forData)
				if err := dc.Handshake(); err != nil || dc.ConnectionState().Version > newest {
					_ = raw.Close()
					say("522 session reuse required")
					continue
				}
				if config.ClientAuth != tls.NoClientCert && len(dc.ConnectionState().PeerCertificates) == 0 {
					_ = raw.Close()
					say("522 who are you?")
					continue
				}
				_, err = io.Copy(io.Discard, dc)
				_ = dc.Close()
				if err != nil {
					say("426 %v", err)
					continue
				}
				say("226 done")
			case "PWD":
				say(`257 "/"`)
			case "FEAT":
				say("500 what?")
			default:
				say("230 ok")
			}
		}
	})
}

// A pool goes on with TLS 1.2 where data connections of TLS 1.3 are refused, unless
// it may not.
func TestOlderTLS(t *testing.T) {
	server, client := both(t)
	for _, tt := range []struct {
		name   string
		newest uint16
		min    uint16
		hello  bool
		good   bool
	}{
		{"refused", tls.VersionTLS12, 0, false, true},
		{"refused at once", tls.VersionTLS12, 0, true, true},
		{"not refused", tls.VersionTLS13, 0, false, true},
		{"refused, but 1.3 is a must", tls.VersionTLS12, tls.VersionTLS13, false, false},
		{"refused whatever it is", 0, 0, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := client.Clone()
			config.MinVersion = tt.min
			p := ftpclient.NewPool(ftpclient.PoolConfig{
				Address: backward(t, server, tt.newest, tt.hello), User: "anna", Password: "secret", Backoff: time.Millisecond, Retries: 2,
				Config: &ftpclient.Config{TLS: ftpclient.TLSExplicit, TLSConfig: config, Modes: []ftpclient.Mode{ftpclient.EPSV}},
			})
			for _, size := range []int{10, 3 << 20} {
				_, err := p.Store(t.Context(), "file", bytes.NewReader(content(size)), 0)
				if (err == nil) != tt.good {
					t.Errorf("%d bytes: %v", size, err)
				}
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// The client's certificate is shown on both connections.
func TestClientCertificate(t *testing.T) {
	server, client := both(t)
	own, err := server.GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	server.ClientAuth = tls.RequireAnyClientCert
	addr := backward(t, server, tls.VersionTLS13, false)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		config := client.Clone()
		config.MaxVersion = version
		config.Certificates = []tls.Certificate{*own}
		c := connect(t, addr, &ftpclient.Config{TLS: ftpclient.TLSExplicit, TLSConfig: config})
		for range 3 {
			if _, err := c.Store(t.Context(), "file", strings.NewReader("content"), 0); err != nil {
				t.Errorf("%s: %v", tls.VersionName(version), err)
			}
		}
	}
	if c, err := ftpclient.Dial(t.Context(), addr, &ftpclient.Config{TLS: ftpclient.TLSExplicit, TLSConfig: client}); err == nil {
		if err := c.Login(t.Context(), "anna", "secret", ""); err == nil {
			t.Error("nobody has asked for the certificate")
		}
	}
}
