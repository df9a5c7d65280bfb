package sys

import (
	"errors"
	"io/fs"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Chmod sets the permission bits of the file that fd, which may be opened with
// OpenPath, stands for. It gives errors.ErrUnsupported where the kernel is
// older than 6.6 and /proc is not mounted; then only a descriptor opened for
// reading or writing can do it (Fchmod).
func Chmod(fd int, perm fs.FileMode) error {
	mode := UnixPerm(perm)
	err := retry(func() error { return unix.Fchmodat(fd, "", mode, unix.AT_EMPTY_PATH) })
	if !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.EPERM) {
		return err
	}
	// EPERM may be a seccomp filter that does not know fchmodat2. The other way
	// to the same file is its entry in /proc, which gives the same EPERM if it
	// was meant.
	err2 := retry(func() error { return unix.Chmod(procFD(fd), mode) })
	if errors.Is(err2, unix.ENOENT) {
		return err
	}
	return err2
}

// Fchmod sets the permission bits through a descriptor opened for reading or
// writing.
func Fchmod(fd int, perm fs.FileMode) error {
	return retry(func() error { return unix.Fchmod(fd, UnixPerm(perm)) })
}

// SetModTime sets the time of the last change of the content, to the
// nanosecond where the file system keeps it, and leaves the time of the last
// access. fd may be opened with OpenPath.
func SetModTime(fd int, t time.Time) error {
	mtime, err := unix.TimeToTimespec(t)
	if err != nil {
		return err
	}
	ts := []unix.Timespec{{Nsec: unix.UTIME_OMIT}, mtime}
	err = retry(func() error { return unix.UtimesNanoAt(fd, "", ts, unix.AT_EMPTY_PATH) })
	if errors.Is(err, unix.EINVAL) { // before Linux 5.8
		err = retry(func() error { return unix.UtimesNanoAt(unix.AT_FDCWD, procFD(fd), ts, 0) })
	}
	return err
}

func procFD(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }
