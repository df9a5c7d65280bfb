//go:build !amd64 && !arm64

package sys

import "golang.org/x/sys/unix"

// lstatat is fstatat(2) that does not follow a link.
func lstatat(dir int, base string, st *unix.Stat_t) error {
	return unix.Fstatat(dir, base, st, unix.AT_SYMLINK_NOFOLLOW)
}
