package firewalld

import (
	"errors"
	"strings"
	"testing"

	"ferry/internal/firewall"
	"ferry/internal/firewall/firewalltest"
)

func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestRefusals has what firewalld cannot do, and what is said.
func TestRefusals(t *testing.T) {
	const ends = " --server 198.51.100.5 --passive-ports 3000-4000"
	for args, want := range map[string]string{
		"--at client --mode both --state helper" + ends:           "not to those that a client opens",
		"--at server --mode active --state helper" + ends:         "whatever the helper expects",
		"--at forward --mode passive --state helper" + ends:       "whatever the helper expects",
		"--at server --mode both --outgoing closed" + ends:        "use --outgoing open",
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
