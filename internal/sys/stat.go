package sys

import (
	"io/fs"
	"time"
)

// Stat is what the system says of one file.
type Stat struct {
	Mode     fs.FileMode
	Size     int64
	ModTime  time.Time
	UID, GID uint32
	Nlink    uint64
	// Dev and Ino tell one file from every other; both 0 where the system has
	// no such numbers.
	Dev, Ino uint64
}

// Same reports whether a and b describe one file, which cannot be known
// without Dev and Ino.
func (a Stat) Same(b Stat) bool {
	return a.Dev == b.Dev && a.Ino == b.Ino && (a.Dev != 0 || a.Ino != 0)
}
