package listing

import (
	"strconv"
	"strings"
	"time"
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
//
// The columns before the date differ too much to be counted. So the date is
// looked for: where it is in the usual nine columns (an owner may be called
// "jan"), then the first place where a date follows a size. One space stands
// between date and name; further ones belong to the name.
func parseUnix(line string, c clock) (Entry, bool) {
	words := tokens(line, unixTokens)
	if len(words) < 4 {
		return Entry{}, false
	}
	mode, ok := parseMode(words[0].text)
	if !ok {
		return Entry{}, false
	}
	for _, at := range [...]int{5, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12} {
		if at >= len(words) {
			continue
		}
		if e, ok := unixColumns(line, words, at, c); ok {
			e.Mode = mode
			e.unixName()
			return e, true
		}
	}
	return Entry{}, false
}

// unixColumns reads the line as one whose date begins at word number at.
func unixColumns(line string, words []token, at int, c clock) (Entry, bool) {
	size, columns, ok := unixSize(words[1:at])
	if !ok {
		return Entry{}, false
	}
	when, precision, used, ok := unixDate(words[at:], c)
	if !ok {
		return Entry{}, false
	}
	end := words[at+used-1].end
	if end+1 >= len(line) {
		return Entry{}, false // no name
	}
	e := Entry{Name: line[end+1:], Size: size, ModTime: when, Precision: precision}
	e.unixOwners(columns)
	return e, true
}

// unixSize takes the size off the end of the columns before the date. A device
// has two numbers in its place, "1, 3" or "1,3", and no size.
func unixSize(words []token) (size int64, columns []token, ok bool) {
	last := len(words) - 1
	if n, ok := parseUnsigned(words[last].text); ok {
		if last > 0 {
			if major, comma := strings.CutSuffix(words[last-1].text, ","); comma {
				if _, ok := parseUnsigned(major); ok {
					return 0, words[:last-1], true
				}
			}
		}
		return n, words[:last], true
	}
	if major, minor, comma := strings.Cut(words[last].text, ","); comma {
		_, ok1 := parseUnsigned(major)
		_, ok2 := parseUnsigned(minor)
		return 0, words[:last], ok1 && ok2
	}
	return 0, nil, false
}

// unixDate reads the date at the front of words, and says how many it took.
func unixDate(words []token, c clock) (when time.Time, precision time.Duration, used int, ok bool) {
	if len(words) < 2 {
		return time.Time{}, 0, 0, false
	}
	if year, month, day, ok := parseISODate(words[0].text); ok {
		return isoDate(words, year, month, day, c)
	}
	if len(words) < 3 {
		return time.Time{}, 0, 0, false
	}
	month, ok := parseMonth(words[0].text)
	dayText := words[1].text
	if !ok {
		if month, ok = parseMonth(words[1].text); !ok {
			return time.Time{}, 0, 0, false
		}
		dayText = words[0].text
	}
	day, ok := parseDigits(strings.TrimSuffix(dayText, "."), 1, 2)
	if !ok {
		return time.Time{}, 0, 0, false
	}
	if year, ok := parseDigits(words[2].text, 4, 4); ok {
		when, ok := c.on(year, month, day, timeOfDay{}, c.loc)
		return when, precisionDay, 3, ok
	}
	t, ok := parseTimeOfDay(words[2].text)
	if !ok {
		return time.Time{}, 0, 0, false
	}
	// BSD's ls -lT: "Nov 20 10:30:05 2026". Without the seconds a number
	// there is the name.
	if t.precision < precisionMinute && len(words) > 4 {
		if year, ok := parseDigits(words[3].text, 4, 4); ok {
			when, ok := c.on(year, month, day, t, c.loc)
			return when, t.precision, 4, ok
		}
	}
	when, ok = c.recent(month, day, t)
	return when, t.precision, 3, ok
}

// isoDate reads what follows a date in figures: the time, and a zone where the
// time has seconds.
func isoDate(words []token, year, month, day int, c clock) (when time.Time, precision time.Duration, used int, ok bool) {
	t, ok := parseTimeOfDay(words[1].text)
	if !ok {
		when, ok = c.on(year, month, day, timeOfDay{}, c.loc)
		return when, precisionDay, 1, ok
	}
	loc, used := c.loc, 2
	if t.precision < precisionMinute && len(words) > 3 {
		if zone, ok := parseZone(words[2].text); ok {
			loc, used = zone, 3
		}
	}
	when, ok = c.on(year, month, day, t, loc)
	return when, t.precision, used, ok
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
