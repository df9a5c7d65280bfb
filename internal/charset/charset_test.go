package charset_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"ferry/internal/charset"
)

func lookup(t testing.TB, name string) *charset.Charset {
	t.Helper()
	c, err := charset.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The bytes are from the standards of the charsets, not from this package.
func TestKnownBytes(t *testing.T) {
	tests := []struct{ charset, text, wire string }{
		{"GBK", "中文", "\xd6\xd0\xce\xc4"},
		{"cp936", "誠", "\xd5\x5c"},              // second byte is a backslash
		{"GB18030", "㐀", "\x81\x39\xee\x39"},    // four bytes
		{"Big5", "功能", "\xa5\x5c\xaf\xe0"},      // second byte is a backslash
		{"shift-jis", "表示", "\x95\x5c\x8e\xa6"}, // second byte is a backslash
		{"Shift_JIS", "ｱ", "\xb1"},
		{"EUC-JP", "日本", "\xc6\xfc\xcb\xdc"},
		{"euckr", "한국", "\xc7\xd1\xb1\xb9"},
		{"ISO-8859-1", "é", "\xe9"},
		{"iso8859-15", "€", "\xa4"},
		{"windows-1252", "ÿ€", "\xff\x80"},
		{"CP1251", "яд", "\xff\xe4"},
		{"KOI8-R", "я", "\xd1"},
		{"windows-1256", "ي", "\xed"},
		{"IBM866", "я", "\xef"},
		{"windows-874", "ก", "\xa1"},
		// What a charset lacks, or a name that is no UTF-8.
		{"ISO-8859-1", "a€b", "a%~E282AC~b"},
		{"ISO-8859-1", "中文é", "%~E4B8ADE69687~\xe9"},
		{"GBK", "a\xffb", "a%~FF~b"},
		{"GBK", "\ufffd", "%~EFBFBD~"},
		{"Shift_JIS", "¥", "%~C2A5~"}, // the encoder would make a backslash of it
		// The mark itself.
		{"GBK", "100%", "100%"},
		{"GBK", "%~FF~", "%~25~~FF~"},
		{"GBK", "中%~", "\xd6\xd0%~25~~"},
	}
	for _, tt := range tests {
		c := lookup(t, tt.charset)
		if got := c.Encode(tt.text); got != tt.wire {
			t.Errorf("%s: Encode(%q) = %q, want %q", tt.charset, tt.text, got, tt.wire)
		}
		if got, err := c.Decode(tt.wire); got != tt.text || err != nil {
			t.Errorf("%s: Decode(%q) = %q, %v, want %q", tt.charset, tt.wire, got, err, tt.text)
		}
	}
}

// What only looks like an escape stays as it is: no slash, NUL or line end can
// be smuggled in.
func TestNoEscape(t *testing.T) {
	for _, text := range []string{"%~", "%~~", "%~2F~", "%~2E2E~", "%~0A~", "%~00~", "%~e4~", "%~E4", "%~E~", "%~41~", "%~E40A~", "%20", "%E4%B8%AD"} {
		if got, err := lookup(t, "GBK").Decode(text); got != text || err != nil {
			t.Errorf("Decode(%q) = %q, %v", text, got, err)
		}
	}
}

func TestInvalid(t *testing.T) {
	for _, tt := range []struct{ charset, wire string }{
		{"GBK", "\xff"},
		{"GBK", "\xd6"},
		{"Big5", "\x80"},
		{"Shift_JIS", "\x95"},
		{"EUC-JP", "\xc6"},
		{"EUC-KR", "\xc7\x20"},
		{"GB18030", "\x84\x31\xa4\x37"},
		{"ISO-8859-6", "\xa1"},
	} {
		if got, err := lookup(t, tt.charset).Decode(tt.wire); !errors.Is(err, charset.ErrInvalid) {
			t.Errorf("%s: Decode(%q) = %q, %v", tt.charset, tt.wire, got, err)
		}
	}
	for _, name := range []string{"", "UTF-8", "UTF-16", "ISO-2022-JP", "HZ", "nonsense"} {
		if _, err := charset.Lookup(name); err == nil {
			t.Errorf("there is a charset %q", name)
		}
	}
}

// Every charset holds ASCII as it is: commands and pathnames are made of it.
func TestASCII(t *testing.T) {
	var all []byte
	for c := range byte(utf8.RuneSelf) {
		all = append(all, c)
	}
	text := string(all)
	for _, name := range charset.Names() {
		c := lookup(t, name)
		// The text after a character beyond ASCII goes through the real coder.
		for r := rune(0x80); r < 0x3000; r++ {
			wire := c.Encode(string(r))
			if strings.HasPrefix(wire, "%~") {
				continue
			}
			if got := c.Encode(string(r) + text); got != wire+text {
				t.Errorf("%s: Encode(%q) = %q", name, string(r)+text, got)
			}
			if got, err := c.Decode(wire + text); got != string(r)+text || err != nil {
				t.Errorf("%s: Decode = %q, %v", name, got, err)
			}
			break
		}
	}
}

// FuzzRoundTrip wants every name of a store to come back, in every charset, and
// what is decoded to be something that a store can have.
func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{"", "a", "中文", "ÿ", "\xff\xfe", "%~", "%~25~~", "%~E4~", "¥‾\\~", "\ufffd", "a/b\nc", "Ê̄", "ｱ", "😀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range charset.Names() {
			c := lookup(t, name)
			wire := c.Encode(s)
			if got, err := c.Decode(wire); got != s || err != nil {
				t.Errorf("%s: %q is %q on the wire and %q, %v after", name, s, wire, got, err)
			}
			for _, control := range []string{"\n", "\r", "\x00", "/"} {
				if strings.Count(wire, control) != strings.Count(s, control) {
					t.Errorf("%s: %q has another number of %q than %q", name, wire, control, s)
				}
			}
			decoded, err := c.Decode(s)
			if err != nil {
				continue
			}
			for _, control := range []string{"\n", "\r", "\x00", "/"} {
				if strings.Count(decoded, control) != strings.Count(s, control) {
					t.Errorf("%s: %q decodes to %q with another number of %q", name, s, decoded, control)
				}
			}
		}
	})
}
