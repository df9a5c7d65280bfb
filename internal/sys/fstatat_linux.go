//go:build amd64 || arm64

package sys

import (
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nameMax is how long an element of a path can be on Linux (NAME_MAX of limits.h).
const nameMax = 255

// lstatat is fstatat(2) that does not follow a link. Package unix would take memory for the name,
// which each of the many entries of a directory has.
func lstatat(dir int, base string, st *unix.Stat_t) error {
	if len(base) > nameMax || strings.IndexByte(base, 0) >= 0 {
		return unix.Fstatat(dir, base, st, unix.AT_SYMLINK_NOFOLLOW)
	}
	var name [nameMax + 1]byte
	copy(name[:], base)
	_, _, errno := unix.Syscall6(unix.SYS_NEWFSTATAT, uintptr(dir), uintptr(unsafe.Pointer(&name)), uintptr(unsafe.Pointer(st)), unix.AT_SYMLINK_NOFOLLOW, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
