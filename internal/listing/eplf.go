package listing

import (
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// parseEPLF reads the easily parsed LIST format of anonftpd and publicfile:
//
//	+i8388621.29609,m824255902,/,	dir
//	+i8388621.44468,m839956783,r,s10376,	RFCEPLF
//
// The facts are i (what tells the file from others), m (the time, in seconds
// since 1970), s (the size), r (a file to retrieve), / (a directory) and up
// (permissions in octal); others are passed over. Behind the tab is the name.
func parseEPLF(line string, _ clock) (Entry, bool) {
	rest, plus := strings.CutPrefix(line, "+")
	list, name, tab := strings.Cut(rest, "\t")
	if !plus || !tab || name == "" {
		return Entry{}, false
	}
	e := Entry{Name: name, Size: -1, Mode: 0o666}
	perm, hasPerm := fs.FileMode(0), false
	for fact := range strings.SplitSeq(list, ",") {
		switch {
		case fact == "":
		case fact == "/":
			e.Mode = fs.ModeDir | 0o777
		case fact[0] == 's':
			if n, ok := parseUnsigned(fact[1:]); ok {
				e.Size = n
			}
		case fact[0] == 'm':
			if n, ok := parseUnsigned(fact[1:]); ok && n < 253402300800 { // the year 10000
				e.ModTime, e.Precision = time.Unix(n, 0).UTC(), precisionSecond
			}
		case fact[0] == 'i':
			e.ID = fact[1:]
		case strings.HasPrefix(fact, "up"):
			if n, err := strconv.ParseUint(fact[2:], 8, 12); err == nil {
				perm, hasPerm = fileMode(uint16(n)), true
			}
		}
	}
	if hasPerm {
		e.Mode = e.Mode.Type() | perm
	}
	return e, true
}
