package certs

import (
	"crypto/tls"
	"strings"
	"testing"
)

func TestVersions(t *testing.T) {
	const v12, v13 = tls.VersionTLS12, tls.VersionTLS13
	tests := []struct {
		on              string // switches
		lowest, highest uint16
		notes           string // options that are noted, in order
	}{
		{"12 13", v12, v13, ""},
		{"12", v12, v12, ""},
		{"13", v13, v13, ""},
		{"1", v12, v13, "ssl_tlsv1"},
		{"11", v12, v13, "ssl_tlsv11"},
		{"1 11", v12, v13, "ssl_tlsv1 ssl_tlsv11"},
		{"1 12", v12, v12, "ssl_tlsv1"},
		{"1 13", v13, v13, "ssl_tlsv1"},
		{"1 12 13", v12, v13, "ssl_tlsv1"},
		{"12 13 s2 s3", v12, v13, "ssl_sslv2 ssl_sslv3"},
		{"1 s3", v12, v13, "ssl_tlsv1 ssl_sslv3"},
		{"", 0, 0, ""},
		{"s3", 0, 0, ""},
		{"s2 s3", 0, 0, ""},
	}
	for _, test := range tests {
		on := make(map[string]bool)
		for name := range strings.FieldsSeq(test.on) {
			on[name] = true
		}
		lowest, highest, notes, err := Versions(on["1"], on["11"], on["12"], on["13"], on["s2"], on["s3"])
		if (err != nil) != (test.lowest == 0) || lowest != test.lowest || highest != test.highest {
			t.Errorf("%q: %x to %x, %v", test.on, lowest, highest, err)
		}
		var noted []string
		for _, note := range notes {
			option, _, _ := strings.Cut(note, "=")
			noted = append(noted, option)
		}
		if got := strings.Join(noted, " "); got != test.notes {
			t.Errorf("%q: notes on %q, want %q", test.on, got, test.notes)
		}
	}
}
