package ftpclient_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/ftpserver"
	"ferry/internal/certs"
	"ferry/vfs"
	"ferry/vfs/memfs"
)

// accounts lets everybody in, to one store.
type accounts struct{ fsys vfs.FS }

func (accounts) Ask(context.Context, ftpserver.Login) (bool, error) { return true, nil }

func (a accounts) Authenticate(_ context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if l.Password != "secret" {
		return nil, errors.New("wrong password")
	}
	return &ftpserver.User{Name: l.Name, FS: a.fsys, Access: vfs.Policy{Allow: vfs.PermAll}}, nil
}

// serve starts a server on loopback.
func serve(t *testing.T, set func(*ftpserver.Server)) (addr string, fsys vfs.FS) {
	t.Helper()
	fsys = memfs.New()
	srv := &ftpserver.Server{Accounts: accounts{fsys}, Policy: ftpserver.DefaultPolicy(), PassiveMin: 20000, PassiveMax: 40000}
	if set != nil {
		set(srv)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() {
		_ = srv.Close()
		if err := <-served; !errors.Is(err, ftpserver.ErrServerClosed) {
			t.Error(err)
		}
	})
	return l.Addr().String(), fsys
}

// connect logs in.
func connect(t *testing.T, addr string, cfg *ftpclient.Config) *ftpclient.Conn {
	t.Helper()
	c, err := ftpclient.Dial(t.Context(), addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(t.Context(), "anna", "secret", ""); err != nil {
		t.Fatal(err)
	}
	return c
}

// both makes a server's and a client's part of TLS.
func both(t *testing.T) (server *tls.Config, client *tls.Config) {
	t.Helper()
	source, err := certs.SelfSigned(certs.SelfSignedOptions{Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(source.Leaves()[0])
	return &tls.Config{GetCertificate: source.GetCertificate}, &tls.Config{RootCAs: pool}
}

// TestEveryMode stores, lists and retrieves in each mode, in clear and under TLS.
func TestEveryMode(t *testing.T) {
	server, client := both(t)
	for _, private := range []bool{false, true} {
		addr, _ := serve(t, func(s *ftpserver.Server) {
			if private {
				s.TLS = server
				s.Policy.Security = ftpserver.SecurityPolicy{
					Allow: true, RequireLogin: true, RequireData: true, RequireReuse: true, StrictReadEOF: true, StrictWriteShutdown: true,
				}
			}
		})
		for _, mode := range []ftpclient.Mode{ftpclient.EPSV, ftpclient.PASV, ftpclient.EPRT, ftpclient.PORT} {
			cfg := &ftpclient.Config{Modes: []ftpclient.Mode{mode}}
			if private {
				cfg.TLS, cfg.TLSConfig = ftpclient.TLSExplicit, client
			}
			c := connect(t, addr, cfg)
			content := strings.Repeat("line\r\n", 50_000)
			name := "file-" + string(mode)
			r, err := c.Store(t.Context(), name, strings.NewReader(content), 0)
			if err != nil || r.Mode != mode || r.Bytes != int64(len(content)) || r.Private != private {
				t.Fatalf("%s, private %v: store: %+v, %v", mode, private, r, err)
			}
			var got bytes.Buffer
			if _, err := c.Retrieve(t.Context(), &got, name, 0); err != nil || got.String() != content {
				t.Errorf("%s: %d bytes, %v", mode, got.Len(), err)
			}
			got.Reset()
			if _, err := c.Retrieve(t.Context(), &got, name, int64(len(content)-6)); err != nil || got.String() != "line\r\n" {
				t.Errorf("%s: from the offset: %q, %v", mode, got.String(), err)
			}
			found := false
			for e, err := range c.List(t.Context(), "") {
				if err != nil {
					t.Errorf("%s: list: %v", mode, err)
				}
				found = found || e.Name == name && e.Size == int64(len(content))
			}
			if !found {
				t.Errorf("%s: the listing lacks %s", mode, name)
			}
			if err := c.Quit(t.Context()); err != nil {
				t.Errorf("%s: %v", mode, err)
			}
		}
	}
}

// A hundred uploads in a row over TLS 1.3 lose nothing.
func TestUploadsInARow(t *testing.T) {
	server, client := both(t)
	addr, _ := serve(t, func(s *ftpserver.Server) {
		s.TLS = server
		s.Policy.Security = ftpserver.SecurityPolicy{Allow: true, RequireData: true, RequireReuse: true, StrictReadEOF: true}
	})
	c := connect(t, addr, &ftpclient.Config{TLS: ftpclient.TLSExplicit, TLSConfig: client})
	for i := range 100 {
		if _, err := c.Store(t.Context(), "up", strings.NewReader(strings.Repeat("x", i)), 0); err != nil {
			t.Fatalf("upload %d: %v", i, err)
		}
		if n, err := c.Size(t.Context(), "up"); n != int64(i) || err != nil {
			t.Fatalf("upload %d: %d bytes, %v", i, n, err)
		}
	}
}

// What is given up early leaves a usable connection.
func TestGivenUp(t *testing.T) {
	addr, _ := serve(t, nil)
	c := connect(t, addr, nil)
	big := strings.Repeat("x", 4<<20)
	if _, err := c.Store(t.Context(), "big", strings.NewReader(big), 0); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		full := errors.New("no more room")
		_, err := c.Retrieve(t.Context(), &limited{left: 1000, err: full}, "big", 0)
		if !errors.Is(err, full) || ftpclient.CauseOf(err) != ftp.CauseAborted {
			t.Fatalf("a full disk at this end: %v", err)
		}
		for _, err := range c.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, err = c.Retrieve(ctx, writerFunc(func(b []byte) (int, error) { cancel(); return len(b), nil }), "big", 0)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a context that ends: %v", err)
		}
		if n, err := c.Size(t.Context(), "big"); n != int64(len(big)) || err != nil {
			t.Fatalf("afterwards: %d, %v", n, err)
		}
	}
}

type limited struct {
	left int
	err  error
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, l.err
	}
	return len(b), nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestErrors(t *testing.T) {
	addr, _ := serve(t, nil)
	if _, err := ftpclient.Dial(t.Context(), "127.0.0.1:1", nil); err == nil {
		t.Error("nobody listens there")
	}
	c := connect(t, addr, nil)
	_, err := c.Retrieve(t.Context(), io.Discard, "nosuch", 0)
	if ftpclient.Code(err) != 550 || !strings.Contains(err.Error(), "RETR nosuch") {
		t.Errorf("%v", err)
	}
	for _, name := range []string{"a\r\nDELE b", "a\x00b", "a\nb"} {
		if err := c.Remove(t.Context(), name); err == nil || ftpclient.Code(err) != 0 {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := c.Mkdir(t.Context(), `a "quoted" name`); err != nil {
		t.Error(err)
	}
	if err := c.Chdir(t.Context(), `a "quoted" name`); err != nil {
		t.Error(err)
	}
	if dir, err := c.Getwd(t.Context()); dir != `/a "quoted" name` || err != nil {
		t.Errorf("%q, %v", dir, err)
	}
}
