//go:build unix && !linux

package sys

import (
	"fmt"
	"syscall"
)

// DropTo makes the process somebody else for good. There are no capabilities to
// keep: a port below 1024 must be open before.
func DropTo(c Credentials, _ CapSet) error {
	if c.UID < 0 || c.GID < 0 {
		return fmt.Errorf("user %d, group %d: no such numbers", c.UID, c.GID)
	}
	groups := c.Groups
	if len(groups) == 0 {
		groups = []int{c.GID} // the BSDs keep the group of files there
	}
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("setgroups: %w", err)
	}
	// With the power of root they set the real, effective and saved number.
	if err := syscall.Setgid(c.GID); err != nil {
		return fmt.Errorf("setgid: %w", err)
	}
	if err := syscall.Setuid(c.UID); err != nil {
		return fmt.Errorf("setuid: %w", err)
	}
	if syscall.Setuid(0) == nil && c.UID != 0 {
		return fmt.Errorf("user %d could become root again", c.UID)
	}
	return nil
}
