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
// The date is read by numericDate, as the rest of the listing allows: month first
// with "-" and "/" where that gives a day, day first with ".". There are no permissions: the
// mode is read and write for all, with x for directories.
func parseDOS(line string, c clock) (Entry, bool) {
	words := tokens(line, 4)
	if len(words) < 4 || !isDigit(line[0]) {
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
	date := words[0].text
	// Half days go with dashes in what IIS writes, which knows one order only.
	american := strings.ContainsAny(clockText, "AaPp") && strings.Contains(date, "-")
	year, month, day, ok := c.numericDate(date, usualOrder(date), american)
	if !ok {
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
		switch strings.ToUpper(kind) {
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
	size, ok := dosSize(kind)
	if !ok || len(rest) < 2 {
		return false
	}
	e.Mode, e.Size, e.Name = all, size, rest[1:]
	return true
}

// dosSize reads a size, with or without marks between the thousands.
func dosSize(s string) (int64, bool) {
	for _, mark := range [...]string{",", ".", "'"} {
		groups := strings.Split(s, mark)
		if len(groups) < 2 {
			continue
		}
		for _, group := range groups[1:] {
			if len(group) != 3 {
				return 0, false
			}
		}
		return parseUnsigned(strings.Join(groups, ""))
	}
	return parseUnsigned(s)
}
