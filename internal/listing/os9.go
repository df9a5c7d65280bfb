package listing

import (
	"io/fs"
	"strings"
)

// parseOS9 reads the lines of Microware's OS-9:
//
//	 Owner   Last modified   Attributes Sector Bytecount Name
//	20.20   26/03/29 1026     d-ewrewr     2650     85920 CMDS
//
// The owner is group and user, the attributes are directory, single user, and
// execute, write and read for the public and then for the owner.
func parseOS9(line string, c clock) (Entry, bool) {
	words := tokens(line, 7)
	if len(words) < 7 || len(words[3].text) != len("dsewrewr") {
		return Entry{}, false
	}
	group, user, point := strings.Cut(words[0].text, ".")
	gid, ok1 := parseDigits(group, 1, 5)
	uid, ok2 := parseDigits(user, 1, 5)
	if !point || !ok1 || !ok2 {
		return Entry{}, false
	}
	year, month, day, ok1 := c.numericDate(words[1].text, yearFirst, true)
	clockTime, ok2 := parseDigits(words[2].text, 4, 4)
	size, ok3 := parseUnsigned(words[5].text)
	if !ok1 || !ok2 || !ok3 || clockTime%100 > 59 || clockTime/100 > 23 {
		return Entry{}, false
	}
	e := Entry{Name: line[words[5].end+1:], Size: size, GID: uint32(gid), UID: uint32(uid), Precision: precisionMinute}
	for i, letter := range words[3].text {
		if letter == '-' {
			continue
		}
		if i >= 8 || letter != rune("dsewrewr"[i]) {
			return Entry{}, false
		}
		e.Mode |= [...]fs.FileMode{fs.ModeDir, 0, 0o001, 0o002, 0o004, 0o100, 0o200, 0o400}[i]
	}
	e.Name = strings.TrimLeft(e.Name, " \t")
	var ok bool
	e.ModTime, ok = c.on(year, month, day, timeOfDay{hour: clockTime / 100, minute: clockTime % 100}, c.loc)
	return e, ok && e.Name != ""
}
