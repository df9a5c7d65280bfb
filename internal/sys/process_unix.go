//go:build unix

package sys

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Umask sets the mask of permission bits that new files of the whole process
// do not get, and returns the one before.
func Umask(mask int) int { return unix.Umask(mask) }

// SetRlimitNofile raises the limit of open descriptors of the process as far as
// it may (the soft limit to the hard one, setrlimit(2)) and returns the limit
// that then holds, also if raising it failed.
func SetRlimitNofile() (limit uint64, err error) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, fmt.Errorf("getrlimit: %w", err)
	}
	if r.Cur == r.Max {
		return uint64(r.Cur), nil //nolint:unconvert // int64 on FreeBSD
	}
	raised := unix.Rlimit{Cur: r.Max, Max: r.Max}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &raised); err != nil {
		return uint64(r.Cur), fmt.Errorf("setrlimit: %w", err) //nolint:unconvert // int64 on FreeBSD
	}
	return uint64(raised.Cur), nil //nolint:unconvert // int64 on FreeBSD
}
