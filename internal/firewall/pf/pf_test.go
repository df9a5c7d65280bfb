package pf

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

// more are cases with what the common ones have not: translations of both families, and
// hosts without state in both families.
var more = []firewalltest.Case{
	{
		Name: "public-two-families",
		Args: "--at forward --mode both --server 10.0.0.5,fd00::5 --public 198.51.100.5,2001:db8:2::5 --data-port any --passive-ports 3000-4000 --control-port 21,990",
	},
	{Name: "masquerade-two-families", Args: "--at forward --mode passive --clients 10.1.0.0/16,10.7.0.0/16,fd00:1::/32 --server 198.51.100.5,2001:db8:2::5 --masquerade"},
	{Name: "server-none-two-families", Args: "--at server --mode both --state none --keep 22 --data-port 20 --passive-ports 3000-4000 --clients 192.0.2.0/24,2001:db8:1::/48"},
	{Name: "client-none-two-families", Args: "--at client --mode both --state none --data-port 20 --server 198.51.100.5,2001:db8:2::5"},
}

// TestTranslations reads the translations back too, and the cases of this file.
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
		r, err := read(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.Name, err, text)
		}
		set, err := r.ruleset()
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.Name, err, text)
		}
		var want []firewall.Translation
		for _, tr := range plan.Translations {
			tr.Reason = ""
			want = append(want, tr)
		}
		count += len(want)
		if !reflect.DeepEqual(r.translations, want) {
			t.Errorf("%s: %+v, want %+v\n%s", c.Name, r.translations, want, text)
		}
		for _, probe := range plan.Probes() {
			if got := set.Verdict(probe); got != plan.Verdict(probe) {
				t.Fatalf("%s: %+v: the text says %s\n%s", c.Name, probe, got, text)
			}
		}
	}
	if count < 9 {
		t.Errorf("%d translations are proved", count)
	}
}

// TestRefused has errors.
func TestRefused(t *testing.T) {
	const at = "# at server: here\n"
	for text, want := range map[string]string{
		"pass in quick all":                                                                     "does not say where it stands",
		"# at home: here\npass all":                                                             `"home" is none of`,
		at + "# at client: there\npass all":                                                     "said twice",
		at + "# nothing":                                                                        "there is no rule",
		at + "pas in all":                                                                       `line 2: "pas in all" is no statement`,
		at + "rdr pass on egress":                                                               "is no statement",
		at + "set skip on em0":                                                                  "only loopback",
		at + "set limit states 5":                                                               "is no statement",
		at + "pass in":                                                                          "a rule says all",
		at + "pass in quick on em0 all":                                                         "a rule says all",
		at + "pass in all quick":                                                                `"quick" is no word`,
		at + "pass in proto icmp all":                                                           "needs inet before it",
		at + "pass in inet proto icmp6 all":                                                     "needs inet6 before it",
		at + "pass in proto sctp all":                                                           "none of the protocols",
		at + "pass in from any to any port 21":                                                  "port is for proto tcp",
		at + "pass in proto tcp from any to any port ftp":                                       "no port",
		at + "pass in proto tcp from any to any port 4000:3000":                                 "upside down",
		at + "pass in proto tcp from any to any port 3000-4000":                                 "no port",
		at + "pass in proto tcp from any to any port { 21, }":                                   "no port",
		at + "pass in proto tcp from any to any port { }":                                       "a list is empty",
		at + "pass in proto tcp from any to any port { 21":                                      "a list has no end",
		at + "pass in proto tcp from any to any port > 65535":                                   "no port above",
		at + "pass in proto tcp from any to any port 5 >< 5":                                    "upside down",
		at + "pass in proto tcp from any to any port 65535 >< 65535":                            "upside down",
		at + "pass in proto tcp from any to any port 1 <> 65535":                                "no port besides",
		at + "pass in proto tcp from any to any port 9 <> 5":                                    "upside down",
		at + "pass in proto tcp from any to any port 5 ><":                                      "no port",
		at + "pass in proto tcp from any to any port >= x":                                      "no port",
		at + "pass in proto tcp from any to any port 5:x":                                       "no port",
		at + "pass in from 192.0.2.1/24 to any":                                                 "bits of a host",
		at + "pass in inet6 from 192.0.2.1 to any":                                              "is not IPv6",
		at + "pass in from { 192.0.2.1, 2001:db8::1 } to any":                                   "is not IPv4",
		at + "pass in from ! 192.0.2.1 to any":                                                  "not known here",
		at + "pass in from $net to any":                                                         "macros",
		at + "pass in from <net> to any":                                                        "no IP address",
		at + "pass in from self to any":                                                         "after to only",
		at + "pass in from any to self":                                                         "on a router only",
		at + "pass in all flags S/SA":                                                           "",
		at + "pass in all flags S/SA no state":                                                  "nothing through but the first",
		at + "pass in all flags A/A":                                                            "without state",
		at + "pass in all flags A/A no state":                                                   "right after it",
		at + "pass in all flags A/A no state\npass in all flags any":                            "line 3: flags A/A needs the same rule",
		at + "pass in all flags A/A no state\npass out all flags R/R no state":                  "needs the same rule",
		at + "pass in all flags A/A no state\npass in inet proto icmp all icmp-type unreach":    "needs the same rule",
		at + "pass in all flags R/R no state":                                                   "none of any",
		at + "pass in proto udp all flags any":                                                  "flags are for",
		at + "block in all no state":                                                            "a rule that passes",
		at + "pass in all keep":                                                                 "keep state or no state",
		at + "pass in all keep state no state":                                                  "once",
		at + "pass in all keep state\npass out all no state":                                    "line 3: it keeps state where line 2",
		at + "pass in inet proto icmp all icmp6-type toobig":                                    "does not fit",
		at + "pass in inet proto icmp all icmp-type toobig":                                     "no message of ICMP",
		at + "pass in inet proto icmp all icmp-type 5":                                          "none that rules for FTP have",
		at + "pass in inet proto icmp all icmp-type unreach code 99":                            "no code 99",
		at + "pass in inet proto icmp all icmp-type unreach code x":                             "no number of ICMP",
		at + "pass in all \\":                                                                   "ends with a backslash",
		at + "match in inet proto tcp from any to 192.0.2.1 port 21":                            "match says in and rdr-to",
		at + "match in inet from any to 192.0.2.1 rdr-to 10.0.0.5":                              "a redirection is",
		at + "match in inet proto tcp from any to 192.0.2.1 port 21 rdr-to fd00::5":             "another family",
		at + "match out inet proto tcp from 10.0.0.5 port 20 to any nat-to 192.0.2.1":           "static-port",
		at + "match out inet proto tcp from any to any nat-to (egress)":                         "a masquerade is",
		at + "pass in all\nmatch out inet from 10.0.0.0/8 to 192.0.2.1 nat-to (egress)":         "comes before all rules",
		"# at forward: here\npass in quick all\nblock drop quick all":                           "pass out quick all flags any",
		"# at forward: here\npass in quick all\npass out quick all flags S/SA\nblock quick all": "pass out quick all flags any",
	} {
		_, err := Parse(text)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
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
	answer := firewall.Packet{Toward: firewall.Client, Proto: firewall.TCP, State: firewall.Established, Src: opening.Dst, Dst: opening.Src}
	local := opening
	local.Local = true
	const at = "# at server: here\n"
	for _, c := range []struct {
		text   string
		packet firewall.Packet
		want   firewall.Action
	}{
		{at + "block all\npass in proto tcp from any to any port 21", opening, firewall.Accept}, // the last one decides
		{at + "pass in proto tcp from any to any port 21\nblock all", opening, firewall.Drop},
		{at + "pass in quick proto tcp from any to any port 21\nblock all", opening, firewall.Accept},
		{at + "block return in quick all\npass in all", opening, firewall.Drop},
		{at + "block in proto tcp from any to any port 22", opening, firewall.Accept}, // what no rule fits passes
		{at + "block all\npass in log proto tcp from any to any port 20 >< 22", opening, firewall.Accept},
		{at + "block all\npass in proto tcp from any to any port {20 22}", opening, firewall.Drop},
		{at + "block all\npass in proto tcp from any port>=1024 to any port!=22", opening, firewall.Accept},
		{at + "block all\npass in proto tcp from any port <= 1024 to any", opening, firewall.Drop},
		{at + "block all\npass in proto tcp from any to any port < 21", opening, firewall.Drop},
		{at + "block all\npass in proto tcp from any to any port 1 <> 20", opening, firewall.Accept},
		{at + "block all\npass in proto tcp \\\n from any to any port = 21 # control", opening, firewall.Accept},
		{at + "block all\npass in proto tcp from any to any port 21", answer, firewall.Accept}, // it has state
		{at + "block all\npass in proto tcp from any to any port 21 no state", answer, firewall.Drop},
		{at + "block all\npass out proto tcp from any port 21 to any flags A/A no state\npass out proto tcp from any port 21 to any flags R/R no state", answer, firewall.Accept},
		{at + "block all", local, firewall.Drop},
		{at + "set skip on lo0\nset reassemble yes\nset block-policy drop\nblock all", local, firewall.Accept},
		{"# at client: here\nblock in all", opening, firewall.Accept}, // to the server is out
		{"# at forward: here\npass out quick all flags any\npass in quick from any to self\npass in quick to 198.51.100.5\nblock quick all", opening, firewall.Accept},
		{"# at forward: here\npass out quick all flags any\npass in quick from any to self\nblock quick all", opening, firewall.Drop},
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
		p := &firewall.Plan{Facts: firewall.Facts{At: firewall.AtServer, Tracking: firewall.Stateless}}
		if set.Stateful {
			p.Facts.Tracking = firewall.Conntrack
		}
		for i := range set.Rules {
			r := set.Rules[i]
			every := slices.ContainsFunc(slices.Concat(r.From.Ports, r.To.Ports), firewall.Ports.Any)
			if r.Proto != firewall.TCP || every || r.Answer && set.Stateful {
				continue
			}
			again := "# at server: again\n" + strings.Join(lines(p, &r), "\n") + "\n"
			back, err := Parse(again)
			if err != nil || len(back.Rules) != 1 || !reflect.DeepEqual(back.Rules[0], r) {
				t.Fatalf("%+v is written as %q and read as %+v, %v", r, again, back, err)
			}
		}
	})
}
