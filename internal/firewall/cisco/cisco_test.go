package cisco

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
		list = "ip access-list extended A\n"
		six  = "ipv6 access-list B\n"
		bind = "\ninterface TO-CLIENTS\nip access-group A in\n"
	)
	for text, want := range map[string]string{
		list + "permti tcp any any" + bind:                                             `line 2: "permti" is none of permit`,
		"permit tcp any any" + bind:                                                    "no command that is known",
		"access-list 101 permit tcp any any":                                           "no command that is known",
		"ip access-list standard A":                                                    "no command that is known",
		"ip access-list extended" + bind:                                               "a list has a name",
		list + "permit tcp any any":                                                    "line 1: list A is bound to no interface",
		list + "remark nothing yet" + bind:                                             "an empty list lets everything through",
		list + "permit tcp any any\nipv6 access-list A":                                "two families cannot share a name",
		list + "permit tcp any":                                                        "no IPv4 address",
		list + "permit any any":                                                        `"any" is no protocol`,
		list + "permit ipv6 any any":                                                   `"ipv6" is no protocol`,
		six + "permit ip any any":                                                      `"ip" is no protocol`,
		list + "10 permit tcp any any\n10 deny ip any any":                             "entry 10 after entry 10",
		six + "sequence x permit tcp any any":                                          "entry 0 after entry 0",
		list + "permit tcp 192.0.2.0 255.255.255.0 any":                                "is it a mask?",
		list + "permit tcp 192.0.2.1 0.0.0.255 any":                                    "bits of a host",
		list + "permit tcp 192.0.2.0/24 any":                                           "no IPv4 address",
		list + "permit tcp host 2001:db8::1 any":                                       "is not IPv4",
		list + "permit tcp any range 4000 3000 any":                                    "upside down",
		list + "permit tcp any eq ftp any":                                             `"ftp" is no port`,
		list + "permit tcp any any ge 1024":                                            `"ge" is not known`,
		list + "permit tcp any any gt 65535":                                           "no port above",
		list + "permit udp any eq 53 any":                                              "for the ports of tcp",
		list + "permit ip any any established":                                         "established is for tcp",
		list + "permit tcp any any establishd":                                         `"establishd" is not known`,
		list + "permit tcp any any established eq 21":                                  `"eq" is not known`,
		list + "permit icmp any any redirect":                                          "no message of ICMP",
		list + "permit icmp any any 5":                                                 "none that rules for FTP have",
		list + "permit icmp any any 3 99":                                              "no code 99",
		list + "permit icmp any any nd-ns":                                             "no message of ICMP",
		list + "remark " + strings.Repeat("long ", 21):                                 "up to 100 letters",
		six + "permit tcp 192.0.2.0/24 any":                                            "is not IPv6",
		six + "permit tcp 2001:db8::1/32 any":                                          "bits of a host",
		six + "permit tcp 2001:db8:: any":                                              "a prefix such as",
		list + "permit tcp any any\ninterface GigabitEthernet0/1":                      "is neither TO-CLIENTS nor TO-SERVER",
		list + "permit tcp any any\ninterface TO-CLIENTS\nip access-group":             `no list ""`,
		list + bind + "ip access-group A in":                                           "have list A already",
		list + "deny ip any any" + bind + "interface TO-SERVER\nip access-group A out": "have list A already",
		list + "permit tcp any any\ninterface TO-CLIENTS\nip access-group A":           `says in or out, and this has ""`,
		list + "permit tcp any any\nexit\nip access-group A in":                        "outside of an interface",
		six + "permit tcp any any\ninterface TO-CLIENTS\nip access-group B in":         `no list "B" of IPv4`,
		list + "permit tcp any any\ninterface TO-CLIENTS\nip access-list A":            "no command that is known",
		list + "permit tcp any any\nno ip access-list extended A":                      "taken away after it was made",
		"no ip access-list extended":                                                   "has no name",
		"no ip routing":                                                                "no ip routing is not known",
		"! nothing":                                                                    "no access list",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestMeaning asks texts that others could have written for their verdict.
func TestMeaning(t *testing.T) {
	tcp := func(sport, dport uint16, opens bool) firewall.Packet {
		return firewall.Packet{
			Toward: firewall.Client, Proto: firewall.TCP, Opens: opens,
			Src: netip.AddrPortFrom(netip.MustParseAddr("192.168.10.1"), sport), Dst: netip.AddrPortFrom(netip.MustParseAddr("192.168.20.9"), dport),
		}
	}
	six := func(kind firewall.ICMPKind) firewall.Packet {
		a := netip.AddrPortFrom(netip.MustParseAddr("2001:db8::1"), 0)
		return firewall.Packet{Toward: firewall.Client, Proto: firewall.ICMP, ICMP: kind, Src: a, Dst: a}
	}
	const (
		list4 = "ip access-list extended A\n"
		bind4 = "\ninterface TO-SERVER\nip access-group A in\n"
		list6 = "ipv6 access-list B\n"
		bind6 = "\ninterface TO-SERVER\nipv6 traffic-filter B in\n"
		out   = "\ninterface TO-CLIENTS\nip access-group A out\n"
	)
	for _, c := range []struct {
		text   string
		packet firewall.Packet
		want   firewall.Action
	}{
		{list4 + "permit tcp host 192.168.10.1 eq 20 any gt 1024" + bind4, tcp(20, 1024, true), firewall.Drop},
		{list4 + "permit tcp host 192.168.10.1 eq 20 any gt 1023 log" + bind4, tcp(20, 1024, true), firewall.Accept},
		{list4 + "permit tcp host 192.168.10.1 eq 20 any gt 1023" + out, tcp(20, 1024, true), firewall.Accept},
		{list4 + "permit tcp any eq 21 any established" + bind4, tcp(21, 5000, true), firewall.Drop},
		{list4 + "permit tcp any eq 21 any established" + bind4, tcp(21, 5000, false), firewall.Accept},
		{list4 + "10 deny tcp any any neq 5000\n20 permit tcp any any" + bind4, tcp(21, 5001, true), firewall.Drop},
		{list4 + "permit udp any any" + bind4, tcp(21, 5001, true), firewall.Drop}, // the deny that is not written
		{list4 + "deny ip any any" + bind4, six(firewall.Echo), firewall.Accept},   // no list of IPv6 is bound
		{list6 + "permit tcp any any" + bind6, tcp(21, 5001, true), firewall.Accept},
		// Neighbour discovery: two of four messages pass without being written.
		{list6 + "permit tcp any any" + bind6, six(firewall.NeighborDiscovery), firewall.Drop},
		{list6 + "permit icmp any any router-solicitation\npermit icmp any any router-advertisement" + bind6, six(firewall.NeighborDiscovery), firewall.Accept},
		{list6 + "permit icmp any any router-solicitation\npermit icmp any any router-advertisement\ndeny ipv6 any any" + bind6, six(firewall.NeighborDiscovery), firewall.Drop},
		{list6 + "permit icmp any any 2\n" + bind6, six(firewall.PacketTooBig), firewall.Accept},
		{list6 + "sequence 10 deny icmp any any header\nsequence 20 permit icmp any any" + bind6, six(firewall.ParameterProblem), firewall.Drop},
		{list6 + "permit icmp any any" + bind6, six(firewall.ParameterProblem), firewall.Accept},
	} {
		set, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := set.Verdict(c.packet); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
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
			if r := &set.Rules[i]; r.Proto == firewall.TCP && len(r.From.Ports) < 2 && len(r.To.Ports) < 2 {
				again := begins[r.Family] + " A\n" + lines(r)[0] + "\ninterface " + interfaces[r.Toward] + "\n" + binds[r.Family] + " A in\n"
				back, err := Parse(again)
				if err != nil || len(back.Rules) != 2 || !reflect.DeepEqual(back.Rules[0], plain(*r)) {
					t.Fatalf("%+v is written as %q and read as %+v, %v", *r, again, back, err)
				}
			}
		}
	})
}

// plain is the rule without networks and ports that are all there are.
func plain(r firewall.Rule) firewall.Rule {
	for _, m := range []*firewall.Match{&r.From, &r.To} {
		if len(m.Nets) == 1 && m.Nets[0].Bits() == 0 {
			m.Nets = nil
		}
	}
	return r
}
