package sys

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// TryLock takes an advisory write lock on the whole of f, which is open for
// writing, and does not wait: ErrLocked if somebody else holds one. The lock is
// an open file description lock (fcntl(2), F_OFD_SETLK): it conflicts with the
// record locks that other servers take with F_SETLK, and unlike those it also
// holds between two sessions of one process and ends with this descriptor
// alone. errors.ErrUnsupported where the file system has no locks.
func TryLock(f *os.File) error {
	// Len 0 reaches to the end of the file, however far that will be.
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}
	err := retry(func() error { return unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &lock) })
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES):
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return err
}
