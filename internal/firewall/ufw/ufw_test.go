package ufw

import (
	"errors"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestRefusals has what ufw cannot do, and what is said.
func TestRefusals(t *testing.T) {
	const ends = " --server 198.51.100.5 --passive-ports 3000-4000"
	for args, want := range map[string]string{
		"--at server --mode both --state none" + ends:             "has no --state none",
		"--at server --mode passive --state knock" + ends:         "has no --state knock",
		"--at forward --mode passive --masquerade" + ends:         "does not translate addresses",
		"--at forward --mode passive --public 203.0.113.1" + ends: "does not translate addresses",
	} {
		var unsupported *firewall.UnsupportedError
		_, _, _, err := Dialect.Write(firewalltest.Case{Name: args, Args: args}.Facts(t))
		if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// TestManyPorts has more ports than one rule takes.
func TestManyPorts(t *testing.T) {
	var list []firewall.Ports
	for port := uint16(1); port <= 14; port++ {
		list = append(list, firewall.One(port))
	}
	list = append(list, firewall.Ports{From: 3000, To: 4000})
	got := strings.Join(ports(list), ";")
	if want := " port 1,2,3,4,5,6,7,8,9,10,11,12,13,14; port 3000:4000"; got != want {
		t.Errorf("%q", got)
	}
}
