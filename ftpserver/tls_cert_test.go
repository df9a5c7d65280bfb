package ftpserver_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"testing"
	"time"

	"ferry/ftpserver"
)

// newCertificate is a certificate of a client, from its first moment on.
func newCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotAfter: time.Now().Add(100 * 365 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// asksForCertificates makes the server ask, and want the same one on data
// connections.
func asksForCertificates(reuse bool) func(*world) {
	return withTLS(func(w *world) {
		w.srv.TLS.ClientAuth = tls.RequestClientCert
		w.srv.Policy.Security.RequireReuse = reuse
	})
}

// with is a client of its own that shows a certificate; none if that is nil.
func with(version uint16, cert *tls.Certificate) *tls.Config {
	c := clientConfig(version)
	if cert != nil {
		c.Certificates = []tls.Certificate{*cert}
	}
	return c
}

var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// A session with a certificate resumes like any other.
func TestCertificateSessionsResume(t *testing.T) {
	for name, version := range versions {
		t.Run(name, func(t *testing.T) {
			inWorld(t, asksForCertificates(true), func(w *world) {
				w.put("/file", "content")
				cert := newCertificate(t)
				s, config := w.dial(), with(version, &cert)
				s.auth(config)
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.do("PROT P", "200")
				for range 3 {
					data := s.private("RETR file", config)
					if b, err := io.ReadAll(data); string(b) != "content" || !data.ConnectionState().DidResume {
						t.Errorf("%q, %v, resumed %v", b, err, data.ConnectionState().DidResume)
					}
					s.expect("226")
				}
			})
		})
	}
}

// Where sessions need not resume, the certificate tells whose the data connection
// is.
func TestDataConnectionShowsTheCertificate(t *testing.T) {
	for name, version := range versions {
		t.Run(name, func(t *testing.T) {
			inWorld(t, asksForCertificates(false), func(w *world) {
				w.put("/file", "content")
				cert, other := newCertificate(t), newCertificate(t)
				s := w.dial()
				s.auth(with(version, &cert))
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.do("PROT P", "200")
				for _, tt := range []struct {
					who  string
					cert *tls.Certificate
					got  string
					want string
				}{
					{"the same", &cert, "content", "226"},
					{"another", &other, "", "522 SSL connection failed: not the certificate of the control connection (tls-certificate-mismatch)."},
					{"none", nil, "", "522 SSL connection failed (tls-handshake-failed)."},
				} {
					if b, _ := io.ReadAll(s.private("RETR file", with(version, tt.cert))); string(b) != tt.got {
						t.Errorf("%s: got %q", tt.who, b)
					}
					s.expect(tt.want)
				}
				// Who has shown none on the control connection is asked for none.
				s = w.dial()
				s.auth(with(version, nil))
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.do("PROT P", "200")
				if b, _ := io.ReadAll(s.private("RETR file", with(version, &other))); string(b) != "content" {
					t.Errorf("without a certificate: got %q", b)
				}
				s.expect("226")
			})
		})
	}
}

// vouched asks nobody under TLS for a password.
type vouched struct{ *world }

func (v vouched) Ask(_ context.Context, l ftpserver.Login) (bool, error) { return l.TLS == nil, nil }

func (v vouched) Authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if l.TLS != nil {
		l.Password = "secret"
	}
	return v.world.Authenticate(ctx, l)
}

// A login without a password is 232, unless it is anonymous.
func TestLoginByTLS(t *testing.T) {
	for _, anonymous := range []bool{false, true} {
		var logins []ftpserver.LoginInfo
		inWorld(t, withTLS(func(w *world) {
			w.srv.Accounts, w.user.Anonymous = vouched{w}, anonymous
			w.srv.Trace.Login = func(_ ftpserver.SessionInfo, l ftpserver.LoginInfo) { logins = append(logins, l) }
		}), func(w *world) {
			s := w.dial()
			s.do("USER u", "331")
			s.do("PASS wrong", "530")
			s.do("USER u", "331")
			s.do("PASS secret", "230")
			s = w.dial()
			s.auth(clientConfig(tls.VersionTLS13))
			if anonymous {
				s.do("USER u", "230 Login successful.")
				return
			}
			s.do("USER u", "232 Login successful, by certificate.")
			s.do("PASS whatever", "230 Already logged in.")
		})
		if len(logins) != 3 || logins[1].Certified || logins[2].Certified == anonymous {
			t.Errorf("anonymous %v: %+v", anonymous, logins)
		}
	}
}
