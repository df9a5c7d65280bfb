package windows

import (
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

// more are cases with what the common ones have not: one family without addresses, and
// clients with several networks.
var more = []firewalltest.Case{
	{Name: "server-one-family", Args: "--at server --mode passive --clients 0.0.0.0/0 --data-port 20 --passive-ports 3000-4000"},
	{Name: "server-six", Args: "--at server --mode passive --clients ::/0 --data-port 20 --passive-ports 3000-4000 --keep 22"},
	{Name: "server-mixed", Args: "--at server --mode both --clients 0.0.0.0/0,2001:db8:1::/48 --data-port 20 --outgoing closed"},
	{Name: "client-everywhere", Args: "--at client --mode passive --server 198.51.100.5,198.51.100.9,2001:db8:2::5 --data-port 20 --passive-ports 3000-4000"},
	{Name: "client-networks", Args: "--at client --mode both --clients 203.0.113.0/24,192.0.2.0/24,192.0.2.128/25,2001:db8:1::/48,2001:db8::/48 --server 198.51.100.5,2001:db8:2::5 --control-port 21,990 --data-port 20"},
	{Name: "client-last", Args: "--at client --mode passive --clients 0.0.0.0/1,128.0.0.0/1 --server 198.51.100.5 --data-port 20"},
	{Name: "client-any-port", Args: "--at client --mode active --server 198.51.100.5 --data-port any --keep 22"},
}

// TestMore reads the cases of this file back too.
func TestMore(t *testing.T) {
	for _, c := range more {
		text, plan, _, err := Dialect.Write(c.Facts(t))
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		set, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", c.Name, err, text)
		}
		for _, probe := range plan.Probes() {
			if got := set.Verdict(probe); got != plan.Verdict(probe) {
				t.Fatalf("%s: %+v: the text says %s\n%s", c.Name, probe, got, text)
			}
		}
	}
}

// TestErrors has the errors of ICMP let in by every text, which a plan that leaves
// answers to the firewall does not ask for; and nothing that is not ASCII.
func TestErrors(t *testing.T) {
	for _, c := range slices.Concat(firewalltest.Cases(), more) {
		text, plan, _, err := Dialect.Write(c.Facts(t))
		if err != nil {
			continue
		}
		if i := strings.IndexFunc(text, func(c rune) bool { return c > '~' }); i >= 0 {
			t.Errorf("%s: %q is not ASCII", c.Name, text[i:i+4])
		}
		set, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		for _, family := range plan.Families {
			from := family.Everything().Addr().Next().Next()
			for kind := firewall.Unreachable; kind <= firewall.NeighborDiscovery; kind++ {
				if family == firewall.IPv4 && (kind == firewall.PacketTooBig || kind == firewall.NeighborDiscovery) {
					continue
				}
				for _, side := range []firewall.Side{firewall.Client, firewall.Server} {
					packet := firewall.Packet{
						Toward: side, Proto: firewall.ICMP, ICMP: kind, State: firewall.New,
						Src: netip.AddrPortFrom(from, 0), Dst: netip.AddrPortFrom(from.Next(), 0),
					}
					if set.Verdict(packet) != firewall.Accept {
						t.Errorf("%s: %s drops kind %d to the %s:\n%s", c.Name, family, kind, side, text)
					}
				}
			}
		}
	}
}

// TestOrder refuses plans whose order cannot be kept.
func TestOrder(t *testing.T) {
	nets := []netip.Prefix{netip.MustParsePrefix("198.51.100.5/32")}
	accept := firewall.Rule{Toward: firewall.Server, Family: firewall.IPv4, Proto: firewall.TCP, Action: firewall.Accept, To: firewall.Match{Nets: nets}}
	drop := accept
	drop.Action = firewall.Drop
	plan := func(rules ...firewall.Rule) *firewall.Plan {
		p := &firewall.Plan{Facts: firewall.Facts{At: firewall.AtClient}}
		p.Rules, p.Default[firewall.Server] = rules, firewall.Accept
		return p
	}
	elsewhere, ported, from := accept, drop, accept
	elsewhere.To.Nets = nil
	ported.To.Ports = []firewall.Ports{firewall.One(22)}
	from.From.Ports = []firewall.Ports{firewall.One(20)}
	for _, p := range []*firewall.Plan{plan(elsewhere, drop), plan(accept, ported), plan(accept, from, drop)} {
		if _, err := entries(p); err == nil || !strings.Contains(err.Error(), "no order") {
			t.Errorf("%+v: %v", p.Rules, err)
		}
	}
	if list, err := entries(plan(accept, drop)); err != nil || len(list) != 0 {
		t.Errorf("all is let through, and %+v is written, %v", list, err)
	}
	if list, err := entries(plan(drop, accept)); err != nil || len(list) != 1 {
		t.Errorf("nothing is let through, and %+v is written, %v", list, err)
	}
}

const (
	at   = "# at server: here\n"
	gone = at + remove + "\n"
	head = gone + "New-NetFirewallRule -Group 'ferry' -DisplayName 'x' -Profile Any -ErrorAction Stop "
	tcp  = head + "-Direction Inbound -Action Allow -Protocol TCP "
	icmp = head + "-Direction Inbound -Action Allow -Protocol ICMPv6 "
	last = "\nSet-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block -DefaultOutboundAction Allow -ErrorAction Stop\n"
)

// TestRefused has wrong texts, and what is said.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "does not say where it stands"},
		{"# at forward: here\n", `line 1: "forward" is none of`},
		{at + at, "line 2: where the rules stand is said twice"},
		{at + "#requires -Modules Evil\n", "line 2: \"#requires -Modules Evil\" is no comment"},
		{at + "# a comment\rRemove-Item C:/\n", "control character"},
		{gone, "Set-NetFirewallProfile is missing"},
		{at + last, "are not removed"},
		{gone + remove + last, "line 3: rules are removed twice"},
		{at + strings.ReplaceAll(remove, "ferry", "*") + last, "is known as"},
		{at + remove + " -Force" + last, "is known as"},
		{at + "Get-NetFirewallRule | Remove-NetFirewallRule" + last, "is known as"},
		{at + "New-NetFirewallRule" + last, "are not removed"},
		{gone + last + last, "is not last"},
		{gone + "new-netfirewallrule" + last, "is no cmdlet"},
		{gone + "netsh advfirewall reset" + last, "is no cmdlet"},
		{gone + "'New-NetFirewallRule'" + last, "is no cmdlet"},
		{tcp + "-LocalPort 21; Remove-Item C:/x" + last, "is not known here"},
		{tcp + "-LocalPort $port" + last, "'$'"},
		{tcp + "-LocalPort (21)" + last, "'('"},
		{tcp + "-LocalPort \"21\"" + last, `'"'`},
		{tcp + "-LocalPort 21 # control" + last, "'#'"},
		{tcp + "-LocalPort 21 | Disable-NetFirewallRule" + last, `"|" is no parameter`},
		{tcp + "-LocalPort '21'" + last, "wrong quotes"},
		{tcp + "-LocalPort" + last, "no value"},
		{tcp + "-LocalPort -RemotePort 21" + last, "no value"},
		{tcp + "-LocalPort 21 -LocalPort 22" + last, "there twice"},
		{tcp + "-localport 21" + last, "no parameter"},
		{tcp + "-Program C:/ftp.exe" + last, "no parameter"},
		{tcp + "-Enabled False" + last, "no parameter"},
		{tcp + "21" + last, "no parameter"},
		{tcp + "-LocalPort ftp" + last, "no port"},
		{tcp + "-LocalPort RPC" + last, "no port"},
		{tcp + "-LocalPort 0-21" + last, "no port"},
		{tcp + "-LocalPort 4000-3000" + last, "upside down"},
		{tcp + "-LocalPort 3000-4000-5000" + last, "no port"},
		{tcp + "-LocalPort 21,,22" + last, "no port"},
		{tcp + "-LocalPort 21, 22" + last, `"22" is no parameter`},
		{tcp + "-LocalPort 21," + last, "no port"},
		{tcp + "-RemoteAddress 0.0.0.0/0" + last, "takes no such network"},
		{tcp + "-RemoteAddress ::/1" + last, "takes no such network"},
		{tcp + "-RemoteAddress ::-::5" + last, "unspecified"},
		{tcp + "-RemoteAddress 192.0.2.1/24" + last, "bits of a host"},
		{tcp + "-RemoteAddress 192.0.2.0/255.255.255.0" + last, "no network"},
		{tcp + "-RemoteAddress 192.0.2.9-192.0.2.1" + last, "upside down"},
		{tcp + "-RemoteAddress 192.0.2.9-2001:db8::1" + last, "two families"},
		{tcp + "-RemoteAddress x-192.0.2.1" + last, "no IP address"},
		{tcp + "-RemoteAddress 192.0.2.1-x" + last, "no IP address"},
		{tcp + "-RemoteAddress LocalSubnet" + last, "no IP address"},
		{tcp + "-RemoteAddress 192.0.2.1,2001:db8::1" + last, "not of the family"},
		{tcp + "-RemoteAddress 192.0.2.1 -LocalAddress 2001:db8::1" + last, "not of the family"},
		{tcp + "-IcmpType 8" + last, "-IcmpType is for ICMP"},
		{icmp + last, "-IcmpType is for ICMP"},
		{icmp + "-IcmpType Any" + last, "no type of ICMP"},
		{icmp + "-IcmpType 256" + last, "no type of ICMP"},
		{icmp + "-IcmpType 1:3" + last, "no type of ICMP"},
		{icmp + "-IcmpType 99" + last, "none that rules for FTP have"},
		{icmp + "-IcmpType 1 -LocalPort 21" + last, "is for TCP"},
		{icmp + "-IcmpType 1 -RemoteAddress 192.0.2.1" + last, "not of the family"},
		{head + "-Direction Inbound -Action Allow -Protocol UDP" + last, "only TCP, ICMPv4, ICMPv6"},
		{head + "-Direction Both -Action Allow -Protocol TCP" + last, "only Inbound, Outbound"},
		{head + "-Direction Inbound -Action NotConfigured -Protocol TCP" + last, "only Allow, Block"},
		{head + "-Direction Inbound -Protocol TCP" + last, "-Action is missing"},
		{head + "-Action Allow -Protocol TCP" + last, "-Direction is missing"},
		{head + "-Direction Inbound -Action Allow" + last, "-Protocol is missing"},
		{strings.Replace(tcp, "Profile Any", "Profile Public", 1) + last, "only Any"},
		{strings.Replace(tcp, " -Profile Any", "", 1) + last, "-Profile is missing"},
		{strings.Replace(tcp, " -ErrorAction Stop -D", " -ErrorAction Continue -D", 1) + last, "only Stop"},
		{strings.Replace(tcp, "Rule -Group 'ferry' -DisplayName", "Rule -Group 'other' -DisplayName", 1) + last, "only ferry"},
		{tcp + "-Description 'it's'" + last, "a blank is missing"},
		{tcp + "-Description 'it" + last, "has no end"},
		{tcp + "-Description 'caf\u00e9'" + last, "not ASCII"},
		{tcp + "-Description 'x' `", "line 3: the text ends with a backtick"},
		{gone + strings.Replace(last, "-All ", "", 1), "-All is missing"},
		{gone + strings.Replace(last, "-All", "-Name Public", 1), "-All is missing"},
		{gone + strings.Replace(last, "Enabled True", "Enabled False", 1), "only True"},
		{gone + strings.Replace(last, "-DefaultOutboundAction Allow ", "", 1), "-DefaultOutboundAction is missing"},
		{gone + strings.Replace(last, "Allow", "NotConfigured", 1), "only Allow, Block"},
	} {
		if _, err := Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
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
	block := strings.Replace(strings.TrimPrefix(tcp, gone), "Allow", "Block", 1)
	closed := strings.Replace(last, "OutboundAction Allow", "OutboundAction Block", 1)
	for _, c := range []struct {
		text   string
		packet firewall.Packet
		want   firewall.Action
	}{
		{tcp + "-LocalPort 21" + last, opening, firewall.Accept},
		{tcp + "-RemotePort 21" + last, opening, firewall.Drop},
		{tcp + "-LocalPort 1-20,22" + last, opening, firewall.Drop},
		{tcp + "`\r\n -LocalPort 21" + last, opening, firewall.Accept},
		{tcp + "-Description 'it''s' -LocalPort 21" + last, opening, firewall.Accept},
		{tcp + "-LocalPort 21\n" + block + last, opening, firewall.Drop}, // whatever the order
		{gone + block + "\n" + strings.TrimPrefix(tcp, gone) + last, opening, firewall.Drop},
		{tcp + "-LocalPort 21" + closed, answer, firewall.Accept}, // it has state
		{gone + closed, answer, firewall.Drop},
		{gone + closed, local, firewall.Accept},
		{gone + strings.Replace(last, "InboundAction Block", "InboundAction Allow", 1), opening, firewall.Accept},
		{tcp + "-RemoteAddress 192.0.2.6-192.0.2.8 -LocalAddress 198.51.100.0/24" + last, opening, firewall.Accept},
		{tcp + "-RemoteAddress 192.0.2.8-192.0.2.255" + last, opening, firewall.Drop},
		{tcp + "-RemoteAddress 2001:db8::1" + last, opening, firewall.Drop},
		{strings.Replace(tcp, at, "# at client: here\n", 1) + "-LocalPort 21" + closed, opening, firewall.Drop}, // to the server is outbound
	} {
		set, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := set.Verdict(c.packet); got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

// TestComplement has what is outside of networks, and ranges as networks.
func TestComplement(t *testing.T) {
	for nets, want := range map[string]string{
		"192.0.2.0/24": "0.0.0.1-192.0.1.255 192.0.3.0-255.255.255.255",
		"203.0.113.0/24 192.0.2.0/24 192.0.2.9/32": "0.0.0.1-192.0.1.255 192.0.3.0-203.0.112.255 203.0.114.0-255.255.255.255",
		"0.0.0.0/1":                 "128.0.0.0-255.255.255.255",
		"128.0.0.0/1":               "0.0.0.1-127.255.255.255",
		"0.0.0.0/1 128.0.0.0/1":     "",
		"192.0.2.0/32 192.0.2.2/32": "0.0.0.1-192.0.1.255 192.0.2.1 192.0.2.3-255.255.255.255",
		"2001:db8::/32":             "::2-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff 2001:db9::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"::/1":                      "8000::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	} {
		var list []netip.Prefix
		for word := range strings.FieldsSeq(nets) {
			list = append(list, netip.MustParsePrefix(word))
		}
		var got []string
		for _, s := range complement(firewall.FamilyOf(list[0].Addr()), list) {
			got = append(got, s.String())
			for i, n := range s.prefixes() {
				if i == 0 && n.Addr() != s.first || n != n.Masked() || s.last.Less(lastOf(n)) {
					t.Errorf("%s has the network %s", s, n)
				}
			}
			if nets := s.prefixes(); lastOf(nets[len(nets)-1]) != s.last {
				t.Errorf("%s ends with %s", s, nets[len(nets)-1])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", nets, got, want)
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
		p := &firewall.Plan{Facts: firewall.Facts{At: firewall.AtServer}}
		for i := range set.Rules {
			r := &set.Rules[i]
			all := slices.ContainsFunc(slices.Concat(r.From.Nets, r.To.Nets), func(n netip.Prefix) bool { return n.Bits() == 0 || n.Addr().Is4In6() })
			if r.Proto != firewall.TCP || all {
				continue
			}
			e := entryOf(p, r)
			e.reason = "it's"
			again := gone + e.text(1) + last
			back, err := Parse(again)
			if err != nil || len(back.Rules) != 3 || !reflect.DeepEqual(back.Rules[2], *r) {
				t.Fatalf("%+v is written as %q and read as %+v, %v", r, again, back, err)
			}
		}
	})
}
