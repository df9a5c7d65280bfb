package ftpserver_test

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/internal/netx"
)

// Commands that change what a transfer stands on, sent while its data is
// pending: the transfer goes on with the file, directory and user that it began
// with, the commands are answered after it and in order, and nothing is done to a
// session that has ended (CVE-2020-9273; LightFTP's RETR and USER).
func TestBadInputInterrupt(t *testing.T) {
	big := strings.Repeat("of the first ", 100_000)
	commands := []struct{ lines, codes string }{
		{"USER other\r\n", "530"},
		{"USER u\r\nPASS secret\r\n", "331 230"},
		{"PASS wrong\r\n", "230"},
		{"CWD d\r\n", "250"},
		{"RNFR first\r\nRNTO second\r\n", "350 250"},
		{"RNTO second\r\n", "503"},
		{"DELE first\r\n", "250"},
		{"CWD d\r\nRETR first\r\n", "250 425"},
		{"REIN\r\n", "220"},
		{"REIN\r\nUSER u\r\nPASS secret\r\nCWD d\r\n", "220 331 230 250"},
		{"TYPE A\r\nREST 5\r\n", "200 350"},
		{"PORT 192,0,2,10,19,136\r\n", "200"},
		{"EPSV\r\nSTOR first\r\n", "229"},
		{"PASV\r\nPASV\r\nEPSV\r\n", "227 227 229"},
		{"SITE CHMOD 000 first\r\n", "200"},
		{"AUTH TLS\r\n", "503"},
		{"XYZZY\r\n\x00\r\n\r\n", "500 501 500"},
		{strings.Repeat("NOOP x\r\n", 100), strings.TrimSpace(strings.Repeat("200 ", 100))},
		{"MKD new\r\nRMD new\r\nABOR\r\n", ""},
		{"QUIT\r\nDELE first\r\n", "221"},
	}
	for _, c := range commands {
		t.Run(strings.ReplaceAll(strings.TrimSpace(c.lines[:min(len(c.lines), 40)]), "\r\n", ","), func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				w.put("/first", big)
				_ = w.fs.Mkdir(w.t.Context(), "/d", 0o755)
				w.put("/d/first", "of the second")
				s := w.login()
				s.do("TYPE I", "200")
				data := s.passive()
				s.do("RETR first", "150")
				time.Sleep(time.Second) // the send buffers are full, and the server listens
				s.send(c.lines)
				time.Sleep(time.Second)
				got, err := io.ReadAll(data)
				if c.codes == "" { // ABOR
					if err == nil {
						t.Error("what was aborted looks whole")
					}
					for _, code := range []string{"426", "226"} {
						s.expect(code)
					}
					s.expect("257") // what waited before ABOR comes after it
					s.expect("250")
					s.do("NOOP", "200")
					return
				}
				if string(got) != big || err != nil {
					t.Errorf("%d bytes of %d, %v", len(got), len(big), err)
				}
				s.expect("226")
				for code := range strings.FieldsSeq(c.codes) {
					s.expect(code)
				}
				if strings.HasPrefix(c.lines, "QUIT") {
					s.gone()
					if _, err := w.get("/first"); err != nil {
						t.Errorf("a command behind QUIT was carried out: %v", err)
					}
				}
			})
		})
	}

	t.Run("before the client connects", func(t *testing.T) {
		for _, lines := range []string{"USER other\r\n", "CWD d\r\n", "RNFR first\r\nRNTO second\r\n", "REIN\r\nUSER u\r\nPASS secret\r\nCWD d\r\n"} {
			inWorld(t, nil, func(w *world) {
				w.put("/first", "of the first")
				_ = w.fs.Mkdir(w.t.Context(), "/d", 0o755)
				w.put("/d/first", "of the second")
				s := w.login()
				port := s.extended()
				s.send("RETR first\r\n")
				time.Sleep(time.Second)
				s.send(lines)
				time.Sleep(time.Second)
				data := s.dialData(w.client, port)
				s.expect("150")
				if got, err := io.ReadAll(data); string(got) != "of the first" {
					t.Errorf("%q: got %q, %v", lines, got, err)
				}
				s.expect("226")
			})
		}
	})

	t.Run("an upload under another name", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			_ = w.fs.Mkdir(w.t.Context(), "/d", 0o755)
			s := w.login()
			data := s.passive()
			s.do("STOR up", "150")
			_, _ = io.WriteString(data, "one ")
			time.Sleep(time.Second)
			other := w.login()
			other.do("RNFR up", "350")
			other.do("RNTO d/moved", "250")
			other.store("STOR up", "of somebody else")
			_, _ = io.WriteString(data, "two")
			_ = data.Close()
			s.expect("226")
			for name, want := range map[string]string{"/d/moved": "one two", "/up": "of somebody else"} {
				if got, err := w.get(name); got != want {
					t.Errorf("%s: %q, %v", name, got, err)
				}
			}
		})
	})

	t.Run("an aborted upload does not remove another file", func(t *testing.T) {
		inWorld(t, func(w *world) { w.srv.Policy.Upload.DeleteFailed = true }, func(w *world) {
			s := w.login()
			data := s.passive()
			s.do("STOR up", "150")
			_, _ = io.WriteString(data, "part")
			time.Sleep(time.Second)
			other := w.login()
			other.do("DELE up", "250")
			other.store("STOR up", "of somebody else")
			s.do("ABOR", "426")
			s.expect("226")
			if got, err := w.get("/up"); got != "of somebody else" {
				t.Errorf("%q, %v", got, err)
			}
		})
	})

	t.Run("ABOR in a storm", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			w.put("/first", big)
			s := w.login()
			for range 100 {
				data := s.passive()
				s.send("RETR first\r\nABOR\r\nABOR\r\nNOOP\r\n")
				_, _ = io.Copy(io.Discard, data)
				// 150 426 226, or 150 226 226, or 225 for an ABOR that came too
				// late; then that of the second ABOR, and the last one's.
				for {
					r, err := s.reply()
					if err != nil {
						t.Fatal(err)
					}
					if r.Code == 200 {
						break
					}
				}
			}
			if got := s.fetch("RETR first"); len(got) != len(big) {
				t.Errorf("%d bytes after all that", len(got))
			}
		})
	})

	t.Run("everything lost at once", func(t *testing.T) {
		for name, lose := range map[string]func(control, data net.Conn){
			"control first":  func(c, d net.Conn) { _ = c.Close(); _ = d.Close() },
			"data first":     func(c, d net.Conn) { _ = d.Close(); _ = c.Close() },
			"control reset":  func(c, _ net.Conn) { _ = netx.Abort(c) },
			"both are reset": func(c, d net.Conn) { _, _ = netx.Abort(d), netx.Abort(c) },
		} {
			for _, verb := range []string{"RETR first", "STOR up", "APPE first", "LIST", "MLSD"} {
				inWorld(t, nil, func(w *world) {
					w.put("/first", big)
					s := w.login()
					data := s.passive()
					s.send(verb + "\r\nNOOP\r\nABOR\r\nQUIT\r\n")
					lose(s.conn, data)
					time.Sleep(10 * time.Minute)
					synctest.Wait()
					if n := w.srv.Sessions(); n != 0 {
						t.Errorf("%s, %s: %d sessions are left", name, verb, n)
					}
				})
			}
		}
	})
}
