package nft

import (
	"testing"

	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) {
	firewalltest.Golden(t, &Dialect)
}
