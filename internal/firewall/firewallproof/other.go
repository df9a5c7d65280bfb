//go:build !linux

package firewallproof

import (
	"errors"

	"ferry/internal/nsnet"
)

// prove is never called: there are no worlds on other systems.
func prove(*nsnet.World, *Subject, *job) error { return errors.New("worlds are Linux's") }
