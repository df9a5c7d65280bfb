package certs

import (
	"io/fs"
	"os"
	"time"
)

// settleTime is the age below which the time of a file is not trusted: file
// systems count in steps of up to two seconds, within which a file may change
// twice.
const settleTime = 3 * time.Second

// A stamp recognises a file that has not changed. Symbolic links are followed:
// a link that leads elsewhere is another file.
type stamp struct {
	name string
	info fs.FileInfo
}

// same reports whether the name still leads to the same unchanged file.
func (s stamp) same() bool {
	info, err := os.Stat(s.name)
	return err == nil && os.SameFile(info, s.info) &&
		info.Size() == s.info.Size() && info.ModTime().Equal(s.info.ModTime())
}
