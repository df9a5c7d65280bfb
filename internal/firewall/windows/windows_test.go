package windows

import (
	"testing"

	"ferry/internal/firewall/firewalltest"
)

// TestGolden keeps what is written for each case.
func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }

// TestSameMatrix reads the texts back.
func TestSameMatrix(t *testing.T) { firewalltest.SameMatrix(t, Dialect) }
