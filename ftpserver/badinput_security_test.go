package ftpserver_test

import (
	"bufio"
	"crypto/tls"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
)

// What is sent in clear behind AUTH is never taken for a command, whatever it is
// (CVE-2011-1575). The same holds for what is sent under TLS behind CCC, which
// would be taken for clear.
func TestBadInputStartTLS(t *testing.T) {
	for name, injected := range map[string]string{
		"a login":          "AUTH TLS\r\nUSER u\r\nPASS secret\r\nDELE file\r\n",
		"half a line":      "AUTH TLS\r\nDEL",
		"PBSZ and PROT":    "AUTH TLS\r\nPBSZ 0\r\nPROT P\r\n",
		"PROT C":           "AUTH TLS\r\nPROT C\r\n",
		"AUTH again":       "AUTH TLS\r\nAUTH TLS\r\n",
		"an end of line":   "AUTH TLS\r\n\r\n",
		"one byte":         "AUTH SSL\r\n\x00",
		"QUIT":             "AUTH TLS-P\r\nQUIT\r\n",
		"REIN and a login": "AUTH TLS\r\nREIN\r\nUSER u\r\n",
	} {
		t.Run("behind AUTH/"+name, func(t *testing.T) {
			inWorld(t, withTLS(nil), func(w *world) {
				s := w.dial()
				s.send(injected)
				s.expect("234")
				conn := tls.Client(s.conn, clientConfig(tls.VersionTLS13))
				if err := conn.Handshake(); err == nil {
					t.Error("the handshake goes on")
				}
				synctest.Wait()
				if len(w.events) != 1 || w.ended[0].Cause != ftp.CauseProtocol {
					t.Errorf("commands %q, ended by %q", w.events, w.ended[0].Cause)
				}
			})
		})
	}
	for _, behind := range []string{"PWD\r\n", "P", "\r\n", "DELE file\r\nQUIT\r\n"} {
		t.Run("behind CCC/"+strings.TrimSpace(behind), func(t *testing.T) {
			inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.ClearCommands = true }), func(w *world) {
				w.put("/file", "x")
				s := w.dial()
				s.auth(clientConfig(tls.VersionTLS13))
				s.do("USER u", "331")
				s.do("PASS secret", "230")
				s.send("CCC\r\n" + behind) // one record
				s.expect("200")
				s.gone()
				synctest.Wait()
				if last := w.events[len(w.events)-1]; last != "CCC" || w.ended[0].Cause != ftp.CauseProtocol {
					t.Errorf("last command %q, ended by %q", last, w.ended[0].Cause)
				}
			})
		})
	}
	t.Run("a record behind CCC", func(t *testing.T) {
		inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.ClearCommands = true }), func(w *world) {
			s := w.dial()
			s.auth(clientConfig(tls.VersionTLS13))
			s.do("USER u", "331")
			s.do("PASS secret", "230")
			s.do("CCC", "200")
			s.send("PWD\r\n") // under TLS still, where close_notify belongs
			s.gone()
			synctest.Wait()
			if last := w.events[len(w.events)-1]; last != "CCC" || w.ended[0].Cause != ftp.CauseProtocol {
				t.Errorf("last command %q, ended by %q", last, w.ended[0].Cause)
			}
		})
	})
	t.Run("PROT and PBSZ in clear", func(t *testing.T) {
		inWorld(t, withTLS(nil), func(w *world) {
			s := w.dial()
			s.do("PBSZ 0", "503")
			s.do("PROT P", "503")
			s.do("PROT C", "503")
			s.do("CCC", "530")
		})
	})
}

// What speaks another protocol is turned away before a line of it that looks like
// FTP is read (CVE-2021-3618; ALPACA).
func TestBadInputCrossProtocol(t *testing.T) {
	const tail = "Host: x\r\nUSER u\r\nPASS secret\r\nDELE file\r\n\r\n"
	for _, request := range []string{
		"GET / HTTP/1.1", "POST / HTTP/1.1", "PUT /x HTTP/1.1", "CONNECT x:21 HTTP/1.1", "OPTIONS * HTTP/1.1", "HEAD / HTTP/1.0", "TRACE / HTTP/1.1",
		"PRI * HTTP/2.0", "get / HTTP/1.1", "DELETE / HTTP/1.1", "PATCH / HTTP/1.1", "EHLO x", "HELO x", "LHLO x", "ehlo x",
	} {
		t.Run(request, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				w.put("/file", "x")
				s := w.dial()
				s.send(request + "\r\n" + tail)
				s.expect("500 ")
				s.gone()
				synctest.Wait()
				if len(w.events) != 1 || w.ended[0].Cause != ftp.CauseProtocol {
					t.Errorf("commands %q, ended by %q", w.events, w.ended[0].Cause)
				}
				s = w.login() // and after login, by whoever got that far
				s.send(request + "\r\n" + tail)
				s.expect("500 ")
				s.gone()
				if _, err := w.get("/file"); err != nil {
					t.Error(err)
				}
			})
		})
	}
	t.Run("verbs of mail", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.dial()
			for _, line := range []string{"MAIL FROM:<a@b>", "RCPT TO:<a@b>", "DATA", "RSET", "VRFY x"} {
				s.do(line, "530")
			}
		})
	})
	t.Run("TLS on the plain port", func(t *testing.T) {
		inWorld(t, withTLS(nil), func(w *world) {
			s := w.dial()
			start := time.Now()
			if err := tls.Client(s.conn, clientConfig(tls.VersionTLS13)).Handshake(); err == nil {
				t.Error("a handshake came about")
			}
			synctest.Wait()
			if d := time.Since(start); d != 0 || len(w.ended) != 1 || w.ended[0].Cause != ftp.CauseProtocol {
				t.Errorf("after %v, ended by %v", d, w.ended)
			}
		})
	})
	t.Run("another protocol by ALPN, another host by SNI", func(t *testing.T) {
		inWorld(t, withTLS(func(w *world) {
			w.srv.TLS.NextProtos = []string{"ftp"}
			w.srv.TLS.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
				if hello.ServerName != "test" {
					return nil, io.ErrUnexpectedEOF
				}
				return nil, nil
			}
		}), func(w *world) {
			for _, change := range []func(*tls.Config){
				func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} },
				func(c *tls.Config) { c.NextProtos = []string{"h2", "smtp"} },
				func(c *tls.Config) { c.ServerName = "www.example.com" },
			} {
				s, config := w.dial(), clientConfig(tls.VersionTLS12)
				change(config)
				s.do("AUTH TLS", "234")
				if err := tls.Client(s.conn, config).Handshake(); err == nil {
					t.Errorf("%q, %v: a handshake came about", config.ServerName, config.NextProtos)
				}
				synctest.Wait()
				if last := w.ended[len(w.ended)-1]; last.Cause != ftp.CauseTLSHandshake {
					t.Errorf("ended by %q", last.Cause)
				}
			}
			s, config := w.dial(), clientConfig(tls.VersionTLS12)
			config.NextProtos = []string{"http/1.1", "ftp"}
			s.auth(config)
			s.do("USER u", "331")
		})
	})
}

// login under TLS, with private data connections.
func (w *world) loginTLS(config *tls.Config) *session {
	w.t.Helper()
	s := w.dial()
	s.auth(config)
	s.do("USER u", "331")
	s.do("PASS secret", "230")
	s.do("PROT P", "200")
	s.do("TYPE I", "200")
	return s
}

// The ways around TLS: what was agreed as private is not carried in clear, what
// must be private is not to be had otherwise, and an end without close_notify is
// no end of a file (CVE-2009-3555 has its test against OpenSSL, in interop).
func TestBadInputTLS(t *testing.T) {
	t.Run("PROT C after P", func(t *testing.T) {
		inWorld(t, withTLS(func(w *world) { w.srv.Policy.Security.RequireData = true }), func(w *world) {
			w.put("/file", "secret content")
			s := w.dial()
			s.do("AUTH TLS", "234")
			s.handshake(clientConfig(tls.VersionTLS13))
			s.do("PROT C", "200") // before login nobody knows what will be asked
			s.do("USER u", "331")
			s.do("PASS secret", "230")
			s.do("EPSV", "229")
			s.do("RETR file", "522")
			s.do("PROT P", "200")
			s.do("PROT C", "534")
			config := clientConfig(tls.VersionTLS13)
			s2 := w.loginTLS(config)
			s2.do("PROT C", "534")
			if b, err := io.ReadAll(s2.private("RETR file", config)); string(b) != "secret content" {
				t.Errorf("%q, %v", b, err)
			}
			s2.expect("226")
		})
	})
	t.Run("a clear client where TLS was agreed", func(t *testing.T) {
		for name, said := range map[string]string{"silent": "", "in clear": "USER u\r\n", "half a hello": "\x16\x03\x01\x02\x00\x01"} {
			inWorld(t, withTLS(func(w *world) { w.srv.Policy.Data.StallTimeout = 10 * time.Second }), func(w *world) {
				w.put("/file", "secret content")
				s := w.loginTLS(clientConfig(tls.VersionTLS13))
				data := s.passive()
				s.do("RETR file", "150")
				_, _ = io.WriteString(data, said)
				if b, _ := io.ReadAll(data); strings.Contains(string(b), "secret") {
					t.Errorf("%s: got %q", name, b)
				}
				if r, err := s.reply(); err != nil || r.Code != 522 && r.Code != 421 {
					t.Errorf("%s: %v, %v", name, r, err)
				}
			})
		}
	})
	t.Run("CCC where TLS is required", func(t *testing.T) {
		inWorld(t, withTLS(func(w *world) {
			w.srv.Policy.Security.RequireLogin, w.srv.Policy.Security.RequireData = true, true
		}), func(w *world) {
			config := clientConfig(tls.VersionTLS13)
			s := w.loginTLS(config)
			s.do("CCC", "534")
			s.do("REIN", "502") // no way back to a login in clear
			s.do("AUTH TLS", "503")
			s.do("PROT C", "534")
			s.do("NOOP", "200")
		})
	})
	t.Run("FIN without close_notify on the control connection", func(t *testing.T) {
		inWorld(t, withTLS(nil), func(w *world) {
			s := w.loginTLS(clientConfig(tls.VersionTLS13))
			w.put("/file", "x")
			s.send("DELE fil") // an attacker who cuts must not complete a line
			raw := s.conn.(*tls.Conn).NetConn()
			_ = raw.(interface{ CloseWrite() error }).CloseWrite()
			synctest.Wait()
			if _, err := w.get("/file"); err != nil || w.srv.Sessions() != 0 {
				t.Errorf("%v, %d sessions", err, w.srv.Sessions())
			}
		})
	})
	t.Run("FIN without close_notify on an upload", func(t *testing.T) {
		for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
			inWorld(t, withTLS(func(w *world) { w.srv.Policy.Upload.DeleteFailed = true }), func(w *world) {
				config := clientConfig(version)
				s := w.loginTLS(config)
				raw := s.passive()
				s.do("STOR up", "150")
				data := tls.Client(raw, config)
				_, _ = data.Write(make([]byte, 100_000))
				_ = raw.(interface{ CloseWrite() error }).CloseWrite()
				s.expect("426")
				if _, err := w.get("/up"); err == nil {
					t.Errorf("%s: a truncated upload is kept", name)
				}
			})
		}
	})
	t.Run("records that are none", func(t *testing.T) {
		inWorld(t, withTLS(nil), func(w *world) {
			for _, junk := range []string{"\x17\x03\x03\xff\xff", "\x17\x03\x03\x00\x00", "\x15\x03\x03\x00\x02\x01\x00", "\x16\x03\x03\x00\x04\x01\x00\x00\x00", "QUIT\r\n", "\x80\x2e\x01\x00\x02"} {
				s := w.loginTLS(clientConfig(tls.VersionTLS13))
				raw := s.conn.(*tls.Conn).NetConn()
				_, _ = io.WriteString(raw, junk+strings.Repeat("\x00", 70_000))
				_, _ = io.Copy(io.Discard, raw)
				synctest.Wait()
				if n := w.srv.Sessions(); n != 0 {
					t.Errorf("%q: %d sessions are left", junk, n)
				}
			}
		})
	})
	t.Run("a hello in pieces", func(t *testing.T) {
		inWorld(t, withTLS(nil), func(w *world) {
			s := w.dial()
			s.do("AUTH TLS", "234")
			start := time.Now()
			for range 40 { // one byte a second keeps nobody longer than the handshake may take
				if _, err := io.WriteString(s.conn, "\x16"); err != nil {
					break
				}
				time.Sleep(time.Second)
			}
			_, _ = io.Copy(io.Discard, bufio.NewReader(s.conn))
			synctest.Wait()
			if d := time.Since(start); w.srv.Sessions() != 0 {
				t.Errorf("%d sessions after %v", w.srv.Sessions(), d)
			}
		})
	})
}
