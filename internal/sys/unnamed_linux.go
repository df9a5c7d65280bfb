package sys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// OpenUnnamed makes a file without a name on the file system of the directory
// dir and opens it for writing: it is gone when its last descriptor is closed, a
// killed process leaves nothing behind. The umask applies to perm. It gives
// errors.ErrUnsupported where the file system has no such files.
func OpenUnnamed(dir int, perm fs.FileMode) (int, error) {
	fd, err := OpenInRoot(dir, ".", os.O_WRONLY|unix.O_TMPFILE, perm)
	switch {
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOSYS):
		// EISDIR: a file system that sees only the wish to write a directory.
		return -1, fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	}
	return fd, err
}

// LinkUnnamed gives a file of OpenUnnamed the name base, one element, in the
// directory dir; a name that is taken gives EEXIST.
func LinkUnnamed(fd, dir int, base string) error {
	err := retry(func() error { return unix.Linkat(fd, "", dir, base, unix.AT_EMPTY_PATH) })
	if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EPERM) {
		// Before Linux 6.10 that takes a capability. Everybody may do it by the
		// entry in /proc.
		err = retry(func() error { return unix.Linkat(unix.AT_FDCWD, procFD(fd), dir, base, unix.AT_SYMLINK_FOLLOW) })
	}
	return err
}
