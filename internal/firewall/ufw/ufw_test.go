package ufw

import (
	"testing"

	"ferry/internal/firewall/firewalltest"
)

func TestGolden(t *testing.T) { firewalltest.Golden(t, Dialect) }
