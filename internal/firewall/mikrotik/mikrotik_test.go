package mikrotik

import (
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestSameMatrix reads the texts back.
func TestSameMatrix(t *testing.T) { firewalltest.SameMatrix(t, Dialect) }

// more are cases with what the common ones have not: translations of both families,
// and more ports than a rule takes.
var more = []firewalltest.Case{
	{
		Name: "public-two-families",
		Args: "--at forward --mode both --server 10.0.0.5,fd00::5 --public 198.51.100.5,2001:db8:2::5 --data-port any --passive-ports 3000-4000 --control-port 21,990",
	},
	{Name: "masquerade-two-families", Args: "--at forward --mode passive --clients 10.1.0.0/16,10.7.0.0/16,fd00:1::/32 --server 198.51.100.5,2001:db8:2::5 --masquerade"},
	{Name: "many-ports", Args: "--at forward --mode passive --server 198.51.100.5 --control-port 21,2001,2003,2005,2007,2009,2011,2013,2015,2017,2019,2021,2023,2025,2027,2029,2031 --passive-ports 3000-4000"},
	{Name: "everybody-masquerade", Args: "--at forward --mode passive --server 198.51.100.5 --masquerade --passive-ports 3000-4000"},
}

// TestTranslations reads the translations back too.
func TestTranslations(t *testing.T) {
	count := 0
	for _, c := range slices.Concat(firewalltest.Cases(), more) {
		text, plan, _, err := Dialect.Write(c.Facts(t))
		var unsupported *firewall.UnsupportedError
		if errors.As(err, &unsupported) {
			continue
		} else if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		r, err := parse(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.Name, err, text)
		}
		var want []firewall.Translation
		for _, tr := range plan.Translations {
			tr.Reason = ""
			if len(tr.Clients) < 2 {
				want = append(want, tr)
			}
			for i := range tr.Clients {
				if one := tr; len(tr.Clients) > 1 {
					one.Clients = tr.Clients[i : i+1]
					want = append(want, one)
				}
			}
		}
		count += len(want)
		if byFamily(want); !reflect.DeepEqual(r.translations, want) {
			t.Errorf("%s: %+v, want %+v\n%s", c.Name, r.translations, want, text)
		}
		for _, probe := range plan.Probes() {
			if got := r.set.Verdict(probe); got != plan.Verdict(probe) {
				t.Fatalf("%s: %+v: the text says %s\n%s", c.Name, probe, got, text)
			}
		}
	}
	if count < 10 {
		t.Errorf("%d translations are proved", count)
	}
}

func byFamily(list []firewall.Translation) {
	slices.SortStableFunc(list, func(a, b firewall.Translation) int { return int(a.Family) - int(b.Family) })
}

// TestManyPorts keeps to what a rule takes.
func TestManyPorts(t *testing.T) {
	text, _, _, err := Dialect.Write(more[2].Facts(t))
	if err != nil || strings.Count(text, `comment="ferry control"`) != 2 {
		t.Errorf("%v\n%s", err, text)
	}
}

// TestHelperIPv6 refuses what RouterOS has not.
func TestHelperIPv6(t *testing.T) {
	c := firewalltest.Case{Args: "--at forward --mode both --state helper --server 198.51.100.5,2001:db8:2::5 --data-port 20"}
	_, _, _, err := Dialect.Write(c.Facts(t))
	var unsupported *firewall.UnsupportedError
	if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), "--state conntrack") {
		t.Error(err)
	}
}

// TestHelperOnByDefault has data connections that the helper expects, though nobody
// asked for it: they are related, and pass where new ones do.
func TestHelperOnByDefault(t *testing.T) {
	c := firewalltest.Case{Args: "--at forward --mode passive --server 198.51.100.5 --passive-ports 3000-4000"}
	text, _, _, err := Dialect.Write(c.Facts(t))
	if err != nil {
		t.Fatal(err)
	}
	set, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for port, want := range map[uint16]firewall.Action{2999: firewall.Drop, 3000: firewall.Accept, 4001: firewall.Drop} {
		packet := firewall.Packet{
			Toward: firewall.Server, Proto: firewall.TCP, Opens: true, State: firewall.Related, Helper: true,
			Src: netip.MustParseAddrPort("192.0.2.7:40000"), Dst: netip.AddrPortFrom(netip.MustParseAddr("198.51.100.5"), port),
		}
		if got := set.Verdict(packet); got != want {
			t.Errorf("port %d: %s, want %s", port, got, want)
		}
	}
}

// TestRefused has errors.
func TestRefused(t *testing.T) {
	const filter = "/ip firewall filter add chain=forward "
	for text, want := range map[string]string{
		"/ip firewall filter remove [find]":                                         "remove [find] in the menu",
		"/ip firewall mangle\nremove [find comment~\"^ferry \"]":                    `in the menu "ip firewall mangle"`,
		"/ip firewall filter\nadd chain=forward\nremove [find comment~\"^ferry \"]": "line 3: it takes away",
		"":          "no rule in a filter menu",
		"# nothing": "no rule in a filter menu",
		"\n/ip firewall filter\nad chain=forward":                               `line 3: "ad" is no command`,
		"add chain=forward":                                                     `in the menu ""`,
		"/ip firewall mangle add chain=forward":                                 `in the menu "ip firewall mangle"`,
		"/ip firewall filter set chain=forward":                                 "set in the menu",
		filter + "protocol":                                                     `"protocol" is no property`,
		filter + "protocol=":                                                    "protocol has no value",
		filter + "protocol=tcp protocol=udp":                                    "protocol is there twice",
		filter + "protocol=icmpv6":                                              "none of tcp, udp and icmp",
		"/ipv6 firewall filter add chain=forward protocol=icmp":                 "none of tcp, udp and icmpv6",
		"/ip firewall filter add chain=input":                                   "chain=input: only what is forwarded",
		"/ip firewall filter add action=drop":                                   "chain=: only what is forwarded",
		filter + "action=reject":                                                "none of accept and drop",
		filter + "dport=21":                                                     `"dport" is no property`,
		filter + "dst-ports=21":                                                 `"dst-ports" is no property`,
		filter + "dst-port=21":                                                  "dst-port is for protocol=tcp",
		filter + "protocol=tcp dst-port=4000-3000":                              "upside down",
		filter + "protocol=tcp dst-port=3000:4000":                              "with a dash",
		filter + "protocol=tcp dst-port=ftp":                                    "no port",
		filter + "protocol=tcp dst-port=1-2,3-4,5-6,7-8,9-10,11-12,13-14,15-16": "takes 15 ports",
		filter + "src-address=192.0.2.0/255.255.255.0":                          "no network such as",
		filter + "src-address=192.0.2.1/24":                                     "bits of a host",
		filter + "src-address=!192.0.2.1":                                       "no IP address",
		filter + "src-address=2001:db8::1":                                      "is not IPv4",
		filter + "src-address=192.0.2.1 src-address-list=x":                     "an address, or an address list",
		filter + "src-address-list=x":                                           `the address list "x" of IPv4 has no addresses`,
		filter + "connection-state=established,open":                            `"open" is none of`,
		filter + "connection-type=ftp":                                          "while the helper is off",
		"/ip firewall service-port set ftp disabled=yes\n" + filter + "connection-type=ftp":               "while the helper is off",
		"/ip firewall service-port set ftp disabled=no ports=21\n" + filter + "connection-type=sip":       "is not ftp",
		"/ip firewall service-port set tftp disabled=no":                                                  `and this is "tftp"`,
		"/ip firewall service-port set ftp disabled=maybe":                                                "yes or no",
		"/ip firewall service-port set ftp ports=ftp":                                                     "no port",
		"/ip firewall service-port set ftp address=1":                                                     "no property of a service port",
		"/ip firewall address-list add address=192.0.2.1":                                                 "list=NAME",
		"/ip firewall address-list add list=x":                                                            "no IP address",
		"/ip firewall address-list add list=x address=192.0.2.1 timeout=1d":                               "no property of an address list",
		filter + "icmp-options=3:0-255":                                                                   "needs protocol=icmp",
		filter + "protocol=icmp icmp-options=unreachable":                                                 "no type with a code",
		filter + "protocol=icmp icmp-options=5:0-255":                                                     "none that rules for FTP have",
		filter + `comment="no end`:                                                                        "a quote has no end",
		filter + `comment="\x"`:                                                                           "not known here",
		filter + "\\":                                                                                     "ends with a backslash",
		"/ip firewall nat add chain=dstnat action=redirect":                                               "none of chain=dstnat",
		"/ip firewall nat add chain=dstnat action=dst-nat protocol=tcp dst-address=192.0.2.1 dst-port=21": "and to-addresses",
		"/ip firewall nat add chain=dstnat action=dst-nat protocol=tcp dst-address=192.0.2.1 dst-port=21 to-address=10.0.0.5": `"to-address" is no property`,
		"/ipv6 firewall nat add chain=dstnat action=dst-nat protocol=tcp dst-address=fd00::1 dst-port=21 to-address=10.0.0.5": "no address of IPv6",
		"/ip firewall nat add chain=srcnat action=masquerade src-address=192.0.2.0/24":                                        "address of the server",
		"/ip firewall nat add chain=srcnat action=src-nat dst-address=192.0.2.0/24":                                           "for all clients",
		"/ip firewall nat add chain=dstnat action=dst-nat src-address=192.0.2.0/24":                                           "for all clients",
		"/ip firewall nat add chain=dstnat protocol=sctp":                                                                     "none of tcp",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestMeaning asks texts that others could have written for their verdict.
func TestMeaning(t *testing.T) {
	opening := firewall.Packet{
		Toward: firewall.Server, Proto: firewall.TCP, Opens: true, State: firewall.New,
		Src: netip.MustParseAddrPort("192.0.2.7:40000"), Dst: netip.MustParseAddrPort("198.51.100.5:21"),
	}
	related := opening
	related.State, related.Helper = firewall.Related, true
	for _, c := range []struct {
		text   string
		packet firewall.Packet
		want   firewall.Action
	}{
		{"/ip/firewall/filter\nadd chain=forward protocol=tcp dst-port=22", opening, firewall.Accept}, // what no rule fits
		{"/ip firewall filter\nadd action=drop chain=forward comment=\"say \\\"no\\\"\"", opening, firewall.Drop},
		{"/ip firewall filter\nadd action=accept chain=forward \\\n    dst-port=20,21 protocol=tcp\nadd action=drop chain=forward", opening, firewall.Accept},
		{"/ip firewall filter\nadd chain=forward connection-state=established,related\nadd action=drop chain=forward", opening, firewall.Drop},
		{"/ip firewall service-port set ftp disabled=no\n/ip firewall filter\nadd chain=forward connection-type=ftp\nadd action=drop chain=forward", related, firewall.Accept},
		{"/ip firewall service-port set ftp disabled=no\n/ip firewall filter\nadd chain=forward connection-type=ftp\nadd action=drop chain=forward", opening, firewall.Drop},
		{"/ip firewall address-list add list=a address=192.0.2.0/28\n/ip firewall filter\nadd chain=forward src-address-list=a\nadd action=drop chain=forward", opening, firewall.Accept},
		{"/ipv6 firewall filter\nadd action=drop chain=forward", opening, firewall.Accept},
		{"/ip firewall filter\nadd action=drop chain=forward protocol=icmp icmp-options=3:4", opening, firewall.Accept},
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
	for _, c := range slices.Concat(firewalltest.Cases(), more) {
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
			r := set.Rules[i]
			if r.Proto != firewall.TCP || len(r.From.Nets) > 1 || len(r.To.Nets) > 1 {
				continue
			}
			again := "/ip firewall service-port set ftp disabled=no\n" + menu[r.Family] + " filter\n" + lines(&r)[0] + "\n"
			back, err := Parse(again)
			if err != nil || len(back.Rules) != 2 {
				t.Fatalf("%+v is written as %q: %v", r, again, err)
			}
			same := back.Rules[r.Toward]
			if slices.ContainsFunc(r.From.Ports, firewall.Ports.Any) || slices.ContainsFunc(r.To.Ports, firewall.Ports.Any) {
				continue
			}
			if !reflect.DeepEqual(same, r) {
				t.Fatalf("%+v is written as %q and read as %+v", r, again, same)
			}
		}
	})
}
