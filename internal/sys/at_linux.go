package sys

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// The calls of this file act on base, one element, in the directory dir. They
// never follow a symbolic link, so that base cannot lead anywhere; the caller
// sees to it that base is not "", "." or ".." and has no slash.

// Mkdirat makes a directory. The umask applies to perm.
func Mkdirat(dir int, base string, perm fs.FileMode) error {
	return retry(func() error { return unix.Mkdirat(dir, base, UnixPerm(perm)) })
}

// Unlinkat removes what is not a directory; a directory gives EISDIR.
func Unlinkat(dir int, base string) error {
	return retry(func() error { return unix.Unlinkat(dir, base, 0) })
}

// Rmdirat removes an empty directory.
func Rmdirat(dir int, base string) error {
	return retry(func() error { return unix.Unlinkat(dir, base, unix.AT_REMOVEDIR) })
}

// Renameat renames, and replaces what has the new name.
func Renameat(fromDir int, from string, toDir int, to string) error {
	return retry(func() error { return unix.Renameat2(fromDir, from, toDir, to, 0) })
}

// RenameatNew renames, and gives EEXIST where something has the new name. Not
// every file system can look and rename in one step: EINVAL, ENOSYS.
func RenameatNew(fromDir int, from string, toDir int, to string) error {
	return retry(func() error { return unix.Renameat2(fromDir, from, toDir, to, unix.RENAME_NOREPLACE) })
}

// Linkat gives the file from a second name; one that is taken gives EEXIST.
func Linkat(fromDir int, from string, toDir int, to string) error {
	return retry(func() error { return unix.Linkat(fromDir, from, toDir, to, 0) })
}

// Lchownat sets the owner and group; -1 leaves the one or the other. An empty
// base means dir itself.
func Lchownat(dir int, base string, uid, gid int) error {
	flags := unix.AT_SYMLINK_NOFOLLOW
	if base == "" {
		flags |= unix.AT_EMPTY_PATH
	}
	return retry(func() error { return unix.Fchownat(dir, base, uid, gid, flags) })
}

// Readlinkat reads a symbolic link; what is none gives EINVAL. An empty base
// means the link that dir itself was opened on (OpenPath|OpenNoFollow).
func Readlinkat(dir int, base string) (string, error) {
	// A target has at most PATH_MAX-1 bytes; the short buffer does nearly
	// always, and one that is full may have been cut.
	buf := make([]byte, 256)
	for {
		n, err := retryFD(func() (int, error) { return unix.Readlinkat(dir, base, buf) })
		if err != nil {
			return "", err
		}
		if n < len(buf) {
			return string(buf[:n]), nil
		}
		buf = make([]byte, 4*len(buf))
	}
}
