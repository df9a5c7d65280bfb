package firewall

import (
	"net/netip"
	"testing"
)

func TestMakeSmoke(t *testing.T) {
	p, err := Make(Facts{At: Between, Active: true, Passive: true, Server: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, DataPort: 20, PassivePorts: Ports{3000, 4000}})
	if err != nil { t.Fatal(err) }
	for _, r := range p.Rules { t.Logf("%+v", r) }
	for _, n := range p.Notes { t.Log(n) }
	n := 0
	pr := p.Probes()
	for _, q := range pr { if p.Verdict(q) == Accept { n++ } }
	t.Log(len(pr), n)
}
