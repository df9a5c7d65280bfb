package mikrotik

import (
	"strings"
	"testing"

	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) {
	texts := firewalltest.Golden(t, Dialect)
	for name, want := range map[string]string{
		"forward-public":            "add chain=dstnat action=dst-nat protocol=tcp dst-address=198.51.100.5 dst-port=21,3000-4000 to-addresses=10.0.0.5",
		"forward-masquerade-helper": "add chain=srcnat action=masquerade src-address=10.1.0.0/16 dst-address=198.51.100.5",
		"forward-both-helper":       "set ftp disabled=no ports=21",
	} {
		if !strings.Contains(texts[name], want) {
			t.Errorf("%s: %q is not in\n%s", name, want, texts[name])
		}
	}
}

// TestSameMatrix reads the texts back.
func TestSameMatrix(t *testing.T) { firewalltest.SameMatrix(t, Dialect) }

// TestRefused has wrong texts, and what is said.
func TestRefused(t *testing.T) {
	const menu = "/ip firewall filter\n"
	for _, c := range []struct{ text, want string }{
		{"/ip fireball filter", "line 1: the menu"},
		{"add chain=forward", "outside of a menu"},
		{menu + "ad chain=forward", `line 2: "ad" is no command`},
		{menu + "add chain=input action=accept", "of forward"},
		{menu + "add chain=forward action=tarpit", "neither accept nor drop"},
		{menu + "add chain=forward action=accept colour=red", "property colour"},
		{menu + "add chain=forward chain=forward", "there twice"},
		{menu + `add chain=forward comment="no end`, "has no end"},
		{menu + "add chain=forward accept", "no property"},
		{menu + "add chain=forward dst-port=21", "ports need protocol=tcp"},
		{menu + "add chain=forward protocol=tcp dst-port=4000-3000", "upside down"},
		{menu + "add chain=forward protocol=icmpv6", "protocol"},
		{menu + "add chain=forward src-address=2001:db8::/32", "no network of IPv4"},
		{menu + "add chain=forward src-address=192.0.2.1/24", "no network of IPv4"},
		{menu + "add chain=forward connection-state=open", "connection-state"},
		{menu + "add chain=forward connection-type=sip", "is not ftp"},
		{menu + "add chain=forward protocol=icmp icmp-options=8:0-255", "not one that FTP needs"},
		{menu + "add chain=forward protocol=icmp icmp-options=3:4", "no type with all codes"},
		{"/ip firewall nat\nadd chain=forward", "none of dstnat"},
		{"/ip firewall service-port\nget ftp", "is set"},
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
