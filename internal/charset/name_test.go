package charset_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"ferry/internal/charset"
)

func TestName(t *testing.T) {
	tests := []struct{ charset, wire, name string }{
		{"windows-1252", "caf\xe9 \x80", "café €"},
		{"windows-1252", "a\x81b", "a%~81~b"}, // it has no such character
		{"windows-1252", "100%~", "100%~25~~"},
		{"windows-1252", "%~E9~\xe9", "%~25~~E9~é"},
		{"Shift_JIS", "\x95\x5c\x8e\xa6", "表示"},
		{"Shift_JIS", "\x95", "%~95~"},
		{"GBK", "\xd6\xd0.txt", "中.txt"},
		{"GBK", "\xff\xd6\xd0.txt", "%~FFD6D0~.txt"},
		{"ISO-8859-1", "\x80", "\u0080"},
	}
	for _, tt := range tests {
		c := lookup(t, tt.charset)
		if got := c.Name(tt.wire); got != tt.name {
			t.Errorf("%s: Name(%q) = %q, want %q", tt.charset, tt.wire, got, tt.name)
		}
		if got, err := c.Bytes(tt.name); got != tt.wire || err != nil {
			t.Errorf("%s: Bytes(%q) = %q, %v, want %q", tt.charset, tt.name, got, err, tt.wire)
		}
	}
	if got, err := lookup(t, "windows-1252").Bytes("日本"); !errors.Is(err, charset.ErrLacking) {
		t.Errorf("what is lacking is %q, %v", got, err)
	}
}

// FuzzName wants every name of every server to come back to the byte, and to be
// fit for a path of UTF-8.
func FuzzName(f *testing.F) {
	for _, s := range []string{"", "a", "\xe9", "\xff\xfe", "%~", "%~25~~", "%~E4~", "\x95\x5c", "\xa4\xa4%~\xa4", "中", "\x81%~81~", "\xa3\x7e~", "%%~~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, wire string) {
		for _, name := range charset.Names() {
			c := lookup(t, name)
			read := c.Name(wire)
			if got, err := c.Bytes(read); got != wire || err != nil {
				t.Errorf("%s: %q is the name %q, and %q, %v on the way back", name, wire, read, got, err)
			}
			if !utf8.ValidString(read) {
				t.Errorf("%s: %q is the name %q, which is no UTF-8", name, wire, read)
			}
			for _, control := range []string{"\n", "\r", "\x00", "/"} {
				if strings.Count(read, control) != strings.Count(wire, control) {
					t.Errorf("%s: the name %q has another number of %q than %q", name, read, control, wire)
				}
			}
		}
	})
}
