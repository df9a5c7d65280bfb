package ftpserver_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
)

// What Telnet, lines and quotes can do to a command line: in whatever place a
// byte stands, the line is answered once, and the next one as if nothing had
// been (CVE-2019-18217, CVE-2023-51713, ProFTPD's bug 3521).
func TestBadInputCommandLine(t *testing.T) {
	t.Run("Telnet in every place", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			const line = "SITE UMASK 022"
			for name, telnet := range map[string]string{
				"IAC": "\xff", "IAC IAC": "\xff\xff", "IAC NOP": "\xff\xf1", "IP and DM": "\xff\xf4\xff\xf2", "GA": "\xff\xf9",
				"SB without end": "\xff\xfa\x18", "SB": "\xff\xfa\x18\x00\xff\xf0", "SB with IAC IAC": "\xff\xfa\x18\xff\xff\xff\xf0",
				"SB of a kilobyte": "\xff\xfa" + strings.Repeat("x", 1000) + "\xff\xf0", "SE alone": "\xff\xf0",
				"WILL cut": "\xff\xfb", "DO cut": "\xff\xfd", "WONT": "\xff\xfc\x01", "DONT": "\xff\xfe\x01", "EC": "\xff\xf7", "EL": "\xff\xf8",
			} {
				for at := 0; at <= len(line); at++ {
					s.send(line[:at] + telnet + line[at:] + "\r\nSYST\r\n")
					s.skipTelnet()
					if r, err := s.reply(); err != nil || r.Code != 200 && r.Code != 500 && r.Code != 501 {
						t.Fatalf("%s at %d: %v, %v", name, at, r, err)
					}
					s.expect("215")
				}
			}
		})
	})
	t.Run("control characters in every place", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			const line = "MKD name"
			for _, c := range []string{"\x00", "\r", "\r\x00", "\x1b", "\x7f", "\x80", "\t", "\"", "\\", "'", "%s%n", "\x1a", "\x04", "\v", "\f"} {
				for at := 0; at <= len(line); at++ {
					s.send(line[:at] + c + line[at:] + "\r\nSYST\r\n")
					r, err := s.reply()
					if err != nil || r.Code != 257 && r.Code != 500 && r.Code != 501 && r.Code != 550 {
						t.Fatalf("%q at %d: %v, %v", c, at, r, err)
					}
					s.expect("215")
					if r.Code == 257 {
						name := strings.ReplaceAll(r.Text()[1:strings.LastIndex(r.Text(), `"`)], `""`, `"`)
						s.do("RMD "+name, "")
					}
				}
			}
		})
	})
	t.Run("LF alone ends a line", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			s.send("SYST\nNOOP\n\nSYST\r\n")
			s.expect("215")
			s.expect("200")
			s.expect("500")
			s.expect("215")
		})
	})
	t.Run("quotes and backslashes", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			for _, name := range []string{`"`, `""`, `\`, `\\`, `"\`, `\"`, `a"b\c"`, `' or 1=1 --`, `$(id)`, "`id`", `;id`, `|id`, `%00`, `%n%n`} {
				quoted := `"/` + strings.ReplaceAll(name, `"`, `""`) + `"`
				s.do("MKD "+name, "257 "+quoted+" created")
				s.do("CWD "+name, "250")
				s.do("PWD", "257 "+quoted+" is")
				s.do("CDUP", "250")
				s.do("MLST "+name, "250")
				s.do("RNFR "+name, "350")
				s.do("RNTO "+name+".", "250")
				s.do("RMD "+name+".", "250")
			}
			s.do(`CWD "`, "550")
			s.do(`RETR "/file`, "425")
			s.do(`SITE "CHMOD 644 x"`, "500")
		})
	})
	t.Run("a megabyte", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			for _, line := range []string{"", "USER ", "PASS ", "\xff", "\xff\xfa", "\xff\xfb\x01", "\"", "\\", "\x00", "STAT {", " "} {
				s := w.dial()
				go func() {
					block := strings.Repeat(line+"xxxxxxxx", 4096)
					for {
						if _, err := io.WriteString(s.conn, block); err != nil {
							return
						}
					}
				}()
				for {
					b := make([]byte, 4096)
					if _, err := s.conn.Read(b); err != nil {
						break // the answers to Telnet, the 421, and the end
					}
				}
			}
			synctest.Wait()
			if n := w.srv.Sessions(); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
		})
	})
	t.Run("a line just too long, in any pieces", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			for _, size := range []int{4095, 4096, 4097, 4098, 8191, 8192, 100_000} {
				line := strings.Repeat("x", size) + "\r\n"
				for _, cut := range []int{1, 2, 4095, 4096, 4097, size, size + 1} {
					if cut > len(line) {
						continue
					}
					s.send(line[:cut])
					synctest.Wait()
					s.send(line[cut:])
					s.expect("500")
				}
			}
			s.do("SYST", "215")
		})
	})
	t.Run("split anywhere", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			const all = "SYST\r\nMKD a\xff\xf1b\r\nRMD ab\r\n\xff\xf4\xff\xf2ABOR\r\nNOOP\r\n"
			s := w.login()
			for cut := range len(all) {
				s.send(all[:cut])
				synctest.Wait()
				s.send(all[cut:])
				for _, code := range []string{"215", "257 \"/ab\"", "250", "225", "200"} {
					s.expect(code)
				}
			}
		})
	})
	t.Run("every byte as a verb and as an argument", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			for c := range 256 {
				if c == '\n' || c == 0xff {
					continue
				}
				s.send(fmt.Sprintf("%c%s\r\n", 'A', string([]byte{byte(c)})))
				if r, err := s.reply(); err != nil || r.Code < 500 {
					t.Fatalf("verb with %#x: %v, %v", c, r, err)
				}
				s.send("SIZE " + string([]byte{byte(c)}) + "\r\nNOOP\r\n")
				if r, err := s.reply(); err != nil || r.Code < 500 {
					t.Fatalf("argument %#x: %v, %v", c, r, err)
				}
				s.expect("200")
			}
		})
	})
}

// skipTelnet passes over the answers to Telnet options, which come before the
// reply to the line.
func (s *session) skipTelnet() {
	for {
		b, err := s.r.Peek(1)
		if err != nil || b[0] != 0xff {
			return
		}
		_, _ = s.r.Discard(3)
	}
}
