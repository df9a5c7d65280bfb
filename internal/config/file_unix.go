//go:build unix

package config

import (
	"io/fs"
	"os"
	"syscall"
)

// openFile opens without waiting, so that a pipe is refused instead of waited
// for.
func openFile(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
}

// owner is the user and the group that a file belongs to, if the system tells.
func owner(info fs.FileInfo) (uid, gid uint32, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return st.Uid, st.Gid, true
}
