package dialogue

import (
	"os"
	"syscall"
)

// ownerOf is the numbers of a file's user and group.
func ownerOf(info os.FileInfo) (uid, gid uint32, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return st.Uid, st.Gid, true
}
