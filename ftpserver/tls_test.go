package ftpserver_test

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/netx"
	"ferry/internal/wire"
	"ferry/vfs/osfs"
)

// testCertificate is a certificate that nobody checks.
var testCertificate = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(100 * 365 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
})

// withTLS makes the server of a world offer TLS.
func withTLS(change func(*world)) func(*world) {
	return func(w *world) {
		w.srv.TLS = &tls.Config{Certificates: []tls.Certificate{testCertificate()}, MinVersion: tls.VersionTLS12}
		w.srv.Policy.Security = ftpserver.SecurityPolicy{Allow: true, RequireReuse: true, StrictReadEOF: true}
		if change != nil {
			change(w)
		}
	}
}

// clientConfig remembers sessions of its own.
func clientConfig(version uint16) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: true, ServerName: "test", MinVersion: version, MaxVersion: version,
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
	}
}

// auth puts TLS on the control connection.
func (s *session) auth(config *tls.Config) {
	s.w.t.Helper()
	s.do("AUTH TLS", "234")
	s.handshake(config)
}

func (s *session) handshake(config *tls.Config) {
	s.w.t.Helper()
	conn := tls.Client(s.conn, config)
	if err := conn.Handshake(); err != nil {
		s.w.t.Fatal(err)
	}
	s.conn, s.r = conn, bufio.NewReader(conn)
}

// private is passive, then the command, its 150, and TLS.
func (s *session) private(command string, config *tls.Config) *tls.Conn {
	s.w.t.Helper()
	data := s.passive()
	s.do(command, "150")
	return tls.Client(data, config)
}

func TestExplicitTLS(t *testing.T) {
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, withTLS(nil), func(w *world) {
				w.put("/file", strings.Repeat("content", 100_000))
				s, config := w.dial(), clientConfig(version)
				if feat := s.do("FEAT", "211").String(); !strings.Contains(feat, " AUTH TLS /") || !strings.Contains(feat, " PROT /") {
					t.Errorf("%s", feat)
				}
				s.do("PBSZ 0", "503")
				s.do("AUTH KERBEROS", "504")
				s.auth(config)
				s.do("PROT P", "200") // without PBSZ, as some clients do
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.do("AUTH TLS", "503")
				s.do("PBSZ 0", "200")
				s.do("PROT S", "536")
				s.do("PROT X", "504")
				s.do("PROT P", "200")
				s.do("TYPE I", "200")
				if stat := s.do("STAT", "211").String(); !strings.Contains(stat, "under TLS, data connections are under TLS") {
					t.Errorf("%s", stat)
				}
				for i := range 5 { // more transfers than tickets
					data := s.private("RETR file", config)
					got, err := io.ReadAll(data)
					if err != nil || len(got) != 700_000 {
						t.Fatalf("%d: %d bytes, %v", i, len(got), err)
					}
					if !data.ConnectionState().DidResume {
						t.Errorf("%d: not resumed", i)
					}
					_ = data.Close()
					s.expect("226")
					data = s.private(fmt.Sprintf("STOR up%d", i), config)
					_, err = data.Write(got)
					if err != nil {
						t.Fatal(err)
					}
					_ = data.Close()
					s.expect("226")
					if back, _ := w.get(fmt.Sprintf("/up%d", i)); back != string(got) {
						t.Errorf("%d: stored %d bytes", i, len(back))
					}
				}
				s.do("QUIT", "221")
				synctest.Wait()
				for _, m := range w.moved {
					if !m.Private {
						t.Errorf("%+v is not private", m)
					}
				}
			})
		})
	}
}

// A data connection proves that it belongs to the session by resuming it: a
// stranger cannot, and a ticket of another session of the same user will not do.
func TestDataConnectionMustResume(t *testing.T) {
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, withTLS(nil), func(w *world) {
				w.put("/file", "content")
				config, other := clientConfig(version), clientConfig(version)
				s, second := w.dial(), w.dial()
				for s, config := range map[*session]*tls.Config{s: config, second: other} {
					s.auth(config)
					s.do("USER u", "331")
					s.do("PASS secret", "230")
					s.do("PROT P", "200")
				}
				// A listing makes the second session's client hold tickets for sure.
				_, _ = io.ReadAll(second.private("NLST", other))
				second.expect("226")

				for who, c := range map[string]*tls.Config{"nobody's": clientConfig(version), "another session's": other} {
					data := s.private("RETR file", c)
					if b, _ := io.ReadAll(data); len(b) > 0 {
						t.Errorf("%s ticket got %q", who, b)
					}
					s.expect("522 SSL connection failed: session reuse required")
				}
				// Not private at all.
				data := s.passive()
				s.do("RETR file", "150")
				_, _ = io.WriteString(data, "this is no TLS at all")
				s.expect("522 SSL connection failed (tls-handshake-failed)")
				// And the session goes on.
				if b, err := io.ReadAll(s.private("RETR file", config)); string(b) != "content" {
					t.Errorf("%q, %v", b, err)
				}
				s.expect("226")
			})
		})
	}
}

func TestReuseNotRequired(t *testing.T) {
	inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.RequireReuse = false }), func(w *world) {
		w.put("/file", "content")
		s := w.dial()
		s.auth(clientConfig(tls.VersionTLS13))
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		s.do("PROT P", "200")
		if b, err := io.ReadAll(s.private("RETR file", clientConfig(tls.VersionTLS13))); string(b) != "content" {
			t.Errorf("%q, %v", b, err)
		}
		s.expect("226")
	})
}

// An upload that ends without close_notify may have been cut.
// TestKeyExchangeOfData has the hybrid exchange on the control connection, whose secret protects
// data connections that must resume its session.
func TestKeyExchangeOfData(t *testing.T) {
	for _, must := range []bool{true, false} {
		inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.RequireReuse = must }), func(w *world) {
			w.put("/file", "content")
			s := w.dial()
			config := clientConfig(tls.VersionTLS13)
			s.auth(config)
			control := s.conn.(*tls.Conn).ConnectionState()
			s.do("USER u", "331")
			s.do("PASS secret", "230")
			s.do("PROT P", "200")
			data := s.private("RETR file", config)
			if b, err := io.ReadAll(data); string(b) != "content" {
				t.Errorf("%q, %v", b, err)
			}
			s.expect("226")
			got := data.ConnectionState()
			want := tls.X25519MLKEM768
			if must {
				want = tls.X25519
			}
			if control.CurveID != tls.X25519MLKEM768 || got.CurveID != want || !got.DidResume {
				t.Errorf("must resume %v: %v, then %v, resumed %v", must, control.CurveID, got.CurveID, got.DidResume)
			}
		})
	}
}

func TestTruncatedUpload(t *testing.T) {
	for _, strict := range []bool{true, false} {
		inWorld(t, withTLS(func(w *world) {
			w.srv.Policy.Security.StrictReadEOF, w.srv.Policy.Upload.DeleteFailed = strict, true
		}), func(w *world) {
			s, config := w.dial(), clientConfig(tls.VersionTLS13)
			s.auth(config)
			s.do("USER u", "331")
			s.do("PASS secret", "230")
			s.do("PROT P", "200")
			s.do("TYPE I", "200")
			raw := s.passive()
			s.do("STOR up", "150")
			data := tls.Client(raw, config)
			_, _ = io.WriteString(data, "part")
			_ = raw.(interface{ CloseWrite() error }).CloseWrite()
			if strict {
				s.expect("426 Failure reading network stream (tls-truncated)")
				if _, err := w.get("/up"); err == nil {
					t.Error("the upload is kept")
				}
			} else {
				s.expect("226")
				if got, _ := w.get("/up"); got != "part" {
					t.Errorf("%q", got)
				}
			}
		})
	}
}

func TestStrictWriteShutdown(t *testing.T) {
	inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.StrictWriteShutdown = true }), func(w *world) {
		w.put("/file", "content")
		s, config := w.dial(), clientConfig(tls.VersionTLS13)
		s.auth(config)
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		s.do("PROT P", "200")
		data := s.private("RETR file", config)
		_, _ = io.ReadAll(data)
		_ = data.Close()
		s.expect("226")
		raw := s.passive()
		s.do("RETR file", "150")
		_, _ = io.ReadAll(tls.Client(raw, config))
		_ = raw.Close()
		s.expect("426 Failure writing network stream (tls-truncated)")
	})
}

func TestTLSPolicies(t *testing.T) {
	inWorld(t, withTLS(func(w *world) {
		w.srv.Policy.Security.RequireLogin, w.srv.Policy.Security.RequireData = true, true
		w.srv.FailedLoginDelay = 0
	}), func(w *world) {
		s := w.dial()
		s.do("USER u", "331")
		s.do("PASS secret", "530 Non-anonymous sessions must use encryption.")
		config := clientConfig(tls.VersionTLS13)
		s.auth(config)
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		s.do("EPSV", "229")
		s.do("LIST", "522 Data connections must be encrypted.")
		s.do("PROT C", "534")
		s.do("PROT P", "200")
		s.do("CCC", "534")
		s.do("REIN", "502")
		_, _ = io.ReadAll(s.private("LIST", config))
		s.expect("226")
	})
	inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.Allow = false }), func(w *world) {
		s := w.dial()
		s.auth(clientConfig(tls.VersionTLS13))
		s.do("USER u", "331")
		s.do("PASS secret", "530 Non-anonymous sessions may not use encryption.")
	})
}

// After CCC commands are in clear, data connections still private.
func TestCCC(t *testing.T) {
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.ClearCommands = true }), func(w *world) {
				w.put("/file", "content")
				s, config := w.dial(), clientConfig(version)
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.do("CCC", "533")
				s = w.dial()
				raw := s.conn
				s.conn = wire.ExactRecords(raw) // the server's first plain reply may follow at once
				s.auth(config)
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.do("PROT P", "200")
				s.do("CCC", "200")
				// The first plain command comes right behind close_notify.
				_ = s.conn.(*tls.Conn).CloseWrite()
				_ = raw.SetDeadline(time.Time{}) // package tls has set one
				if _, err := io.WriteString(raw, "PWD\r\n"); err != nil {
					t.Fatal(err)
				}
				if n, err := s.conn.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
					t.Fatalf("the server does not say close_notify: %v", err)
				}
				s.conn, s.r = raw, bufio.NewReader(raw)
				s.expect("257")
				if b, err := io.ReadAll(s.private("RETR file", config)); string(b) != "content" {
					t.Errorf("%q, %v", b, err)
				}
				s.expect("226")
				s.do("QUIT", "221")
			})
		})
	}
}

func TestImplicitTLS(t *testing.T) {
	inWorld(t, withTLS(nil), func(w *world) {
		w.put("/file", "content")
		l, err := w.host.Listen(w.t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, 990)})
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- w.srv.ServeTLS(l) }()
		defer func() { _, _ = w.srv.Close(), <-served }()
		conn, err := w.client.Dial(w.t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, 990)})
		if err != nil {
			t.Fatal(err)
		}
		s, config := &session{w: w, host: w.client, conn: conn}, clientConfig(tls.VersionTLS13)
		s.handshake(config)
		s.expect("220")
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		if b, err := io.ReadAll(s.private("RETR file", config)); string(b) != "content" {
			t.Errorf("%q, %v", b, err)
		}
		s.expect("226")

		// Plain text there ends at once.
		conn, err = w.client.Dial(w.t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, 990)})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, "USER u\r\n")
		synctest.Wait()
		if w.ended[0].Cause != ftp.CauseTLSHandshake {
			t.Errorf("ended by %q", w.ended[0].Cause)
		}
		_ = conn.Close()
	})
}

// A silent client holds a handshake for half a minute and no longer.
func TestHandshakeTimeout(t *testing.T) {
	inWorld(t, withTLS(nil), func(w *world) {
		s := w.dial()
		s.do("AUTH TLS", "234")
		start := time.Now()
		_, err := s.r.ReadByte()
		if d := time.Since(start); err == nil || d != 30*time.Second {
			t.Errorf("%v after %v", err, d)
		}
	})
}

// Clients that send and close, and never read what the server has said on the
// data connection: over real sockets an unread session ticket would reset it.
func TestUploadsByClientsThatNeverRead(t *testing.T) {
	dir := t.TempDir()
	store, err := osfs.New(dir, osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	srv := &ftpserver.Server{
		Accounts: benchAccounts{store}, Policy: ftpserver.DefaultPolicy(), PassiveMin: 20300, PassiveMax: 20309, PassiveTurn: time.Second,
		TLS: &tls.Config{Certificates: []tls.Certificate{testCertificate()}, MinVersion: tls.VersionTLS12},
	}
	srv.Policy.Security = ftpserver.SecurityPolicy{Allow: true, RequireReuse: true, StrictReadEOF: true}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() { _, _ = srv.Close(), <-served }()

	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t}
	s := &session{w: w, conn: conn, r: bufio.NewReader(conn)}
	config := clientConfig(tls.VersionTLS13)
	s.expect("220")
	s.auth(config)
	s.do("USER u", "331")
	s.do("PASS p", "230")
	s.do("PROT P", "200")
	s.do("TYPE I", "200")
	content := make([]byte, 3<<20)
	_, _ = rand.Read(content)
	for i := range 20 {
		port, err := ftp.ParseExtPassive(s.do("EPSV", "229").Text())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		s.do(fmt.Sprintf("STOR up%d", i), "150")
		// OpenSSL takes no byte more than it needs from the socket, either.
		data := tls.Client(wire.ExactRecords(raw), config)
		if _, err := data.Write(content); err != nil {
			t.Fatal(err)
		}
		_ = data.CloseWrite()
		_ = raw.Close() // at once, nothing read
		s.expect("226")
		got, err := os.ReadFile(fmt.Sprintf("%s/up%d", dir, i))
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("%d: stored %d bytes, %v", i, len(got), err)
		}
	}
}
