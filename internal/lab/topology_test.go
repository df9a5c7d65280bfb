package lab

import (
	"bytes"
	"strings"
	"testing"
)

// TestPredictions has a prediction for every cell of every topology, written as it is
// read.
func TestPredictions(t *testing.T) {
	if len(Topologies) < 25 {
		t.Errorf("there are %d topologies", len(Topologies))
	}
	seen := make(map[string]bool)
	for i := range Topologies {
		p := &Topologies[i]
		if seen[p.Name] {
			t.Errorf("%s is there twice", p.Name)
		}
		seen[p.Name] = true
		if len(p.Links) != len(p.Hosts)-1 || p.Hosts[0] != "client" || p.Hosts[len(p.Hosts)-1] != "server" {
			t.Errorf("%s: hosts %v, %d links", p.Name, p.Hosts, len(p.Links))
		}
		for host := range p.Filters {
			if !strings.Contains(strings.Join(p.Hosts, " "), host) {
				t.Errorf("%s: a filter on %s, which is none of its hosts", p.Name, host)
			}
		}
		for _, tls := range TLSKinds {
			for _, mode := range p.Modes() {
				for _, client := range Clients {
					for _, server := range Servers {
						c := Cell{Topology: p.Name, TLS: tls, Mode: mode, Client: client, Server: server}
						o, err := p.Predict(c)
						if err != nil {
							t.Error(err)
						} else if !o.OK && (o.Cause == "" || o.Hop == "" || !strings.Contains(strings.Join(p.Hosts, " "), o.Hop)) {
							t.Errorf("%s: %+v is predicted to fail at %q by %q", p.Name, c, o.Hop, o.Cause)
						}
					}
				}
			}
		}
		if !strings.Contains(p.Describe(), p.About) {
			t.Errorf("%s: described as %s", p.Name, p.Describe())
		}
	}
}

// results are a few of each kind.
func results() []Result {
	cell := func(topology, mode string) Cell {
		return Cell{Topology: topology, Family: "ipv4", TLS: "none", Mode: mode, Client: "ferry", Server: "ferry"}
	}
	fails := Outcome{Cause: "active-timeout", Hop: "fw"}
	return []Result{
		{Cell: cell("routed-passive", "port"), Expected: fails, Outcome: fails},
		{Cell: cell("routed-passive", "pasv"), Expected: Outcome{OK: true}, Outcome: Outcome{OK: true}},
		{Cell: cell("open", "pasv"), Expected: Outcome{OK: true}, Outcome: Outcome{Cause: "passive-no-connection", Hop: "<fw>"}},
		{Cell: cell("open", "epsv"), Expected: Outcome{OK: true}, Skipped: "curl is not installed"},
		{Cell: cell("routed-passive", Ports), Expected: Outcome{OK: true}, Outcome: Outcome{OK: true}},
	}
}

func TestFormats(t *testing.T) {
	list := results()
	Sort(list)
	for name, c := range map[string]struct {
		write func(*bytes.Buffer) error
		want  string
	}{
		"tsv": {func(b *bytes.Buffer) error { return WriteTSV(b, list) }, `topology	family	tls	mode	client	expected	result	cause	hop
open	ipv4	none	pasv	ferry	ok	fail	passive-no-connection	<fw>
open	ipv4	none	epsv	ferry	ok	skip		
routed-passive	ipv4	none	pasv	ferry	ok	ok		
routed-passive	ipv4	none	port	ferry	active-timeout at fw	fail	active-timeout	fw
routed-passive	ipv4	none	ports	ferry	ok	ok		
`},
		"table": {func(b *bytes.Buffer) error { return WriteTable(b, list, false) }, `topology        server  client  tls   pasv                                    epsv     port                  eprt  ports
open            ferry   ferry   none  passive-no-connection at <fw>, not ok  skipped
routed-passive  ferry   ferry   none  ok                                               active-timeout at fw        ok
`},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			t.Fatal(err)
		}
		if name == "table" {
			got, want := strings.Fields(b.String()), strings.Fields(c.want)
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s:\n%s\nwant\n%s", name, b.String(), c.want)
			}
		} else if b.String() != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, b.String(), c.want)
		}
	}
	var b bytes.Buffer
	if err := WriteHTML(&b, list); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<td class="ok">ok`, `<td class="none">`, `at &lt;fw&gt;, not ok`, `<td class="skip">skipped`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not in the page:\n%s", want, b.String())
		}
	}
	b.Reset()
	if err := WriteTable(&b, list, true); err != nil || !strings.Contains(b.String(), "\x1b[32mok") {
		t.Errorf("no colours: %v %s", err, b.String())
	}
	b.Reset()
	if err := WriteJSON(&b, list); err != nil || !strings.Contains(b.String(), `"topology":"open","family":"ipv4","tls":"none","mode":"pasv"`) {
		t.Errorf("%v %s", err, b.String())
	}
	if !list[0].Surprise() || list[1].Surprise() || list[2].Surprise() {
		t.Error("surprises are not told from the rest")
	}
}
