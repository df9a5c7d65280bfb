package listing

import (
	"io/fs"
	"strings"
)

// parseAS400 reads the objects of OS/400, now IBM i:
//
//	QSYS            77824 02/23/26 15:09:55 *DIR       home/
//	QPGMR           36864 18.09.26 14:21:26 *FILE      ORDERS.FILE
//	QPGMR                                   *MEM       ORDERS.FILE/MAY.MBR
//
// The order of the date is that of the job, so only the other lines tell it. A
// database file counts as a file: RETR takes it, and gives its first member.
func parseAS400(line string, c clock) (Entry, bool) {
	words := tokens(line, 5)
	at := 1
	if len(words) >= 5 && !strings.HasPrefix(words[1].text, "*") {
		at = 4
	}
	if len(words) <= at || !isObjectType(words[at].text) {
		return Entry{}, false
	}
	name := strings.TrimLeft(line[words[at].end:], " \t")
	e := Entry{Name: strings.TrimRight(name, " \t"), Size: -1, Mode: 0o666, Owner: words[0].text}
	if at == 4 {
		size, ok1 := parseUnsigned(words[1].text)
		date := words[2].text
		year, month, day, ok2 := c.numericDate(date, usualOrder(date), false)
		t, ok3 := parseTimeOfDay(words[3].text)
		if !ok1 || !ok2 || !ok3 {
			return Entry{}, false
		}
		when, ok := c.on(year, month, day, t, c.loc)
		if !ok {
			return Entry{}, false
		}
		e.Size, e.ModTime, e.Precision = size, when, t.precision
	}
	switch words[at].text {
	case "*DIR", "*DDIR", "*LIB", "*FLR":
		e.Mode = fs.ModeDir | 0o777
	case "*SYMLNK":
		e.Mode = fs.ModeSymlink | 0o777
	}
	if stem, slash := strings.CutSuffix(e.Name, "/"); slash {
		e.Name, e.Mode = stem, fs.ModeDir|0o777
	}
	return e, e.Name != ""
}

// isObjectType knows the types of objects, of which there are some hundred: a
// star and capital letters.
func isObjectType(s string) bool {
	if len(s) < 3 || len(s) > 10 || s[0] != '*' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !isUpper(s[i]) && !isDigit(s[i]) {
			return false
		}
	}
	return true
}
