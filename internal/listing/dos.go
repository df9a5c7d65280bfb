package listing

import (
	"io/fs"
	"strings"
)

// parseDOS reads the lines of MS-DOS's dir as IIS and other servers for
// Windows send them:
//
//	11-20-26  10:30AM       <DIR>          name
//	11-20-2026  10:30PM             1,234 name
//	20.11.2026  22:30                1234 name
//	2026-11-20  22:30    <JUNCTION>       name [target]
//
// The date is month-day-year with "-", day.month.year with ".", and with "/"
// month/day/year unless the first is no month. There are no permissions: the
// mode is read and write for all, with x for directories.
func parseDOS(line string, c clock) (Entry, bool) {
	words := tokens(line, 4)
	if len(words) < 4 || !isDigit(line[0]) {
		return Entry{}, false
	}
	year, month, day, ok := dosDate(words[0].text)
	if !ok {
		return Entry{}, false
	}
	clockText, sizeAt := words[1].text, 2
	if half := strings.ToUpper(words[2].text); half == "AM" || half == "PM" {
		clockText, sizeAt = clockText+half, 3
	}
	t, ok := dosTime(clockText)
	if !ok || sizeAt == 3 && len(tokens(line, 5)) < 5 {
		return Entry{}, false
	}
	when, ok := c.on(year, month, day, t, c.loc)
	if !ok {
		return Entry{}, false
	}
	e := Entry{ModTime: when, Precision: t.precision}
	kind := words[sizeAt]
	if !e.dosKind(kind.text, line[kind.end:]) {
		return Entry{}, false
	}
	return e, e.Name != ""
}

// dosDate reads the date, with a year of two digits or four.
func dosDate(s string) (year, month, day int, ok bool) {
	if year, month, day, ok = parseISODate(s); ok {
		return year, month, day, true
	}
	separator := strings.IndexAny(s, "-/.")
	if separator < 0 {
		return 0, 0, 0, false
	}
	mark := s[separator]
	parts := strings.Split(s, string(mark))
	if len(parts) != 3 || len(parts[2]) == 3 {
		return 0, 0, 0, false
	}
	first, ok1 := parseDigits(parts[0], 1, 2)
	second, ok2 := parseDigits(parts[1], 1, 2)
	year, ok3 := parseDigits(parts[2], 2, 4)
	if !ok1 || !ok2 || !ok3 {
		return 0, 0, 0, false
	}
	month, day = first, second
	if mark == '.' || mark == '/' && first > 12 {
		month, day = second, first
	}
	if len(parts[2]) == 2 {
		year += 1900
		if year < 1970 {
			year += 100
		}
	}
	return year, month, day, true
}

// dosTime reads 10:30AM, 10:30A, 22:30 and 22:30:05.
func dosTime(s string) (timeOfDay, bool) {
	s = strings.TrimSuffix(strings.ToUpper(s), "M")
	digits := strings.TrimRight(s, "AP")
	t, ok := parseTimeOfDay(digits)
	switch half := s[len(digits):]; {
	case !ok:
		return t, false
	case half == "":
		return t, true
	case t.hour < 1 || t.hour > 12:
		return t, false
	case half == "A":
		t.hour %= 12
		return t, true
	case half == "P":
		t.hour = t.hour%12 + 12
		return t, true
	default:
		return t, false
	}
}

// dosDirGap is the number of spaces between "<DIR>" and the name, so that the
// names stand below each other. More belong to the name.
const dosDirGap = 10

// dosKind reads the size, or what stands in its place, and the name behind it.
func (e *Entry) dosKind(kind, rest string) bool {
	const all fs.FileMode = 0o666
	if len(kind) > 2 && kind[0] == '<' && kind[len(kind)-1] == '>' {
		e.Mode, e.Size = fs.ModeDir|0o777, -1
		gap := len(rest) - len(strings.TrimLeft(rest, " "))
		e.Name = rest[min(gap, dosDirGap):]
		switch kind {
		case "<DIR>":
			return true
		case "<SYMLINK>", "<SYMLINKD>", "<JUNCTION>":
			e.Mode = fs.ModeSymlink | 0o777
			e.Name = strings.TrimLeft(rest, " ")
			if name, target, ok := strings.Cut(e.Name, " ["); ok && strings.HasSuffix(target, "]") {
				e.Name, e.Target = name, target[:len(target)-1]
			}
			return true
		default:
			return false
		}
	}
	size, ok := parseUnsigned(strings.ReplaceAll(kind, ",", ""))
	if !ok || len(rest) < 2 {
		return false
	}
	e.Mode, e.Size, e.Name = all, size, rest[1:]
	return true
}
