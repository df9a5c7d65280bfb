package comware

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestSameMatrix reads the texts back.
func TestSameMatrix(t *testing.T) { firewalltest.SameMatrix(t, Dialect) }

// TestRefused has the errors of how-tos, and others.
func TestRefused(t *testing.T) {
	const (
		list = "acl advanced 3001\n"
		six  = "acl ipv6 advanced 3001\n"
		bind = "\ninterface TO-CLIENTS\npacket-filter 3001 inbound\n"
	)
	for text, want := range map[string]string{
		list + "rele permit tcp" + bind:                                                `line 2: "rele" is no command`,
		list + "rele deny ip" + bind:                                                   `line 2: "rele" is no command`,
		list + "rule permit tcp":                                                       "line 1: list IPv4 3001 is bound to no interface",
		"acl number 3001" + bind:                                                       "acl [ipv6] advanced NUMBER",
		"acl advanced 2001" + bind:                                                     "no number of an advanced list",
		list + list:                                                                    "there twice",
		"rule permit tcp" + bind:                                                       "outside of a list",
		list + "rule permit":                                                           `"" is no protocol`,
		list + "rule allow tcp":                                                        `"allow" is neither`,
		list + "rule permit icmpv6":                                                    `"icmpv6" is no protocol`,
		six + "rule permit icmp":                                                       `"icmp" is no protocol`,
		list + "rule 5 permit tcp\nrule 5 deny ip":                                     "rule 5 after rule 5",
		list + "rule 5 permit tcp\nrule 1 deny ip":                                     "rule 1 after rule 5",
		list + "rule 65535 permit tcp":                                                 "0 to 65534",
		list + "rule permit tcp\nrule permit tcp":                                      "says the same",
		list + "rule permit tcp source 192.0.2.0 255.255.255.0":                        "is it a mask?",
		list + "rule permit tcp source 192.0.2.1 0.0.0.255":                            "bits of a host",
		list + "rule permit tcp source 192.0.2.1 0 source any":                         "named twice",
		list + "rule permit tcp source 2001:db8::/32 0":                                "no IP address",
		list + "rule permit tcp source 2001:db8::1 0":                                  "is not IPv4",
		list + "rule permit tcp source 192.0.2.0/24":                                   "no IPv4 address",
		list + "rule permit tcp source-port range 4000 3000":                           "upside down",
		list + "rule permit tcp source-port eq ftp":                                    `"ftp" is no port`,
		list + "rule permit tcp source-port gt 65535":                                  "no port above",
		list + "rule permit tcp source-port ge 1024":                                   "none of eq",
		list + "rule permit tcp source-port eq 20 source-port eq 21":                   "once in a rule",
		list + "rule permit ip source-port eq 20":                                      "is for tcp",
		list + "rule permit ip established":                                            "is for tcp",
		list + "rule permit tcp establishd":                                            `"establishd" is no word`,
		list + "rule permit icmp icmp-type 5":                                          "none that rules for FTP have",
		list + "rule permit icmp icmp-type echo":                                       "no number of ICMP",
		list + "rule permit icmp icmp-type 3 99":                                       "has no code 99",
		list + "rule permit icmp icmp6-type 3 1":                                       "does not fit",
		six + "rule permit icmpv6 icmp6-type 2":                                        "a code",
		six + "rule permit icmpv6 icmp6-type 2 9":                                      "has no code 9",
		six + "rule permit tcp source 192.0.2.0/24":                                    "is not IPv6",
		six + "rule permit tcp source 2001:db8::1/32":                                  "bits of a host",
		list + "interface GigabitEthernet1/0/1":                                        "is neither TO-CLIENTS nor TO-SERVER",
		list + "rule deny ip\ninterface TO-CLIENTS\npacket-filter 3002 inbound":        "no list IPv4 3002",
		list + "rule deny ip\ninterface TO-CLIENTS\npacket-filter 3001 outbound":       `NUMBER inbound, and this has "outbound"`,
		list + "rule deny ip\ninterface TO-CLIENTS\npacket-filter 3001":                "NUMBER inbound",
		list + "packet-filter 3001 inbound":                                            "outside of an interface",
		list + "acl advanced 3002" + bind + "packet-filter 3002 inbound":               "has a list of IPv4 already",
		list + "acl advanced 3002\ninterface TO-CLIENTS\npacket-filter 3001 inbound x": `"x" is not known`,
		"description of nothing":                                                       "a description of nothing",
		"":                                                                             "no access list",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestMeaning asks texts that others could have written for their verdict.
func TestMeaning(t *testing.T) {
	const bind = "interface TO-SERVER\npacket-filter 3000 inbound\n"
	packet := func(sport, dport uint16, opens bool) firewall.Packet {
		return firewall.Packet{
			Toward: firewall.Client, Proto: firewall.TCP, Opens: opens,
			Src: netip.AddrPortFrom(netip.MustParseAddr("192.168.10.1"), sport), Dst: netip.AddrPortFrom(netip.MustParseAddr("192.168.20.9"), dport),
		}
	}
	for _, c := range []struct {
		rules  string
		packet firewall.Packet
		want   firewall.Action
	}{
		{"rule permit tcp source 192.168.10.1 0 source-port eq 20 destination-port gt 1024\nrule deny ip", packet(20, 1024, true), firewall.Drop},
		{"rule permit tcp source 192.168.10.1 0 source-port eq 20 destination-port gt 1023\nrule deny ip", packet(20, 1024, true), firewall.Accept},
		{"rule permit tcp source-port eq 21\nrule deny ip", packet(21, 5000, true), firewall.Accept}, // no established: it opens
		{"rule permit tcp source-port eq 21 established\nrule deny ip", packet(21, 5000, true), firewall.Drop},
		{"rule permit tcp source-port eq 21 established\nrule deny ip", packet(21, 5000, false), firewall.Accept},
		{"rule permit tcp source-port eq 21", packet(22, 5000, true), firewall.Accept}, // nothing denies the rest
		{"rule deny tcp destination-port neq 5000\nrule permit tcp", packet(21, 5001, true), firewall.Drop},
		{"rule deny tcp destination-port lt 5000", packet(21, 5000, true), firewall.Accept},
		{"rule 7 permit tcp source 192.168.0.0 0.0.255.255\nrule deny ip", packet(1, 1, true), firewall.Accept},
	} {
		set, err := Parse("acl advanced 3000\n" + c.rules + "\n" + bind)
		if err != nil {
			t.Errorf("%s: %v", c.rules, err)
		} else if got := set.Verdict(c.packet); got != c.want {
			t.Errorf("%s: %s, want %s", c.rules, got, c.want)
		}
	}
}

// FuzzParse reads any text. What is read means the same once it is written again.
func FuzzParse(f *testing.F) {
	for _, c := range firewalltest.Cases() {
		if text, _, _, err := Dialect.Write(c.Facts(f)); err == nil {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Parse(text)
		if err != nil {
			return
		}
		for i := range set.Rules {
			if r := &set.Rules[i]; r.Proto == firewall.TCP && len(r.From.Ports) < 2 && len(r.To.Ports) < 2 && r.Action == firewall.Accept {
				again := "acl" + v6(r.Family) + " advanced 3999\nrule " + lines(r)[0] + "\ninterface " + interfaces[r.Toward] + "\npacket-filter" + v6(r.Family) + " 3999 inbound\n"
				back, err := Parse(again)
				if err != nil || len(back.Rules) != 1 || !reflect.DeepEqual(back.Rules[0], *r) {
					t.Fatalf("%+v is written as %q and read as %+v, %v", *r, again, back, err)
				}
			}
		}
	})
}
