package ftpserver_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"ferry/ftp"
	"ferry/vfs"
)

// What hostile and broken clients send, the code that answers it, and that the
// session goes on as before.
func TestBadInput(t *testing.T) {
	long := strings.Repeat("x", 4096)
	tests := []struct{ name, line, want string }{
		{"line too long", "RETR " + long, "500"},
		{"very long line", strings.Repeat("x", 500_000), "500"},
		{"line of the largest size", "STAT " + long[:4091], "553"},
		{"NUL", "RETR a\x00b", "501"},
		{"bare CR", "RETR a\rb", "501"},
		{"empty line", "", "500"},
		{"spaces", "   ", "500"},
		{"unknown verb", "XYZZY", "500 Unknown command."},
		{"control characters", "\x01\x02\x7f", "500"},
		{"not UTF-8", "\xc3\x28 \xfe", "500"},
		{"Telnet negotiation", "\xff\xfb\x01NOOP", "\xff\xfe\x01200"},
		{"Telnet subnegotiation", "\xff\xfa\x18\x00\xff\xf0NOOP", "200"},
		{"missing argument", "RETR", "501"},
		{"TYPE of nothing", "TYPE Q", "500"},
		{"TYPE of the past", "TYPE E", "504"},
		{"STRU of the past", "STRU R", "504"},
		{"MODE of the past", "MODE B", "504"},
		{"REST of a word", "REST abc", "501"},
		{"REST below zero", "REST -1", "501"},
		{"REST with a plus", "REST +1", "501"},
		{"REST overflow", "REST 9223372036854775808", "501"},
		{"PORT of nothing", "PORT ,,,,,", "500 Illegal PORT"},
		{"PORT too short", "PORT 1", "500"},
		{"PORT too long", "PORT 1,2,3,4,5,6,7", "500"},
		{"PORT out of range", "PORT 192,0,2,10,256,1", "500"},
		{"PORT of zero", "PORT 192,0,2,10,0,0", "500"},
		{"PORT elsewhere", "PORT 192,0,2,66,19,136", "500 Illegal PORT command. (port-address-foreign: expected 192.0.2.10, seen 192.0.2.66:5000"},
		{"PORT to the server", "PORT 192,0,2,1,19,136", "500"},
		{"PORT to loopback", "PORT 127,0,0,1,19,136", "500"},
		{"PORT to everybody", "PORT 255,255,255,255,19,136", "500"},
		{"PORT to a group", "PORT 224,0,0,1,19,136", "500"},
		{"PORT to a private address", "PORT 10,0,0,1,19,136", "500 Illegal PORT command. (port-address-private"},
		{"PORT to a reserved port", "PORT 192,0,2,10,0,25", "500 Illegal PORT command. (port-reserved"},
		{"EPRT of nothing", "EPRT", "501"},
		{"EPRT without form", "EPRT 1,2,3", "500"},
		{"EPRT elsewhere", "EPRT |1|192.0.2.66|5000|", "500 Illegal EPRT command."},
		{"EPRT IPv6-mapped elsewhere", "EPRT |2|::ffff:192.0.2.66|5000|", "500"},
		{"EPRT of another family", "EPRT |2|2001:db8::1|5000|", "522"},
		{"EPRT of an unknown family", "EPRT |3|x|5000|", "522"},
		{"EPSV of an unknown family", "EPSV 3", "522"},
		{"EPSV of a word", "EPSV x", "501"},
		{"EPSV of another family", "EPSV 2", "522"},
		{"RETR without a port", "RETR file", "425 Use PORT or PASV first."},
		{"STOR without a port", "STOR file", "425 Use PORT or PASV first."},
		{"LIST without a port", "LIST", "425 Use PORT or PASV first."},
		{"RNTO alone", "RNTO x", "503"},
		{"RNFR of nothing", "RNFR nosuch", "550"},
		{"CWD to nowhere", "CWD /nosuch", "550"},
		{"CWD to a file", "CWD file", "550"},
		{"CWD with a name too long", "CWD " + strings.Repeat("y", 300), "553"},
		{"RMD of the root", "RMD /", "550"},
		{"RNFR of the root", "RNFR ..", "350"},
		{"RNTO of the root", "RNTO x", "550"},
		{"DELE of a directory", "DELE dir", "550"},
		{"RMD of a full directory", "RMD dir", "550"},
		{"MKD that exists", "MKD dir", "550"},
		{"SIZE of a directory", "SIZE dir", "550"},
		{"pattern that explodes", "STAT {{*,*},{*,*}}{{*,*},{*,*}}{{*,*},{*,*}}{{*,*},{*,*}}{{*,*},{*,*}}{{*,*},{*,*}}", "550"},
		{"pattern that backtracks", "STAT " + strings.Repeat("a*", 40) + "b", "213"},
		{"SITE of nothing", "SITE", "500"},
		{"SITE unknown", "SITE EXEC ls", "500"},
		{"SITE CHMOD without a file", "SITE CHMOD 644", "501"},
		{"SITE CHMOD of a word", "SITE CHMOD u+x file", "501"},
		{"SITE CHMOD too large", "SITE CHMOD 77777 file", "501"},
		{"SITE UMASK of a word", "SITE UMASK 9", "501"},
		{"SITE UTIME of nothing", "SITE UTIME file", "501"},
		{"MFMT without a time", "MFMT file", "501"},
		{"MFMT of a wrong time", "MFMT 20261341000000 file", "501"},
		{"MFMT of nothing", "MFMT 20260101000000 nosuch", "550"},
		{"MFF of an unknown fact", "MFF Color=red; file", "504"},
		{"MFF without a fact", "MFF file", "501"},
		{"MFCT", "MFCT 20260101000000 file", "504"},
		{"OPTS of nothing", "OPTS", "501"},
		{"OPTS unknown", "OPTS X Y", "501"},
		{"OPTS MLST of nonsense", "OPTS MLST =;", "501"},
		{"HELP unknown", "HELP XYZZY", "502"},
		{"ABOR of nothing", "ABOR", "225"},
		{"AUTH", "AUTH TLS", "5"},
		{"USER when logged in", "USER other", "530"},
		{"PASS when logged in", "PASS x", "230"},
	}
	inWorld(t, nil, func(w *world) {
		w.put("/file", "x")
		_ = w.fs.Mkdir(w.t.Context(), "/dir", 0o755)
		w.put("/dir/file", "x")
		s := w.login()
		for _, tt := range tests {
			s.send(tt.line + "\r\n")
			if telnet, code, ok := strings.Cut(tt.want, "200"); ok && strings.HasPrefix(telnet, "\xff") {
				answer := make([]byte, len(telnet))
				if _, err := io.ReadFull(s.r, answer); err != nil || string(answer) != telnet {
					t.Errorf("%s: Telnet answer %q, %v", tt.name, answer, err)
				}
				tt.want = "200" + code
			}
			r, err := s.reply()
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if !strings.HasPrefix(r.String(), tt.want) {
				t.Errorf("%s: got %q, want %s", tt.name, r, tt.want)
			}
		}
		if got := s.fetch("RETR file"); got != "x" {
			t.Errorf("after all that: %q", got)
		}
	})
}

// Before login nothing is served, and nonsense is not listened to for ever.
func TestBeforeLogin(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.dial()
		for _, verb := range []string{"LIST", "RETR x", "STOR x", "PWD", "CWD /", "PASV", "PORT 1,2,3,4,5,6", "SITE HELP", "STAT", "HELP", "NOOP", "SYST", "ABOR", "MLSD"} {
			s.do(verb, "530 Please login with USER and PASS.")
		}
		s.do("PASS x", "503")
		for range 10 {
			s.do("XYZZY", "530")
		}
		s.do("XYZZY", "500 Too many errors.")
		s.gone()

		for _, request := range []string{"GET / HTTP/1.1", "POST / HTTP/1.1"} {
			s = w.dial()
			s.send(request + "\r\nHost: x\r\nUSER u\r\nPASS secret\r\n\r\n")
			s.expect("500 HTTP protocol commands not allowed.")
			s.gone()
		}
	})
}

// A mebibyte without an end of line ends the session.
func TestFlood(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.dial()
		go func() {
			block := strings.Repeat("x", 64<<10)
			for {
				if _, err := io.WriteString(s.conn, block); err != nil {
					return
				}
			}
		}()
		s.expect("421")
		synctest.Wait()
		if w.ended[0].Cause != ftp.CauseProtocol {
			t.Errorf("ended by %q", w.ended[0].Cause)
		}
	})
}

// No reply can be forged by a name, and no line of a listing.
func TestHostileNames(t *testing.T) {
	names := []string{"two\nlines", "cr\r", "226 Transfer complete.\r\n", "quote\"quote", "-rf", " lead", "trail ", "汉字", "\xff\xfe", "a b", "*", "[x]"}
	inWorld(t, nil, func(w *world) {
		for _, name := range names {
			if err := w.fs.Mkdir(w.t.Context(), "/"+name, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		s := w.login()
		for _, command := range []string{"LIST", "NLST", "MLSD", "LIST -R"} {
			got := s.fetch(command)
			want := len(names)
			switch command {
			case "MLSD":
				want++ // the directory itself
			}
			if n := strings.Count(got, "\n"); n != want || strings.Count(got, "\r\n") != n {
				t.Errorf("%s: %d lines for %d names: %q", command, n, want, got)
			}
		}
		for _, name := range names {
			if strings.ContainsAny(name, "\r\n") {
				continue
			}
			sent := strings.ReplaceAll(name, "\xff", "\xff\xff")
			s.do("CWD /"+sent, "250")
			want := fmt.Sprintf("257 \"/%s\" is", strings.ReplaceAll(strings.ReplaceAll(name, `"`, `""`), "\xff", "\xff\xff"))
			s.do("PWD", want)
			s.do("MLST", "250")
		}
	})
}

// Many listings, by size.
func TestListingLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,001 files")
	}
	inWorld(t, nil, func(w *world) {
		make := func(dir string, from, to int) {
			for i := from; i < to; i++ {
				f, err := w.fs.Create(w.t.Context(), fmt.Sprintf("%s/%06d", dir, (i*7919)%1_000_003), vfs.CreateOptions{Perm: 0o644})
				if err == nil {
					err = f.Commit(w.t.Context())
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = w.fs.Mkdir(w.t.Context(), "/d", 0o755)
		make("/d", 0, 10_000)
		s := w.login()
		lines := strings.Split(strings.TrimSuffix(s.fetch("NLST d"), "\r\n"), "\r\n")
		if len(lines) != 10_000 {
			t.Errorf("%d names", len(lines))
		}
		for i := 1; i < len(lines); i++ {
			if lines[i-1] >= lines[i] {
				t.Fatalf("%s before %s", lines[i-1], lines[i])
			}
		}
		s.do("STAT d", "213")
		make("/d", 10_000, 100_001)
		if n := strings.Count(s.fetch("NLST d"), "\r\n"); n != 100_001 {
			t.Errorf("%d names", n)
		}
		s.do("STAT d", "450 Too many files for STAT (more than 10000), use LIST.")
		s.passive()
		s.do("LIST -t d", "150")
		s.expect("450 Too many files to sort (more than 100000), ask without -t, -S and -r.")
		s.do("NOOP", "200")
	})
}
