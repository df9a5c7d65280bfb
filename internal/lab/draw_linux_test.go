package lab

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// TestSecrets shows no password, however it is sent.
func TestSecrets(t *testing.T) {
	for line, want := range map[string]string{
		"PASS hunter2\r\n": "PASS ", "pass hunter2\r\n": "PASS ", " PASS hunter2\r\n": "PASS ", "PASS\thunter2\r\n": "PASS ",
		"ACCT hunter2\r\n": "ACCT ", "ADAT hunter2\r\n": "ADAT ", "SITE PSWD old hunter2\r\n": "PSWD ",
		"USER al\r\n": "USER al", "230 Login successful.\r\n": "230 Login successful.", "\x16\x03\x01": "TLS, unreadable",
	} {
		if got := spoken(line); strings.Contains(got, "hunter2") || !strings.Contains(got, want) {
			t.Errorf("%q is shown as %q", line, got)
		}
	}
	n := &network{Topology: &Topology{Name: "two", Hosts: []string{"client", "server"}, Links: []Link{{Net: clientNet}}}}
	client, server := netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("192.0.2.2:21")
	var seen []packet
	for i, text := range []string{"PA", "SS hunt", "er2\r\n", "NOOP\r\n"} {
		out := packet{at: time.Unix(0, int64(2*i)), host: 0, outgoing: true, src: client, dst: server, seq: uint32(10 * i), ack: true, size: len(text), text: text}
		in := out
		in.at, in.host, in.outgoing = time.Unix(0, int64(2*i+1)), 1, false
		seen = append(seen, out, in)
	}
	text := n.draw(Cell{Mode: "pasv", TLS: "none"}, seen).Text()
	if strings.Contains(text, "hunt") || strings.Contains(text, "er2") || !strings.Contains(text, "NOOP") || strings.Count(text, "the rest of a line") != 2 {
		t.Errorf("a password in parts:\n%s", text)
	}
}
