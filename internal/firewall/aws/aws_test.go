package aws

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
	const (
		sg   = "resource \"aws_security_group\" \"ftp\" {\n}\n"
		rule = "resource \"aws_vpc_security_group_ingress_rule\" \"a\" {\nsecurity_group_id = aws_security_group.ftp.id\n"
	)
	for _, c := range []struct{ text, want string }{
		{"", "0 security groups"},
		{sg + sg, "2 security groups"},
		{"resource \"aws_instance\" \"a\" {\n}\n", "line 1: the resource"},
		{"data \"x\" \"y\" {\n}\n", "begins no block"},
		{sg + rule, "has no end"},
		{sg + rule + "}\n", "a rule needs"},
		{sg + rule + "colour = \"red\"\n}\n", "colour is not known"},
		{sg + rule + "nonsense\n}\n", "no new NAME"},
		{sg + rule + "ip_protocol = \"udp\"\n}\n", "ip_protocol"},
		{sg + rule + "cidr_ipv4 = \"2001:db8::/32\"\n}\n", "no network for cidr_ipv4"},
		{sg + rule + "cidr_ipv4 = \"192.0.2.1/24\"\n}\n", "no network for cidr_ipv4"},
		{sg + rule + "cidr_ipv4 = 192.0.2.0/24\n}\n", "no text in quotes"},
		{sg + rule + "ip_protocol = \"tcp\"\ncidr_ipv4 = \"192.0.2.0/24\"\nfrom_port = 4000\nto_port = 3000\n}\n", "no range of ports"},
		{sg + "resource \"aws_vpc_security_group_egress_rule\" \"a\" {\nsecurity_group_id = other.id\n}\n", "is another"},
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
