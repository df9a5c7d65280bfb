package words

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"ferry/internal/firewall"
)

func TestLines(t *testing.T) {
	lines := Lines("# a comment\n\n  one two three\nfour\n", "#")
	if len(lines) != 2 || lines[0].Number != 3 || lines[1].Number != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	l := lines[0]
	if l.Next("one", "three") || !l.Next("one", "two") || l.Peek() != "three" {
		t.Error("words are not taken one after the other")
	}
	if err := l.Wrap(l.End()); err == nil || err.Error() != `line 3: "three" is not known here` {
		t.Error(err)
	}
	if l.Take() != "three" || l.Take() != "" || l.End() != nil || l.Next("four") {
		t.Error("the line does not end")
	}
	if lines[1].Rest() != "four" || lines[1].Peek() != "" {
		t.Error("a rest is left")
	}
	if l.Wrap(nil) != nil || !errors.Is(l.Wrap(errors.ErrUnsupported), errors.ErrUnsupported) {
		t.Error("errors are not wrapped")
	}
}

// TestOperator has the trap of how-tos: gt 1024 leaves out 1024.
func TestOperator(t *testing.T) {
	for text, want := range map[string]string{
		"eq 20": "[20]", "gt 1023": "[1024-65535]", "gt 1024": "[1025-65535]", "lt 1024": "[1-1023]",
		"neq 21": "[1-20 22-65535]", "neq 1": "[2-65535]", "neq 65535": "[1-65534]", "range 3000 4000": "[3000-4000]", "range 7 7": "[7]",
		"range 4000 3000": "the range 4000 to 3000 is upside down", "gt 65535": "there is no port above 65535", "lt 1": "there is no port below 1",
		"eq ftp": `"ftp" is no port (1 to 65535)`, "eq 0": `"0" is no port (1 to 65535)`, "eq": `"" is no port (1 to 65535)`,
		"range 1": `"" is no port (1 to 65535)`, "ge 5": `"ge" is none of eq, gt, lt, neq and range`, "eq 65536": `"65536" is no port (1 to 65535)`,
	} {
		ports, err := Operator(NewLine(1, strings.Fields(text)))
		got := fmt.Sprint(ports)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestExcept(t *testing.T) {
	if ports, err := Except(firewall.Ports{From: 1, To: 65535}); err == nil {
		t.Errorf("%v besides all ports", ports)
	}
}

func TestWildcard(t *testing.T) {
	for network, wildcard := range map[string]string{
		"192.0.2.0/24": "0.0.0.255", "192.0.2.7/32": "0.0.0.0", "0.0.0.0/0": "255.255.255.255", "10.0.0.0/9": "0.127.255.255",
	} {
		n := netip.MustParsePrefix(network)
		if got := Wildcard(n); got.String() != wildcard {
			t.Errorf("%s: %s, want %s", n, got, wildcard)
		}
		if back, err := Masked(n.Addr().String(), wildcard); err != nil || back != n {
			t.Errorf("%s %s: %s, %v", n.Addr(), wildcard, back, err)
		}
	}
	for text, want := range map[string]string{
		"192.0.2.0 255.255.255.0": "is it a mask?", "192.0.2.1 0.0.0.255": "bits of a host", "2001:db8:: 0.0.0.255": "no IPv4 address",
		"192.0.2.0 24": "no wildcard", "192.0.2 0.0.0.255": "no IPv4 address",
	} {
		address, wildcard, _ := strings.Cut(text, " ")
		if _, err := Masked(address, wildcard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, bad := range []string{"", "::ffff:192.0.2.1", "fe80::1%eth0", "host"} {
		if _, err := Host(bad); err == nil {
			t.Errorf("%q is taken for a host", bad)
		}
	}
}

func TestMessages(t *testing.T) {
	permit6 := firewall.Rule{Family: firewall.IPv6, Action: firewall.Accept}
	var m Messages
	add := func(rule firewall.Rule, typ, code int, want firewall.ICMPKind) {
		t.Helper()
		if got, err := m.Add(rule, typ, code); got != want || err != nil {
			t.Errorf("type %d code %d: kind %d, %v, want %d", typ, code, got, err, want)
		}
	}
	add(permit6, 2, 0, firewall.PacketTooBig)
	add(permit6, 3, 0, firewall.NoICMP)
	other := permit6
	other.From.Nets = []netip.Prefix{netip.MustParsePrefix("2001:db8::/32")}
	add(other, 3, 1, firewall.NoICMP) // of others: it does not complete the first
	add(permit6, 3, 1, firewall.TimeExceeded)
	for typ := 133; typ < 136; typ++ {
		add(permit6, typ, AllCodes, firewall.NoICMP)
	}
	add(permit6, 136, AllCodes, firewall.NeighborDiscovery)
	deny := firewall.Rule{Family: firewall.IPv4, Action: firewall.Drop}
	add(deny, 3, 4, firewall.Unreachable)
	if _, err := m.Add(permit6, 2, 9); err == nil || !strings.Contains(err.Error(), "no code 9") {
		t.Error(err)
	}
	if _, err := m.Add(permit6, 200, AllCodes); err == nil || !strings.Contains(err.Error(), "type 200") {
		t.Error(err)
	}
	if len(Types(firewall.IPv6, firewall.NeighborDiscovery)) != 4 || len(Codes(firewall.IPv4, firewall.Unreachable)) != 16 ||
		Types(firewall.IPv4, firewall.PacketTooBig) != nil || Codes(firewall.IPv4, firewall.PacketTooBig) != nil {
		t.Error("types and codes are not those of the kinds")
	}
}
