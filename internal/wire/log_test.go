package wire_test

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"ferry/ftp"
	"ferry/internal/wire"
)

func TestRedact(t *testing.T) {
	tests := []struct{ in, want string }{
		{"PASS secret", "PASS <password>"},
		{"pass secret word", "PASS <password>"},
		{"PASS", "PASS <password>"},
		{"ACCT secret", "ACCT <password>"},
		{"ADAT c2VjcmV0", "ADAT <password>"},
		{"SITE PSWD secret new", "SITE PSWD <password>"},
		{"SITE cpwd secret", "SITE CPWD <password>"},
		{"SITE  passwd secret", "SITE PASSWD <password>"},
		{" PASS secret", " PASS <password>"},
		{"  pass secret", " PASS <password>"},
		{"PASS\tsecret", "PASS <password>"},
		{"\xf2PASS secret", "PASS <password>"},
		{"PASS:secret", "PASS <password>"},
		{"USER anonymous", "USER anonymous"},
		{"PASV", "PASV"},
		{"CWD PASS secret", "CWD PASS secret"},
		{"SITE CHMOD 644 PASS", "SITE CHMOD 644 PASS"},
		{"RETR passwd", "RETR passwd"},
		{"", ""},
	}
	for _, tt := range tests {
		got := wire.Redact(ftp.ParseCommand(tt.in)).String()
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
		if tt.in != tt.want && strings.Contains(strings.ToLower(got), "secret") {
			t.Errorf("%q shows the secret: %q", tt.in, got)
		}
	}
	for _, cmd := range []ftp.Command{{Verb: "SITE CPWD", Arg: "secret"}, {Verb: "SITE PASSWD", Arg: "secret"}} {
		if got := wire.Redact(cmd); got.Verb != cmd.Verb || got.Arg != "<password>" {
			t.Errorf("%v: %v", cmd, got)
		}
	}
}

func TestEscape(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"a b/c.txt", "a b/c.txt"},
		{"Grüße 日本", "Grüße 日本"},
		{"a\r\nb\x00\t\x7f", `a\x0d\x0ab\x00\x09\x7f`},
		{`a"b\c'd`, `a\x22b\x5cc'd`},
		{`\x0a`, `\x5cx0a`},
		{"\xff\xfe\xe9t\xe9", `\xff\xfe\xe9t\xe9`},
		{"\x1b[31m", `\x1b[31m`},
		{"a\u0085b", `a\xc2\x85b`},       // C1: next line
		{"a\u2028b", `a\xe2\x80\xa8b`},   // line separator
		{"a\u202eb", `a\xe2\x80\xaeb`},   // right-to-left override
		{"a\u00a0b", `a\xc2\xa0b`},       // looks like a space
		{"a\ufffdb", "a\ufffdb"},         // a replacement character that is really there
		{"\xe2\x80", `\xe2\x80`},         // cut short
		{"\xed\xa0\x80", `\xed\xa0\x80`}, // a surrogate
	}
	for _, tt := range tests {
		if got := wire.Escape(tt.in); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { wire.Escape("pub/Grüße.txt") }); n != 0 {
		t.Errorf("%v allocations where nothing is escaped", n)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a\\\"\x00\xff", "\u202e", `\x0a`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := wire.Escape(s)
		back, err := strconv.Unquote(`"` + e + `"`)
		if err != nil || back != s {
			t.Errorf("%q: %s, and back %q, %v", s, e, back, err)
		}
		if strings.ContainsFunc(e, func(r rune) bool { return !unicode.IsPrint(r) || r == '"' }) {
			t.Errorf("%q: %q", s, e)
		}
	})
}
