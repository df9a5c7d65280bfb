package cisco

import (
	"strings"
	"testing"

	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestSameMatrix reads the texts back.
func TestSameMatrix(t *testing.T) { firewalltest.SameMatrix(t, Dialect) }

// TestRefused has wrong texts, and what is said.
func TestRefused(t *testing.T) {
	const list = "ip access-list extended A\n"
	for _, c := range []struct{ text, want string }{
		{list + "rele permit tcp any any", `line 2: "rele permit tcp any any" is no command`},
		{list + "permit tcp any any", "bound to no interface"},
		{"permit tcp any any", "outside of a list"},
		{list + list, "there twice"},
		{list + "permit gre any any", `protocol "gre"`},
		{list + "permit tcp 192.0.2.0 255.255.255.0 any", "is it a mask?"},
		{list + "permit tcp 192.0.2.1 0.0.0.255 any", "no network of this list"},
		{list + "permit tcp host 2001:db8::1 any", "of the list's family"},
		{list + "permit tcp any range 4000 3000 any", "upside down"},
		{list + "permit tcp any eq ftp any", `"ftp" is no port`},
		{list + "permit tcp any gt 65535 any", "leaves no port"},
		{list + "permit ip any eq 20 any", "ports need the protocol tcp"},
		{list + "permit tcp any any establishd", `"establishd" is no word`},
		{list + "permit tcp any any established log", `"log" is too much`},
		{list + "permit icmp any any echo", `"echo" is no word`},
		{list + "permit icmp any any packet-too-big", `"packet-too-big" is no word`},
		{list + "interface Gi0/1", "is neither"},
		{list + "interface TO-CLIENTS\nip access-group B in", "no list B"},
		{list + "interface TO-CLIENTS\nip access-group A out", "bound in"},
		{list + "interface TO-CLIENTS\nipv6 traffic-filter A in", "no list A of IPv6"},
		{list + "ip access-group A in", "inside of an interface"},
	} {
		if _, err := Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range firewalltest.Cases() {
		if text, _, _, err := Dialect.Write(c.Facts(f)); err == nil {
			f.Add(text)
		}
	}
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = Parse(text) // it must not panic
	})
}
