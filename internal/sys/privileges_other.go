//go:build !linux

package sys

import "errors"

// NoNewPrivs would keep programs that are executed from gaining power; only
// Linux has it.
func NoNewPrivs() error { return errors.ErrUnsupported }

// KeepOnly would give capabilities up; only Linux has them.
func KeepOnly(CapSet) error { return errors.ErrUnsupported }

// Threads would tell what the kernel says of every thread; only Linux does.
func Threads(int) ([]Thread, error) { return nil, errors.ErrUnsupported }
