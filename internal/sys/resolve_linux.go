package sys

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Flags for OpenInRoot that package os does not name.
const (
	OpenPath      = unix.O_PATH      // a handle that names the file and needs no permission on it
	OpenDirectory = unix.O_DIRECTORY // nothing but a directory: ENOTDIR
	OpenNoFollow  = unix.O_NOFOLLOW  // with OpenPath: a symbolic link itself
	OpenNonblock  = unix.O_NONBLOCK  // never wait for the other end of a FIFO
)

// resolveRetries bounds how often a resolution starts again because something
// was renamed meanwhile. The kernel gives EAGAIN only where a ".." met a rename
// or mount anywhere in the system, so that a few attempts are plenty; without a
// bound a peer that renames in a loop could hold us.
const resolveRetries = 64

// OpenInRoot opens name below the directory root, with chroot's meaning: an
// absolute symbolic link and a leading slash start at root, ".." in root stays
// there, and the magic links of /proc are refused with ELOOP (openat2(2),
// RESOLVE_IN_ROOT). flags are those of package os and of this one; perm counts
// only for a file that is made, and the umask applies to it. The descriptor
// is close-on-exec. EAGAIN means that the resolution was disturbed too often,
// or that somebody holds a lease on the file and OpenNonblock was given.
func OpenInRoot(root int, name string, flags int, perm fs.FileMode) (int, error) {
	how := unix.OpenHow{
		Flags:   uint64(flags) | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	}
	if flags&unix.O_PATH == 0 { // with it, openat2 refuses what would do nothing
		how.Flags |= unix.O_NOCTTY | unix.O_LARGEFILE
	}
	if flags&os.O_CREATE != 0 || flags&unix.O_TMPFILE == unix.O_TMPFILE {
		how.Mode = uint64(UnixPerm(perm))
	}
	again := 0
	for {
		fd, err := unix.Openat2(root, name, &how)
		switch {
		case err == nil:
			return fd, nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN) && again < resolveRetries:
			again++
		default:
			return -1, err
		}
	}
}

// ProbeInRoot reports why OpenInRoot cannot work here: nil if it can, ENOSYS on
// a kernel before 5.6, EPERM or ENOSYS where a seccomp filter forbids it.
func ProbeInRoot(root int) error {
	fd, err := OpenInRoot(root, ".", OpenPath|OpenDirectory, 0)
	if err != nil {
		return err
	}
	return Close(fd)
}

// OpenDirPath opens the directory dir by its name in the whole file system as
// a handle (O_PATH), symbolic links followed: the root of a confinement.
func OpenDirPath(dir string) (int, error) {
	return retryFD(func() (int, error) {
		return unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

// Close closes a descriptor. It is not repeated on EINTR: Linux has freed the
// number by then (close(2)).
func Close(fd int) error { return unix.Close(fd) }

// ClearNonblock puts a descriptor opened with OpenNonblock into blocking mode.
// keep are the flags that stay, os.O_APPEND or none.
func ClearNonblock(fd int, keep int) error {
	_, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, keep&os.O_APPEND)
	return err
}

// retry repeats a call that a signal interrupted: file systems over a network
// or FUSE give EINTR where local ones never do, and the Go runtime sends
// signals of its own.
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

func retryFD(call func() (int, error)) (int, error) {
	for {
		fd, err := call()
		if !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
}
