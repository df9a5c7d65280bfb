package dtp

import (
	"bytes"
	"strings"
	"testing"
)

func TestASCII(t *testing.T) {
	tests := []struct{ local, wire, back string }{
		{"", "", ""},
		{"a\nb\n", "a\r\nb\r\n", "a\nb\n"},
		{"a\r\nb", "a\r\nb", "a\nb"}, // a CR that is there already stays alone
		{"\n\n\r\n\n", "\r\n\r\n\r\n\r\n", "\n\n\n\n"},
		{"a\rb\r", "a\rb\r", "a\rb\r"},
		{"\r\r\n", "\r\r\n", "\r\n"},
	}
	for _, tt := range tests {
		for cut := 0; cut <= len(tt.local); cut++ {
			var out bytes.Buffer
			e := NewASCIIEncoder(&out)
			for _, part := range []string{tt.local[:cut], tt.local[cut:]} {
				if n, err := e.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if out.String() != tt.wire {
				t.Errorf("%q cut at %d is sent as %q, want %q", tt.local, cut, out.String(), tt.wire)
			}
		}
		for cut := 0; cut <= len(tt.wire); cut++ {
			var out bytes.Buffer
			d := NewASCIIDecoder(&out)
			for _, part := range []string{tt.wire[:cut], tt.wire[cut:]} {
				if n, err := d.Write([]byte(part)); n != len(part) || err != nil {
					t.Fatal(n, err)
				}
			}
			if err := d.Flush(); err != nil {
				t.Fatal(err)
			}
			if out.String() != tt.back {
				t.Errorf("%q cut at %d is stored as %q, want %q", tt.wire, cut, out.String(), tt.back)
			}
		}
	}
}

// Text without CR comes back as it was, however it is cut.
func FuzzASCII(f *testing.F) {
	f.Add("a\nb\r\nc\n", uint8(3))
	f.Add("\r\r\n\n", uint8(1))
	f.Fuzz(func(t *testing.T, text string, step uint8) {
		cut := func(s string, write func([]byte) (int, error)) {
			for n := int(step)%7 + 1; s != ""; s = s[min(n, len(s)):] {
				_, _ = write([]byte(s[:min(n, len(s))]))
			}
		}
		var wire, back bytes.Buffer
		cut(text, NewASCIIEncoder(&wire).Write)
		if bare := strings.ReplaceAll(wire.String(), "\r\n", ""); strings.Contains(bare, "\n") {
			t.Errorf("%q has a bare LF", wire.String())
		}
		d := NewASCIIDecoder(&back)
		cut(wire.String(), d.Write)
		_ = d.Flush()
		if want := strings.ReplaceAll(text, "\r\n", "\n"); back.String() != want {
			t.Errorf("%q came back as %q", text, back.String())
		}
	})
}
