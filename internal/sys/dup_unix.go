//go:build unix && !linux

package sys

import "golang.org/x/sys/unix"

// dupTo makes to a duplicate of from.
func dupTo(from, to int) error { return unix.Dup2(from, to) }
