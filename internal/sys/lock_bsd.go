//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package sys

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// TryLock takes an advisory exclusive lock on f and does not wait: ErrLocked if
// somebody else holds one. The lock is that of flock(2), which belongs to the
// open file and is seen by those who use flock too. errors.ErrUnsupported where
// the file system has no locks.
func TryLock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EWOULDBLOCK):
			return fmt.Errorf("%w: %w", ErrLocked, err)
		case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOTSUP):
			return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
		}
		return err
	}
}
