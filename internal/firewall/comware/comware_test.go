package comware

import (
	"strings"
	"testing"

	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestSameMatrix reads the texts back.
func TestSameMatrix(t *testing.T) { firewalltest.SameMatrix(t, Dialect) }

// TestRefused has the errors of how-tos, and others.
func TestRefused(t *testing.T) {
	const bind = "\ninterface TO-CLIENTS\npacket-filter 3001 inbound\n"
	for text, want := range map[string]string{
		"acl advanced 3001\nrele permit tcp" + bind:                                          `line 2: "rele" is no command`,
		"acl advanced 3001\nrule permit tcp":                                                 "bound to no interface",
		"acl number 3001" + bind:                                                             "acl [ipv6] advanced NUMBER",
		"acl advanced 2001" + bind:                                                           "no number of an advanced list",
		"acl advanced 3001\nacl advanced 3001":                                               "there twice",
		"rule permit tcp" + bind:                                                             "outside of a list",
		"acl advanced 3001\nrule permit":                                                     "permit or deny, and a protocol",
		"acl advanced 3001\nrule allow tcp":                                                  `"allow" is neither`,
		"acl advanced 3001\nrule permit icmpv6":                                              `protocol "icmpv6"`,
		"acl advanced 3001\nrule 5 permit tcp\nrule 5 deny ip":                               "there already",
		"acl advanced 3001\nrule 5 permit tcp\nrule 1 deny ip":                               "in the order of their numbers",
		"acl advanced 3001\nrule permit tcp source 192.0.2.0 255.255.255.0":                  "is it a mask?",
		"acl advanced 3001\nrule permit tcp source 192.0.2.1 0.0.0.255":                      "no network of this list",
		"acl advanced 3001\nrule permit tcp source 2001:db8::/32 0":                          "no IPv4 address",
		"acl advanced 3001\nrule permit tcp source-port range 4000 3000":                     "upside down",
		"acl advanced 3001\nrule permit tcp source-port eq ftp":                              `"ftp" is no port`,
		"acl advanced 3001\nrule permit tcp source-port gt 65535":                            "none of eq",
		"acl advanced 3001\nrule permit ip source-port eq 20":                                "needs the protocol tcp",
		"acl advanced 3001\nrule permit ip established":                                      "needs the protocol tcp",
		"acl advanced 3001\nrule permit tcp establishd":                                      `"establishd" is no word`,
		"acl advanced 3001\nrule permit icmp icmp-type 8":                                    "not one that FTP needs",
		"acl ipv6 advanced 3001\nrule permit icmpv6 icmp6-type 2 9":                          "needs a code",
		"acl advanced 3001\ninterface GigabitEthernet1/0/1":                                  "is neither",
		"acl advanced 3001\nrule deny ip\ninterface TO-CLIENTS\npacket-filter 3002 inbound":  "no list ipv4 3002",
		"acl advanced 3001\nrule deny ip\ninterface TO-CLIENTS\npacket-filter 3001 outbound": "packet-filter [ipv6] NUMBER inbound",
		"acl ipv6 advanced 3001\nrule permit tcp source 192.0.2.0/24" + bind:                 "no network of this list",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestOperators reads what others write: gt 1024 leaves out 1024.
func TestOperators(t *testing.T) {
	for text, want := range map[string]string{"gt 1023": "[1024-65535]", "gt 1024": "[1025-65535]", "lt 1024": "[1-1023]", "neq 21": "[1-20 22-65535]", "eq 20": "[20]"} {
		set, err := Parse("acl advanced 3001\nrule permit tcp source-port " + text + "\ninterface TO-SERVER\npacket-filter 3001 inbound\n")
		if err != nil || len(set.Rules) != 1 {
			t.Fatal(text, err)
		}
		var got []string
		for _, p := range set.Rules[0].From.Ports {
			got = append(got, p.String())
		}
		if said := "[" + strings.Join(got, " ") + "]"; said != want {
			t.Errorf("%s: %s, want %s", text, said, want)
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
