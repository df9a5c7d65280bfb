package listing

import (
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// parseNumeric reads lines that hold what stat says, in figures: mode, user,
// group, size, and seconds since 1970.
//
//	0100644   500  101   12345    123456789       name
func parseNumeric(line string, _ clock) (Entry, bool) {
	words := tokens(line, 6)
	if len(words) < 6 || len(words[0].text) < 6 || len(words[0].text) > 7 || words[0].text[0] != '0' {
		return Entry{}, false
	}
	bits, err := strconv.ParseUint(words[0].text, 8, 16)
	uid, err1 := strconv.ParseUint(words[1].text, 10, 32)
	gid, err2 := strconv.ParseUint(words[2].text, 10, 32)
	size, ok1 := parseUnsigned(words[3].text)
	seconds, ok2 := parseUnsigned(words[4].text)
	if err != nil || err1 != nil || err2 != nil || !ok1 || !ok2 || seconds >= 253402300800 { // the year 10000
		return Entry{}, false
	}
	e := Entry{
		Name: strings.TrimLeft(line[words[4].end:], " \t"), Size: size, UID: uint32(uid), GID: uint32(gid),
		ModTime: time.Unix(seconds, 0).UTC(), Precision: precisionSecond,
	}
	types := map[uint64]fs.FileMode{
		0o01: fs.ModeNamedPipe, 0o02: fs.ModeDevice | fs.ModeCharDevice, 0o04: fs.ModeDir, 0o06: fs.ModeDevice,
		0o10: 0, 0o12: fs.ModeSymlink, 0o14: fs.ModeSocket,
	}
	kind, ok := types[bits>>12]
	e.Mode = kind | fileMode(uint16(bits&0o7777))
	return e, ok
}
