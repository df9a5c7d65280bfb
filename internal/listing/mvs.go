package listing

import (
	"io/fs"
	"strings"
)

// mvsStates are what stands in the place of the columns of a data set that has
// none: it is on a tape, on no disk at all, or a part of the catalog only. With
// volume, the name of a volume is before it.
var mvsStates = [...]struct {
	volume bool
	words  []string
	mode   fs.FileMode
}{
	{false, []string{"Migrated"}, 0o666},
	{false, []string{"Pseudo", "Directory"}, fs.ModeDir | 0o777},
	{false, []string{"Error", "determining", "attributes"}, 0o666},
	{false, []string{"User", "catalog", "connector"}, 0o666},
	{true, []string{"Tape"}, 0o666},
	{true, []string{"Not", "Mounted"}, 0o666},
	{true, []string{"Not", "Direct", "Access", "Device"}, 0o666},
}

// parseMVS reads a data set of z/OS and its forebears:
//
//	Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
//	WYOSPT 3390   2026/05/21  1  200  FB      80  8053  PS  ANNA.FILE
//	WPTA01 3390   **NONE**    1    3  FB      80  3125  PO  ANNA.LIB
//	TSO004 3390   VSAM ANNA.CLUSTER
//	Migrated                                                ANNA.OLD
//
// A partitioned data set (PO) is a directory of members. The size is unknown: what
// is used is counted in tracks, and the records get ends of lines on the way.
// Referred is the day on which somebody last opened the data set, which is no
// time of change, so the time is unknown too.
func parseMVS(line string, _ clock) (Entry, bool) {
	words := tokens(line, 12)
	if len(words) < 2 || len(words) > 11 || words[len(words)-1].end != len(strings.TrimRight(line, " \t")) {
		return Entry{}, false
	}
	name, columns := words[len(words)-1].text, words[:len(words)-1]
	if !isDataSet(name) {
		return Entry{}, false
	}
	for _, state := range mvsStates {
		at := columns
		if state.volume {
			if !isVolume(at[0].text) {
				continue
			}
			at = at[1:]
		}
		if sameWords(at, state.words) {
			return Entry{Name: name, Size: -1, Mode: state.mode}, true
		}
	}
	if !isVolume(columns[0].text) {
		return Entry{}, false
	}
	if n := len(columns); n == 2 || n == 3 {
		switch columns[n-1].text {
		case "VSAM", "PATH", "AIX", "GDG":
			return Entry{Name: name, Size: -1, Mode: 0o666}, true
		}
	}
	return mvsColumns(name, columns)
}

// mvsColumns reads the columns of a data set on a disk. The unit may be missing,
// and numbers that are too wide for their columns run together.
func mvsColumns(name string, columns []token) (Entry, bool) {
	n := len(columns)
	if n < 6 || !mvsDate(columns[1].text) && !mvsDate(columns[2].text) {
		return Entry{}, false
	}
	for _, number := range columns[n-3 : n-1] { // Lrecl, BlkSz
		if _, ok := parseUnsigned(number.text); !ok {
			return Entry{}, false
		}
	}
	e := Entry{Name: name, Size: -1, Mode: 0o666}
	switch dsorg := columns[n-1].text; {
	case strings.HasPrefix(dsorg, "PO"):
		e.Mode = fs.ModeDir | 0o777
	case len(dsorg) < 2 || len(dsorg) > 4 || !isUpper(dsorg[0]) || !isUpper(dsorg[1]):
		return Entry{}, false
	}
	return e, true
}

// mvsDate knows the forms of Referred.
func mvsDate(s string) bool {
	if s == "**NONE**" {
		return true
	}
	_, _, _, ok := clock{}.numericDate(s, monthFirst, false)
	return ok
}

// isVolume knows the serial of a volume: six letters and figures at most.
func isVolume(s string) bool {
	if s == "" || len(s) > 6 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isUpper(c) && !isDigit(c) && !strings.ContainsRune("@#$?*+-", rune(c)) {
			return false
		}
	}
	return true
}

// isDataSet knows the name of a data set: up to 44 letters, figures, points and
// the national characters, maybe quoted.
func isDataSet(s string) bool {
	s = strings.Trim(s, "'")
	if s == "" || len(s) > 44 {
		return false
	}
	for i := range len(s) {
		c := s[i] &^ 0x20
		if (c < 'A' || c > 'Z') && !isDigit(s[i]) && !strings.ContainsRune(".@#$-_{", rune(s[i])) {
			return false
		}
	}
	return true
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// sameWords compares words without regard to case.
func sameWords(words []token, want []string) bool {
	if len(words) != len(want) {
		return false
	}
	for i, word := range words {
		if !strings.EqualFold(word.text, want[i]) {
			return false
		}
	}
	return true
}
