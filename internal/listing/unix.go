package listing

import (
	"strconv"
	"strings"
)

// unixTokens is how many words of a line are looked at: permissions, links,
// owner and group of several words, a device's two numbers, and the longest date.
const unixTokens = 16

// parseUnix reads the lines of ls -l and of the many programs that imitate it
// (vsftpd, ProFTPD, Pure-FTPd, wu-ftpd, busybox, IIS in Unix style, embedded
// devices):
//
//	-rw-r--r--    1 0        0            1234 Nov 20 10:30 name
//	-rw-r--r--+   1 owner    Domain Users 1234 Nov 20  2025 name
//	drwxr-xr-x    2 owner                 4096 20 Nov 10:30 no group
//	-rw-r--r--    1 owner    group        1234 2026-11-20 10:30 ls --time-style=long-iso
//	-rw-r--r--    1 owner    group        1234 2026-11-20 10:30:05.000000000 +0100 ls --full-time
//	crw-r--r--    1 root     root       1,   3 Nov 20 10:30 null
//	lrwxrwxrwx    1 root     root            7 Nov 20 10:30 link -> target
//	-rw-r--r--    1 owner    group       33.5k Nov 20 10:30 ls -h
//	1041 8 -rw-r--r-- 1 owner group       1234 Nov 20 10:30 ls -is
//	drwxr-xr-x    2 owner    group        4096 no date at all
//
// The columns before the date differ too much to be counted. So the date is
// looked for: where it is in the usual nine columns (an owner may be called
// "jan"), then the first place where a date follows a size; then come dates of
// bare figures, sizes grown into the group, and lines without a date. One space
// stands between date and name; further ones belong to the name, but behind a
// date without a time.
func parseUnix(line string, c clock) (Entry, bool) {
	words := tokens(line, unixTokens)
	// ls -i and ls -s put the number of the file and its blocks in front.
	for range 2 {
		if len(words) > 0 && isDigit(words[0].text[0]) {
			if _, ok := parseUnsigned(words[0].text); ok {
				words = words[1:]
			}
		}
	}
	if len(words) < 4 {
		return Entry{}, false
	}
	mode, ok := parseMode(words[0].text)
	if !ok {
		return Entry{}, false
	}
	e, ok := unixLine(line, words, c)
	if !ok {
		return Entry{}, false
	}
	e.Mode = mode
	e.unixName()
	return e, true
}

// unixLine finds the date, and reads the columns on both sides of it.
func unixLine(line string, words []token, c clock) (Entry, bool) {
	for _, at := range [...]int{5, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12} {
		if e, ok := unixColumns(line, words, at, c); ok {
			return e, true
		}
		c.forget()
	}
	if e, ok := unixFigures(line, words, c); ok {
		return e, true
	}
	for _, at := range [...]int{3, 4, 2} {
		if e, ok := unixGlued(line, words, at, c); ok {
			return e, true
		}
		c.forget()
	}
	return unixDateless(line, words)
}

// unixColumns reads the line as one whose date begins at word number at.
func unixColumns(line string, words []token, at int, c clock) (Entry, bool) {
	if at >= len(words) {
		return Entry{}, false
	}
	e, columns, ok := unixSize(words[1:at])
	if !ok {
		return Entry{}, false
	}
	when, precision, used, ok := unixDate(words[at:], c)
	if !ok {
		return Entry{}, false
	}
	if e.Name, ok = nameBehind(line, words[at+used-1]); !ok {
		return Entry{}, false
	}
	if used == 1 {
		// A date without a time is filled up to the width of one with it.
		if e.Name = strings.TrimLeft(e.Name, " "); e.Name == "" {
			return Entry{}, false
		}
	}
	e.ModTime, e.Precision = when, precision
	e.unixOwners(columns)
	return e, true
}

// nameBehind is what stands one space behind a word. It may begin with spaces,
// and may not be all that follows a word at the end of the line.
func nameBehind(line string, word token) (string, bool) {
	if word.end+1 >= len(line) {
		return "", false
	}
	return line[word.end+1:], true
}

// unixSize takes the size off the end of the columns before the date. A device
// has two numbers in its place, "1, 3" or "1,3", and no size; ls -h has "33.5k".
func unixSize(words []token) (e Entry, columns []token, ok bool) {
	last := len(words) - 1
	if n, ok := parseUnsigned(words[last].text); ok {
		if last > 0 {
			if major, comma := strings.CutSuffix(words[last-1].text, ","); comma {
				if _, ok := parseUnsigned(major); ok {
					return Entry{}, words[:last-1], true
				}
			}
		}
		return Entry{Size: n}, words[:last], true
	}
	if major, minor, comma := strings.Cut(words[last].text, ","); comma {
		_, ok1 := parseUnsigned(major)
		_, ok2 := parseUnsigned(minor)
		return Entry{}, words[:last], ok1 && ok2
	}
	if rough, ok := parseScaled(words[last].text); ok {
		return Entry{Size: -1, Rough: rough}, words[:last], true
	}
	return Entry{}, nil, false
}

// unixFigures reads a line with the usual columns and a date of bare figures,
// month and day: "1 root other 531 3 29 03:26 name".
func unixFigures(line string, words []token, c clock) (Entry, bool) {
	if len(words) < 9 {
		return Entry{}, false
	}
	month, ok1 := parseDigits(words[5].text, 1, 2)
	day, ok2 := parseDigits(words[6].text, 1, 2)
	e, columns, ok3 := unixSize(words[1:5])
	if !ok1 || !ok2 || !ok3 {
		return Entry{}, false
	}
	when, precision, ok := yearOrTime(words[7].text, month, day, c)
	if !ok {
		return Entry{}, false
	}
	if e.Name, ok = nameBehind(line, words[7]); !ok {
		return Entry{}, false
	}
	e.ModTime, e.Precision = when, precision
	e.unixOwners(columns)
	return e, true
}

// unixGlued reads a line where a wide size has grown into the name of the
// group: "1 owner longgroup123456 Feb 12 17:20 name".
func unixGlued(line string, words []token, at int, c clock) (Entry, bool) {
	if at+3 >= len(words) {
		return Entry{}, false
	}
	glued := words[at-1].text
	group := strings.TrimRight(glued, "0123456789")
	size, ok := parseUnsigned(glued[len(group):])
	if !ok || group == "" || strings.ContainsAny(group[len(group)-1:], ".,:-/") {
		return Entry{}, false
	}
	when, precision, used, ok := unixDate(words[at:], c)
	if !ok {
		return Entry{}, false
	}
	e := Entry{Size: size, ModTime: when, Precision: precision}
	if e.Name, ok = nameBehind(line, words[at+used-1]); !ok {
		return Entry{}, false
	}
	columns := append([]token(nil), words[1:at]...)
	columns[len(columns)-1].text = group
	e.unixOwners(columns)
	return e, true
}

// unixDateless reads a line that has all columns but the date. What looks like a
// date that could not be read is not taken for a name.
func unixDateless(line string, words []token) (Entry, bool) {
	if len(words) < 6 {
		return Entry{}, false
	}
	_, ok1 := parseUnsigned(words[1].text)
	size, ok2 := parseUnsigned(words[4].text)
	if !ok1 || !ok2 {
		return Entry{}, false
	}
	figures := 0
	for i, word := range words[5:min(len(words), 9)] {
		if i < 3 && isDigit(word.text[0]) {
			figures++
		}
		_, isMonth := parseMonth(word.text)
		_, isTime := parseTimeOfDay(word.text)
		if isMonth || isTime || strings.Contains(word.text, ":") {
			return Entry{}, false
		}
	}
	if isDigit(words[5].text[0]) || figures > 1 { // "Xyz 20 2025" in some language
		return Entry{}, false
	}
	e := Entry{Size: size}
	var ok bool
	if e.Name, ok = nameBehind(line, words[4]); !ok {
		return Entry{}, false
	}
	e.unixOwners(words[1:4])
	return e, true
}

// unixName cuts the target off a symbolic link, and the mark of ls -F off a
// directory.
func (e *Entry) unixName() {
	switch {
	case e.IsSymlink():
		if name, target, ok := strings.Cut(e.Name, " -> "); ok && name != "" {
			e.Name, e.Target = name, target
		}
	case e.IsDir() && len(e.Name) > 1:
		e.Name = strings.TrimSuffix(e.Name, "/")
	}
}

// unixOwners reads the columns between permissions and size: links, owner and
// group, of which any may be missing. A group of several words is the rest.
func (e *Entry) unixOwners(columns []token) {
	if len(columns) > 0 {
		// A single column that is a number is the links; an owner without
		// links is a name.
		if n, err := strconv.ParseUint(columns[0].text, 10, 64); err == nil {
			e.Nlink, columns = n, columns[1:]
		}
	}
	if len(columns) > 0 {
		e.Owner, e.UID = ownerOrNumber(columns[0].text)
		columns = columns[1:]
	}
	group := make([]string, len(columns))
	for i, word := range columns {
		group[i] = word.text
	}
	e.Group, e.GID = ownerOrNumber(strings.Join(group, " "))
}

func ownerOrNumber(s string) (name string, id uint32) {
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return "", uint32(n)
	}
	return s, 0
}
