package firewall

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

// facts reads facts as in the command line.
func facts(t testing.TB, args string) Facts {
	t.Helper()
	f, err := ReadFacts(args)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func plan(t testing.TB, args string) *Plan {
	t.Helper()
	p, err := Make(facts(t, args))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const ends = " clients=192.0.2.0/24 server=198.51.100.5 data-port=20 passive-ports=3000-4000"

// TestFourFlows has the flows of the textbook, and nothing else.
func TestFourFlows(t *testing.T) {
	for mode, want := range map[string]string{
		"active":  "control client 1024-65535>21; control-reply server 21>1024-65535; active-data server 20>1024-65535; active-data-reply client 1024-65535>20",
		"passive": "control client 1024-65535>21; control-reply server 21>1024-65535; passive-data client 1024-65535>3000-4000; passive-data-reply server 3000-4000>1024-65535",
	} {
		var got []string
		for _, f := range plan(t, "at=forward mode="+mode+ends).Flows {
			got = append(got, string(f.Name)+" "+f.From.String()+" "+join(f.FromPorts)+">"+join(f.ToPorts))
		}
		if said := strings.Join(got, "; "); said != want {
			t.Errorf("%s mode:\n got %s\nwant %s", mode, said, want)
		}
	}
}

// TestVerdicts asks for single packets.
func TestVerdicts(t *testing.T) {
	const (
		client, server = "192.0.2.7", "198.51.100.5"
		stranger       = "203.0.113.9"
	)
	type ask struct {
		src, dst string
		p        Packet
		want     Action
	}
	opens := func(s State) Packet { return Packet{Proto: TCP, State: s, Opens: true} }
	goes := Packet{Proto: TCP, State: Established}
	helped := Packet{Proto: TCP, State: Related, Opens: true, Helper: true}
	bare := Packet{Proto: TCP}
	syn := Packet{Proto: TCP, Opens: true}
	up := func(p Packet) Packet { p.Toward = Server; return p }
	for args, asks := range map[string][]ask{
		"at=forward mode=passive" + ends: {
			{client + ":40000", server + ":21", up(opens(New)), Accept},
			{client + ":1023", server + ":21", up(opens(New)), Drop},
			{client + ":1024", server + ":21", up(opens(New)), Accept},
			{stranger + ":40000", server + ":21", up(opens(New)), Drop},
			{client + ":40000", server + ":22", up(opens(New)), Drop},
			{client + ":40000", server + ":3000", up(opens(New)), Accept},
			{client + ":40000", server + ":2999", up(opens(New)), Drop},
			{client + ":40000", server + ":4001", up(opens(New)), Drop},
			{server + ":20", client + ":40000", opens(New), Drop},
			{server + ":3000", client + ":40000", goes, Accept},
			{server + ":3000", client + ":40000", opens(New), Drop},
			{server + ":21", client + ":40000", opens(New), Drop},
		},
		"at=forward mode=active" + ends: {
			{server + ":20", client + ":1024", opens(New), Accept},
			{server + ":20", client + ":1023", opens(New), Drop},
			{server + ":21", client + ":2000", opens(New), Drop},
			{client + ":2000", server + ":20", up(opens(New)), Drop},
			{client + ":2000", server + ":20", up(goes), Accept},
			{client + ":2000", server + ":3000", up(opens(New)), Drop},
		},
		"at=forward mode=both state=none" + ends: {
			{client + ":2000", server + ":20", up(syn), Drop},
			{client + ":2000", server + ":20", up(bare), Accept},
			{server + ":3000", client + ":2000", syn, Drop},
			{server + ":3000", client + ":2000", bare, Accept},
			{server + ":20", client + ":2000", syn, Accept},
		},
		"at=forward mode=passive state=helper" + ends: {
			{client + ":40000", server + ":3000", up(opens(New)), Drop},
			{client + ":40000", server + ":3000", up(opens(Related)), Drop},
			{client + ":40000", server + ":3000", up(helped), Accept},
			{server + ":20", client + ":40000", helped, Drop},
		},
		"at=server mode=passive state=knock" + ends: {
			{client + ":40000", server + ":3000", up(opens(New)), Drop},
			{client + ":40000", server + ":3000", up(Packet{Proto: TCP, State: New, Opens: true, Knocked: true}), Accept},
			{client + ":40000", server + ":3000", up(goes), Accept},
		},
		"at=server mode=passive keep=22" + ends: {
			{stranger + ":40000", server + ":22", up(opens(New)), Accept},
			{server + ":20", client + ":40000", opens(New), Drop},
			{server + ":40000", stranger + ":443", opens(New), Accept},
			{stranger + ":443", server + ":40000", up(goes), Accept},
			{stranger + ":443", server + ":40000", up(opens(New)), Drop},
		},
		"at=server mode=both outgoing=closed" + ends: {
			{server + ":40000", stranger + ":443", opens(New), Drop},
			{server + ":20", client + ":40000", opens(New), Accept},
			{server + ":20", client + ":40000", Packet{Proto: UDP, State: New}, Drop},
		},
		"at=client mode=active" + ends: {
			{server + ":20", client + ":40000", opens(New), Accept},
			{server + ":21", client + ":40000", opens(New), Drop},
			{client + ":40000", server + ":3000", up(opens(New)), Drop},
			{client + ":40000", stranger + ":3000", up(opens(New)), Accept},
		},
	} {
		p := plan(t, args)
		for _, a := range asks {
			a.p.Src, a.p.Dst = netip.MustParseAddrPort(a.src), netip.MustParseAddrPort(a.dst)
			if got := p.Verdict(a.p); got != a.want {
				t.Errorf("%s: %s to %s, %+v: %s", args, a.src, a.dst, a.p, got)
			}
		}
	}
}

// TestOneModeKeepsTheOtherOut opens, under the rules of each mode, the data
// connection of the other.
func TestOneModeKeepsTheOtherOut(t *testing.T) {
	client, server := netip.MustParseAddrPort("192.0.2.7:40000"), netip.MustParseAddr("198.51.100.5")
	active := Packet{Toward: Client, Proto: TCP, Opens: true, Src: netip.AddrPortFrom(server, 20), Dst: client}
	passive := Packet{Toward: Server, Proto: TCP, Opens: true, Src: client, Dst: netip.AddrPortFrom(server, 3500)}
	for _, at := range []string{"server", "client", "forward"} {
		for _, state := range []string{"conntrack", "helper", "none"} {
			for mode, probes := range map[string][2]Packet{"active": {active, passive}, "passive": {passive, active}} {
				p := plan(t, "at="+at+" mode="+mode+" state="+state+ends)
				for i, probe := range probes {
					switch state {
					case "conntrack":
						probe.State = New
					case "helper":
						probe.State, probe.Helper = Related, true
					}
					if want := []Action{Accept, Drop}[i]; p.Verdict(probe) != want {
						t.Errorf("%s, %s, rules of %s mode: toward the %s: not %s", at, state, mode, probe.Toward, want)
					}
				}
			}
		}
	}
}

// TestRefusals has facts that cannot be, what is said, and the fact's name.
func TestRefusals(t *testing.T) {
	for _, c := range []struct{ args, fact, want string }{
		{"at=server", "mode", "no mode is wanted"},
		{"at=forward mode=passive", "server", "need the server's address"},
		{"at=roof mode=passive", "at", `"roof" is none of`},
		{"at=server mode=passive clients=192.0.2.5/24", "clients", "write 192.0.2.0/24, or 192.0.2.5/32 for the one host"},
		{"at=server mode=passive clients=2001:db8::/32 server=192.0.2.1", "clients", "of another family"},
		{"at=server mode=passive clients=nonsense", "clients", `"nonsense" is no network`},
		{"at=server mode=passive server=0.0.0.0", "server", "no address of a server"},
		{"at=server mode=passive passive-ports=4000-3000", "passive-ports", "upside down"},
		{"at=server mode=passive passive-ports=3000-70000", "passive-ports", "no port"},
		{"at=server mode=passive passive-ports=20-30", "passive-ports", "hold the control port 21"},
		{"at=server mode=active data-port=21", "data-port", "both control port and data port"},
		{"at=server mode=passive state=helper tls=explicit", "state", "cannot once TLS encrypts it"},
		{"at=server mode=both state=knock", "state", "active mode has none"},
		{"at=client mode=passive state=knock server=192.0.2.1", "state", "knock protects a server"},
		{"at=server mode=passive public=192.0.2.1 server=10.0.0.1 passive-ports=3000", "nat", "only a firewall between"},
		{"at=forward mode=passive public=192.0.2.1 server=10.0.0.1", "passive-ports", "must be known to be forwarded"},
		{"at=forward mode=passive public=192.0.2.1,192.0.2.2 server=10.0.0.1 passive-ports=3000", "public", "as many public addresses"},
		{"at=forward mode=active masquerade=true server=10.0.0.1", "mode", "does not get through address translation"},
		{"at=forward mode=passive state=none masquerade=true server=10.0.0.1", "masquerade", "without state"},
		{"at=forward mode=passive keep=22 server=10.0.0.1", "keep", "no ports of its own"},
		{"at=server mode=passive state=none outgoing=open", "outgoing", "only a host that follows connections"},
		{"at=server mode=passive knock-time=soon", "knock-time", "no time"},
		{"at=server mode=passive colour=red", "colour", "no fact of this name"},
	} {
		var f Facts
		var err error
		for word := range strings.FieldsSeq(c.args) {
			name, value, _ := strings.Cut(word, "=")
			err = errors.Join(err, f.Set(name, value))
		}
		if err == nil {
			_, err = Make(f)
		}
		var fact *FactError
		if !errors.As(err, &fact) || fact.Fact != c.fact || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.args, err)
		}
	}
}

// TestEverythingAtOnce tells all that is wrong, not only the first.
func TestEverythingAtOnce(t *testing.T) {
	_, err := Make(facts(t, "at=forward mode=passive state=helper tls=explicit clients=10.0.0.1/8"))
	for _, want := range []string{"inside of a network", "need the server's address", "TLS encrypts it"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

// TestProbes finds each of a few small changes of a plan.
func TestProbes(t *testing.T) {
	for name, args := range map[string]string{
		"conntrack": "at=forward mode=both" + ends, "stateless": "at=forward mode=both state=none" + ends,
		"helper": "at=server mode=both state=helper" + ends, "knock": "at=server mode=passive state=knock" + ends,
	} {
		p := plan(t, args)
		probes := p.Probes()
		for i := range p.Rules {
			if p.Rules[i].Serves == ServesAnswers || p.Facts.Outgoing == OutgoingOpen && p.Rules[i].Toward != p.Facts.Inward() {
				continue // others let the same through
			}
			changed := p.Ruleset
			changed.Rules = append([]Rule(nil), p.Rules...)
			changed.Rules[i].Action = 1 - changed.Rules[i].Action
			covered := p.Facts.Outgoing == OutgoingOpen && p.Rules[i].State == Established
			if !differ(p, &changed, probes) && !covered {
				t.Errorf("%s: rule %d turned round is not noticed: %+v", name, i+1, p.Rules[i])
			}
		}
		for i, r := range p.Rules {
			if len(r.To.Ports) != 1 || r.To.Ports[0].Single() || p.Facts.Outgoing == OutgoingOpen && (r.Toward != p.Facts.Inward() || r.State&New == 0) {
				continue
			}
			changed := p.Ruleset
			changed.Rules = append([]Rule(nil), p.Rules...)
			wider := r.To.Ports[0]
			wider.From--
			changed.Rules[i].To.Ports = []Ports{wider}
			if !differ(p, &changed, probes) {
				t.Errorf("%s: rule %d with a port more is not noticed", name, i+1)
			}
		}
	}
}

func differ(p *Plan, other *Ruleset, probes []Packet) bool {
	for _, probe := range probes {
		if p.Verdict(probe) != other.Verdict(probe) {
			return true
		}
	}
	return false
}

// TestWithin widens a plan for a dialect that cannot say all of it.
func TestWithin(t *testing.T) {
	d := &Dialect{
		Name: "cloud", Title: "Cloud", Comment: "#", Places: []Place{AtServer}, Trackings: []Tracking{Conntrack}, Lacks: Lacks{SourcePorts: true, Replies: true},
		Render: func(p *Plan) (string, []Note, error) {
			for _, r := range p.Rules {
				if len(r.From.Ports) > 0 || r.State == Established {
					t.Errorf("%+v", r)
				}
			}
			return "text", []Note{{NoteUse, "load it"}}, nil
		},
	}
	text, p, notes, err := d.Write(facts(t, "at=server mode=both"+ends))
	if err != nil || !strings.HasPrefix(text, "text\n\n# Besides these rules:\n# wide: ") || notes[len(notes)-1].Text != "load it" {
		t.Fatal(text, notes, err)
	}
	if !strings.Contains(Comments("#", notes), "# wide: Cloud matches no source ports") {
		t.Error(notes)
	}
	client := netip.MustParseAddrPort("192.0.2.7:40000")
	going := Packet{Toward: Client, Proto: TCP, State: Established, Src: netip.MustParseAddrPort("198.51.100.5:3000"), Dst: client}
	if p.Verdict(going) != Accept {
		t.Error("answers do not pass by themselves")
	}
	for args, want := range map[string]string{
		"at=client mode=both" + ends:                "it is for --at server",
		"at=server mode=both state=helper" + ends:   "it has --state conntrack",
		"at=server mode=passive state=knock" + ends: "it has --state conntrack",
	} {
		var unsupported *UnsupportedError
		if _, _, _, err := d.Write(facts(t, args)); !errors.As(err, &unsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

func TestExplain(t *testing.T) {
	text := plan(t, "at=forward mode=both public=203.0.113.1"+ends).Explain()
	for _, want := range []string{
		"1024-65535 ◄─────── active mode: data connection ──────── 20",
		"1024-65535 ─────── passive mode: data connection ───────► 3000-4000",
		"to 203.0.113.1 port 21, 3000-4000: the target becomes 198.51.100.5",
		"from 198.51.100.5 port 20: the source becomes 203.0.113.1",
		"nat: set pasv_address=203.0.113.1",
		"everything else",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func FuzzSet(f *testing.F) {
	for _, name := range FactNames {
		f.Add(name, "1024-65535")
	}
	f.Add("clients", "192.0.2.0/24,2001:db8::/32")
	f.Fuzz(func(t *testing.T, name, value string) {
		facts := Facts{At: AtServer, Active: true, Passive: true}
		if facts.Set(name, value) != nil {
			return
		}
		p, err := Make(facts)
		if err != nil {
			var fact *FactError
			if !errors.As(err, &fact) {
				t.Errorf("%v is no FactError", err)
			}
			return
		}
		if p.Explain() == "" {
			t.Error("nothing is explained")
		}
	})
}
