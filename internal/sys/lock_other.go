//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package sys

import (
	"errors"
	"os"
)

// TryLock would take an advisory lock; this system has none that leaves
// readers alone.
func TryLock(*os.File) error { return errors.ErrUnsupported }
