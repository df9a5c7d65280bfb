package sys

import "io/fs"

// The bits of st_mode (stat(2), POSIX.1-2017 sys/stat.h), the same on every
// Unix.
const (
	typeMask    = 0o170000
	typeFIFO    = 0o010000
	typeChar    = 0o020000
	typeDir     = 0o040000
	typeBlock   = 0o060000
	typeRegular = 0o100000
	typeSymlink = 0o120000
	typeSocket  = 0o140000

	bitSetuid = 0o4000
	bitSetgid = 0o2000
	bitSticky = 0o1000
)

// FileMode turns st_mode into Go's form.
func FileMode(mode uint32) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	if mode&bitSetuid != 0 {
		m |= fs.ModeSetuid
	}
	if mode&bitSetgid != 0 {
		m |= fs.ModeSetgid
	}
	if mode&bitSticky != 0 {
		m |= fs.ModeSticky
	}
	switch mode & typeMask {
	case typeRegular:
	case typeDir:
		m |= fs.ModeDir
	case typeSymlink:
		m |= fs.ModeSymlink
	case typeFIFO:
		m |= fs.ModeNamedPipe
	case typeSocket:
		m |= fs.ModeSocket
	case typeChar:
		m |= fs.ModeDevice | fs.ModeCharDevice
	case typeBlock:
		m |= fs.ModeDevice
	default:
		m |= fs.ModeIrregular
	}
	return m
}

// UnixPerm turns the permission bits of Go's form, with setuid, setgid and
// sticky, into those of st_mode. The type is left out.
func UnixPerm(m fs.FileMode) uint32 {
	mode := uint32(m.Perm())
	if m&fs.ModeSetuid != 0 {
		mode |= bitSetuid
	}
	if m&fs.ModeSetgid != 0 {
		mode |= bitSetgid
	}
	if m&fs.ModeSticky != 0 {
		mode |= bitSticky
	}
	return mode
}
