package ftpclient_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/ftpserver"
	"ferry/vfs"
)

// twoServers are servers on loopback, and a connection to each.
func twoServers(t *testing.T, cfg *ftpclient.Config, set func(i int, s *ftpserver.Server)) (from, to *ftpclient.Conn) {
	t.Helper()
	var conns [2]*ftpclient.Conn
	for i := range conns {
		addr, _ := serve(t, func(s *ftpserver.Server) { set(i, s) })
		conns[i] = connect(t, addr, cfg)
	}
	return conns[0], conns[1]
}

// holds reads a file of a server.
func holds(t *testing.T, c *ftpclient.Conn, name string) string {
	t.Helper()
	var got bytes.Buffer
	if _, err := c.Retrieve(t.Context(), &got, name, 0); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return got.String()
}

// TestThirdPartyTransfer copies between two servers in every way that they allow, in
// clear and under TLS, and finds both connections usable behind it.
func TestThirdPartyTransfer(t *testing.T) {
	server, client := both(t)
	content := strings.Repeat("interserver\n", 20_000)
	for name, tt := range map[string]struct {
		set     func(i int, p *ftpserver.Policy)
		private bool
		options ftpclient.ThirdPartyOptions
		want    error // or else it is copied
		says    string
	}{
		"the target listens": {set: func(i int, p *ftpserver.Policy) { p.Data.ActiveAnyAddress = i == 0; p.Data.PassiveAnyPeer = i == 1 }},
		"the source listens": {set: func(i int, p *ftpserver.Policy) { p.Data.ActiveAnyAddress = i == 1; p.Data.PassiveAnyPeer = i == 0 }},
		"by EPSV and EPRT": {set: func(i int, p *ftpserver.Policy) {
			p.Data.ActiveAnyAddress = true
			p.Denied = map[ftp.Verb]bool{"PASV": true}
		}},
		"neither may":        {set: func(_ int, p *ftpserver.Policy) { p.Data.Active = false }, want: ftpclient.ErrNoThirdParty, says: "550 Permission denied"},
		"neither may listen": {set: func(_ int, p *ftpserver.Policy) { p.Data.ActiveAnyAddress = true; p.Data.Passive = false }, want: ftpclient.ErrNoThirdParty, says: "passive-disabled"},
		"SSCN at both":       {private: true, set: func(_ int, p *ftpserver.Policy) { p.Data.ActiveAnyAddress, p.Data.PassiveAnyPeer = true, true }},
		"SSCN at the source": {private: true, set: func(i int, p *ftpserver.Policy) {
			p.Data.ActiveAnyAddress, p.Data.PassiveAnyPeer = i == 0, true
			denySecure(p, i == 1)
		}},
		"SSCN at the target": {private: true, set: func(i int, p *ftpserver.Policy) {
			p.Data.ActiveAnyAddress, p.Data.PassiveAnyPeer = true, true
			denySecure(p, i == 0)
		}},
		"CPSV alone": {private: true, set: func(_ int, p *ftpserver.Policy) {
			p.Data.ActiveAnyAddress, p.Data.PassiveAnyPeer = true, true
			p.Denied = map[ftp.Verb]bool{"SSCN": true}
		}},
		"TLS without either": {private: true, set: func(_ int, p *ftpserver.Policy) { p.Data.ActiveAnyAddress = true; denySecure(p, true) }, want: ftpclient.ErrWouldBeClear},
		"sessions must be resumed": {private: true, set: func(_ int, p *ftpserver.Policy) {
			p.Data.ActiveAnyAddress, p.Security.RequireReuse = true, true
		}, want: ftpclient.ErrWouldBeClear},
		"in clear on purpose": {private: true, options: ftpclient.ThirdPartyOptions{Clear: true}, set: func(_ int, p *ftpserver.Policy) {
			p.Data.ActiveAnyAddress, p.Data.PassiveAnyPeer = true, true
			denySecure(p, true)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := &ftpclient.Config{StepTimeout: 30 * time.Second}
			if tt.private {
				cfg.TLS, cfg.TLSConfig = ftpclient.TLSExplicit, client
			}
			from, to := twoServers(t, cfg, func(i int, s *ftpserver.Server) {
				if tt.private {
					s.TLS = server
				}
				s.Policy.Security = ftpserver.SecurityPolicy{Allow: true, StrictReadEOF: true}
				tt.set(i, &s.Policy)
			})
			if _, err := from.Store(t.Context(), "file", strings.NewReader(content), 0); err != nil {
				t.Fatal(err)
			}
			r, err := ftpclient.ThirdParty(t.Context(), from, to, "file", "copy", tt.options)
			switch {
			case tt.want != nil:
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("it came to %v", err)
				}
			case err != nil || r.Bytes != int64(len(content)) || r.Private != (tt.private && !tt.options.Clear):
				t.Errorf("%+v, %v", r, err)
			default:
				if got := holds(t, to, "copy"); got != content {
					t.Errorf("the copy has %d bytes", len(got))
				}
				// Going on with half of it.
				if _, err := to.Store(t.Context(), "half", strings.NewReader(content[:1000]), 0); err != nil {
					t.Fatal(err)
				}
				o := tt.options
				o.Offset = 1000
				if r, err := ftpclient.ThirdParty(t.Context(), from, to, "file", "half", o); err != nil || r.Bytes != int64(len(content)-1000) {
					t.Errorf("from an offset: %+v, %v", r, err)
				}
				if got := holds(t, to, "half"); got != content {
					t.Errorf("the copy from an offset has %d bytes", len(got))
				}
			}
			// A copy from an offset that never begins leaves no offset behind.
			o := tt.options
			o.Offset = 2
			if _, err := ftpclient.ThirdParty(t.Context(), from, to, "file", "no/such/directory", o); err == nil {
				t.Error("there is no such directory")
			}
			// Nothing is copied of what is not there, nor to where it may not be.
			if _, err := to.Store(t.Context(), "keep", strings.NewReader("kept"), 0); err != nil {
				t.Fatal(err)
			}
			_, err = ftpclient.ThirdParty(t.Context(), from, to, "nosuch", "keep", tt.options)
			if ftpclient.Code(err) != 550 {
				t.Errorf("a file that is not there: %v", err)
			}
			if got := holds(t, to, "keep"); got != "kept" {
				t.Errorf("the target is %q", got)
			}
			if _, err := ftpclient.ThirdParty(t.Context(), from, to, "file", "no/such/directory", tt.options); err == nil {
				t.Error("there is no such directory")
			}
			for _, c := range []*ftpclient.Conn{from, to} {
				if err := c.Mkdir(t.Context(), "afterwards"); err != nil {
					t.Error(err)
				}
				if len(namesOf(t, c, "")) < 2 {
					t.Error("nothing is listed afterwards")
				}
			}
		})
	}
}

// denySecure takes SSCN and CPSV from a server.
func denySecure(p *ftpserver.Policy, deny bool) {
	if deny {
		p.Denied = map[ftp.Verb]bool{"SSCN": true, "CPSV": true}
	}
}

// A copy that ends too early is known by its size, and one that is given up leaves
// usable connections.
func TestThirdPartyGivenUp(t *testing.T) {
	from, to := twoServers(t, nil, func(i int, s *ftpserver.Server) {
		s.Policy.Data.ActiveAnyAddress, s.Policy.Data.PassiveAnyPeer = true, true
		if i == 1 { // it takes its time
			s.Accounts = slowAccounts{s.Accounts.(accounts)}
		}
	})
	if _, err := from.Store(t.Context(), "big", bytes.NewReader(make([]byte, 8<<20)), 0); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		_, err := ftpclient.ThirdParty(ctx, from, to, "big", "copy", ftpclient.ThirdPartyOptions{})
		cancel()
		if err == nil || ctx.Err() == nil {
			t.Fatalf("it came to %v", err)
		}
		for _, c := range []*ftpclient.Conn{from, to} {
			if _, err := c.Getwd(t.Context()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		}
	}
	_, err := ftpclient.ThirdParty(t.Context(), from, to, "big", "copy", ftpclient.ThirdPartyOptions{Limit: 100 * time.Millisecond})
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		t.Errorf("past its limit: %v", err)
	}
	if _, err := ftpclient.ThirdParty(t.Context(), from, from, "big", "copy", ftpclient.ThirdPartyOptions{}); !errors.Is(err, ftpclient.ErrSameConn) {
		t.Errorf("to itself: %v", err)
	}
}

// slowAccounts limit what their users send to 1 MB/s.
type slowAccounts struct{ accounts }

func (a slowAccounts) Authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	u, err := a.accounts.Authenticate(ctx, l)
	if u != nil {
		u.FS = slowFS{u.FS}
	}
	return u, err
}

// slowFS writes slowly.
type slowFS struct{ vfs.FS }

func (s slowFS) Create(ctx context.Context, name string, o vfs.CreateOptions) (vfs.Writer, error) {
	w, err := s.FS.Create(ctx, name, o)
	return slowWriter{w}, err
}

type slowWriter struct{ vfs.Writer }

func (w slowWriter) Write(b []byte) (int, error) {
	<-time.NewTimer(50 * time.Millisecond).C
	return w.Writer.Write(b)
}

// A server that lies about the size is found out, and one that has no SIZE believed.
func TestThirdPartySizes(t *testing.T) {
	for _, answer := range []string{"213 7", "500 what?", "213 5"} {
		a := &fake{answer: func(c ftp.Command) string {
			return map[ftp.Verb]string{"PORT": "200 ok", "RETR": "150 comes\r\n226 done"}[c.Verb]
		}}
		b := &fake{answer: func(c ftp.Command) string {
			return map[ftp.Verb]string{"PASV": "227 here (192,0,2,9,20,0)", "STOR": "150 comes\r\n226 done", "SIZE": answer}[c.Verb]
		}}
		from := login(t, a.start(t), slowAddr)
		to := login(t, b.start(t), slowAddr)
		r, err := ftpclient.ThirdParty(t.Context(), from, to, "file", "copy", ftpclient.ThirdPartyOptions{})
		if wrong := answer == "213 7"; errors.Is(err, ftpclient.ErrSizes) != wrong || !wrong && (err != nil || r.Bytes != 5) {
			t.Errorf("%s: %+v, %v", answer, r, err)
		}
		// A 227 cannot send the other server to somebody else.
		if args := a.seen("PORT"); len(args) != 1 || args[0] != "192,0,2,1,20,0" {
			t.Errorf("PORT %q", args)
		}
	}
}
