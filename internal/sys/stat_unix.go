//go:build unix

package sys

import (
	"io/fs"
	"syscall"
)

// StatOf takes what package os found out.
func StatOf(fi fs.FileInfo) Stat {
	s := Stat{Mode: fi.Mode(), Size: fi.Size(), ModTime: fi.ModTime(), Nlink: 1}
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		s.UID, s.GID = st.Uid, st.Gid
		s.Nlink = uint64(st.Nlink) //nolint:unconvert // the width differs between systems
		s.Dev = uint64(st.Dev)     //nolint:unconvert // the width differs between systems
		s.Ino = uint64(st.Ino)     //nolint:unconvert // the width differs between systems
	}
	return s
}
