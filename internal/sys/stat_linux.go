package sys

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// Fstat describes the file that fd, which may be opened with OpenPath, stands
// for.
func Fstat(fd int) (Stat, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &st) }); err != nil {
		return Stat{}, err
	}
	return fromStat(&st), nil
}

// Lstatat describes base, one element, in the directory dir; a symbolic link
// is not followed.
func Lstatat(dir int, base string) (Stat, error) {
	var st unix.Stat_t
	for { // retry would need memory for each of many entries
		switch err := lstatat(dir, base, &st); {
		case err == nil:
			return fromStat(&st), nil
		case !errors.Is(err, unix.EINTR):
			return Stat{}, err
		}
	}
}

// fromStat takes the fields whose width differs from one processor to another
// through conversions that do nothing on some of them.
func fromStat(st *unix.Stat_t) Stat {
	return Stat{
		Mode:    FileMode(st.Mode),
		Size:    st.Size,
		ModTime: time.Unix(st.Mtim.Unix()),
		UID:     st.Uid,
		GID:     st.Gid,
		Nlink:   uint64(st.Nlink), //nolint:unconvert // uint32 on 32-bit processors
		Dev:     uint64(st.Dev),   //nolint:unconvert // uint32 on MIPS
		Ino:     st.Ino,
	}
}
