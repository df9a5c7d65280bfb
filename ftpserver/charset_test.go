package ftpserver_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"ferry/ftpserver"
	"ferry/internal/charset"
)

// speaking makes the clients of a world write names in a charset.
func speaking(t *testing.T, name string) func(*world) {
	t.Helper()
	c, err := charset.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(w *world) {
		w.srv.Policy.Charset = func(peer, local netip.AddrPort) ftpserver.Charset {
			if peer.Addr() != clientIP || local.Port() != 21 {
				t.Errorf("asked for a client at %v that dialled %v", peer, local)
			}
			return c
		}
		w.srv.Policy.ChmodEnable, w.srv.Policy.Listing.Recurse = true, true
	}
}

// Every command that takes or tells a name does so in the client's charset. The
// second byte of the names is a backslash, a bar or the like.
func TestNamesInTheClientsCharset(t *testing.T) {
	for _, tt := range []struct{ charset, text, wire string }{
		{"GBK", "誠中", "\xd5\x5c\xd6\xd0"},
		{"GBK", "東|", "\x96\x7c|"},
		{"Big5", "功", "\xa5\x5c"},
		{"Shift_JIS", "表ソ", "\x95\x5c\x83\x5c"},
		{"EUC-KR", "한", "\xc7\xd1"},
		{"KOI8-R", "яд", "\xd1\xc4"},
	} {
		t.Run(tt.charset, func(t *testing.T) {
			inWorld(t, speaking(t, tt.charset), func(w *world) {
				text, wire := tt.text, tt.wire
				s := w.login()
				has := func(name string) {
					t.Helper()
					if _, err := w.fs.Lstat(t.Context(), name); err != nil {
						t.Errorf("not in the store: %v", err)
					}
				}
				s.do("MKD d"+wire, `257 "/d`+wire+`" created`)
				has("/d" + text)
				s.do("CWD d"+wire, "250")
				s.do("PWD", `257 "/d`+wire+`" is the current directory`)
				s.store("STOR f"+wire, "x")
				has("/d" + text + "/f" + text)
				s.do("SIZE f"+wire, "550") // TYPE A
				s.do("TYPE I", "200")
				s.do("SIZE f"+wire, "213 1")
				s.do("MDTM f"+wire, "213")
				s.do("MDTM 20260102030405 f"+wire, "213")
				s.do("MFMT 20260102030405 f"+wire, "213 Modify=20260102030405; f"+wire)
				s.do("SITE CHMOD 600 f"+wire, "200")
				data := s.passive()
				if r := s.do("RETR f"+wire, "150"); !strings.Contains(r.String(), "f"+wire) {
					t.Errorf("%v", r)
				}
				_ = data
				s.expect("226")
				for command, want := range map[string]string{
					"LIST": " f" + wire + "\r\n", "NLST": "f" + wire + "\r\n", "MLSD": "; f" + wire + "\r\n",
					"NLST f" + wire: "f" + wire + "\r\n", "NLST f*": "f" + wire + "\r\n", "LIST -R /": "d" + wire + ":\r\n",
				} {
					if got := s.fetch(command); !strings.Contains(got, want) {
						t.Errorf("%s: %q is not in %q", command, want, got)
					}
				}
				for _, command := range []string{"MLST f" + wire, "STAT f" + wire} {
					if r := s.do(command, "2"); !strings.Contains(r.String(), "f"+wire) {
						t.Errorf("%s: %v", command, r)
					}
				}
				s.do("RNFR f"+wire, "350")
				s.do("RNTO g"+wire, "250")
				has("/d" + text + "/g" + text)
				data = s.passive()
				if r := s.do("STOU g"+wire, "150"); !strings.Contains(r.String(), "g"+wire+".1") {
					t.Errorf("%v", r)
				}
				_ = data.Close()
				s.expect("226")
				s.do("DELE g"+wire, "250")
				s.do("DELE g"+wire+".1", "250")
				s.do("CDUP", "250")
				s.do("RMD d"+wire, "250")
			})
		})
	}
}

// A file whose name the charset lacks can be seen, fetched, renamed and removed;
// so can one whose name is no text at all.
func TestNamesThatTheCharsetLacks(t *testing.T) {
	inWorld(t, speaking(t, "windows-1252"), func(w *world) {
		for _, name := range []string{"/中文.txt", "/bad\xff\xfe", "/%~E4~"} {
			w.put(name, name)
			s := w.login()
			shown := strings.TrimSuffix(s.fetch("NLST"), "\r\n")
			if got := s.fetch("RETR " + shown); got != name {
				t.Errorf("%q is shown as %q, and has %q", name, shown, got)
			}
			s.do("RNFR "+shown, "350")
			s.do("RNTO new", "250")
			s.do("RNFR new", "350")
			s.do("RNTO "+shown, "250")
			if _, err := w.get(name); err != nil {
				t.Errorf("it has another name now: %v", err)
			}
			s.do("DELE "+shown, "250")
			s.do("QUIT", "221")
		}
	})
}

func TestOptsUTF8(t *testing.T) {
	inWorld(t, speaking(t, "GBK"), func(w *world) {
		s := w.dial()
		if r := s.do("FEAT", "211"); !strings.Contains(r.String(), "UTF8") {
			t.Errorf("%v", r)
		}
		s.do("OPTS UTF8 ON", "200 Names are in UTF8.")
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		s.do("MKD 中", `257 "/中" created`) // what was said before login holds
		s.do("OPTS UTF8 OFF", "200 Names are in GBK.")
		s.do("CWD 中", "501 Names are in GBK here, and that is none; OPTS UTF8 ON switches to UTF-8.")
		s.do("CWD \xd6\xd0", "250")
		s.do("PWD", "257 \"/\xd6\xd0\"")
		s.do("opts utf8", "200 Names are in UTF8.")
		s.do("PWD", `257 "/中"`)
		s.do("OPTS UTF8 MAYBE", "501")
		s.do("REIN", "220")
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		s.do("CWD \xd6\xd0", "250") // REIN forgets
	})
	inWorld(t, nil, func(w *world) {
		s := w.login()
		s.do("OPTS UTF8 ON", "200 Always in UTF8 mode.")
		s.do("OPTS UTF8 OFF", "501")
		s.do("MKD \xd6\xd0", "257 \"/\xd6\xd0\"") // names are bytes
	})
}

// The byte 0xFF, which Telnet makes something of, is a letter in some charsets.
// Clients double it, most of them.
func TestLetterFF(t *testing.T) {
	for name, letter := range map[string]string{"windows-1252": "ÿ", "windows-1251": "я"} {
		inWorld(t, speaking(t, name), func(w *world) {
			s := w.login()
			s.do("MKD a\xff\xffb", "257 \"/a\xff\xffb\" created")
			if _, err := w.fs.Stat(t.Context(), "/a"+letter+"b"); err != nil {
				t.Error(err)
			}
			s.do("CWD a\xffb", "250") // not doubled
			s.do("CDUP", "250")
			if got := s.fetch("NLST"); got != "a\xffb\r\n" { // a data connection is no Telnet
				t.Errorf("listed as %q", got)
			}
		})
	}
}

// The name and the password of a login are no pathnames, and stay as they are.
func TestLoginIsNotConverted(t *testing.T) {
	inWorld(t, speaking(t, "GBK"), func(w *world) {
		s := w.dial()
		s.do("USER \xff\xff\x80", "331")
		s.do("PASS secret", "230")
	})
}

// A user may bring a charset, and the message of a directory may be in either.
func TestCharsetOfAUser(t *testing.T) {
	inWorld(t, func(w *world) {
		policy := w.srv.Policy
		speaking(t, "Big5")(w)
		policy.Charset, policy.Message = w.srv.Policy.Charset, ".message"
		w.srv.Policy.Charset = nil
		w.user.Policy = &policy
		for dir, message := range map[string]string{"/utf8": "功能", "/big5": "\xa5\x5c\xaf\xe0", "/neither": "\xff"} {
			if err := w.fs.Mkdir(t.Context(), dir, 0o755); err != nil {
				t.Fatal(err)
			}
			w.put(dir+"/.message", message)
		}
	}, func(w *world) {
		s := w.login()
		for dir, want := range map[string]string{"utf8": "\xa5\x5c\xaf\xe0", "big5": "\xa5\x5c\xaf\xe0", "neither": "%~FF~"} {
			if r := s.do("CWD /"+dir, "250"); r.Lines[0] != want {
				t.Errorf("%s: %q", dir, r.Lines)
			}
		}
	})
}

// What is told of a running transfer is in the client's charset too.
func TestStatusOfATransferInACharset(t *testing.T) {
	inWorld(t, speaking(t, "GBK"), func(w *world) {
		s := w.login()
		data := s.passive()
		s.do("STOR \xd6\xd0", "150")
		time.Sleep(time.Second)
		if r := s.do("STAT", "211"); !strings.Contains(r.String(), "\"/\xd6\xd0\"") {
			t.Errorf("%q", r)
		}
		_ = data.Close()
		s.expect("226")
	})
}
