package listing

import (
	"io/fs"
	"strings"
)

// parseZVM reads the files of CMS under z/VM, on a minidisk or in the Shared File
// System, and those of its Byte File System:
//
//	PROFILE  EXEC     V        65      107        2 2026-10-04 15:28:42 ANNA191
//	DATA     FILE     F        80      200        4 10/04/26   15:28:42 -
//	TOOLS    DIR      -         -        -        - 2026-10-04 15:28:42 -
//	10/04/2026 15:28:42 F   1   65758 'bfsfile.cpy'
//
// The columns are name, type, format, length and number of the records, blocks,
// date, time and disk. Fixed records say how long the file is; of variable ones
// only the longest is known.
func parseZVM(line string, c clock) (Entry, bool) {
	words := tokens(line, 10)
	if len(words) >= 6 && isDigit(words[0].text[0]) && strings.Count(line, "'") >= 2 {
		return parseBFS(line, words, c)
	}
	if len(words) < 8 || len(words) > 9 || !isCMSName(words[0].text) || !isCMSName(words[1].text) {
		return Entry{}, false
	}
	date := words[6].text
	year, month, day, ok1 := c.numericDate(date, usualOrder(date), false)
	t, ok2 := parseTimeOfDay(words[7].text)
	if !ok1 || !ok2 {
		return Entry{}, false
	}
	e := Entry{Name: words[0].text + "." + words[1].text, Size: -1, Mode: 0o666, Precision: t.precision}
	length, ok1 := parseUnsigned(words[3].text)
	records, ok2 := parseUnsigned(words[4].text)
	switch format := words[2].text; {
	case words[1].text == "DIR" && format == "-":
		e.Name, e.Mode = words[0].text, fs.ModeDir|0o777
	case !ok1 || !ok2:
		return Entry{}, false
	case format == "F":
		if length == 0 || records <= (1<<62)/length {
			e.Size = length * records
		}
	case format == "V":
		e.Rough = multiply(records, max(length, 1))
	default:
		return Entry{}, false
	}
	if len(words) == 9 && words[8].text != "-" {
		e.Owner = words[8].text
	}
	var ok bool
	e.ModTime, ok = c.on(year, month, day, t, c.loc)
	return e, ok
}

// parseBFS reads a line of the Byte File System. A directory (D) has neither
// links nor a size.
func parseBFS(line string, words []token, c clock) (Entry, bool) {
	year, month, day, ok1 := c.numericDate(words[0].text, monthFirst, false)
	t, ok2 := parseTimeOfDay(words[1].text)
	if !ok1 || !ok2 {
		return Entry{}, false
	}
	quoted := strings.TrimLeft(line[words[4].end:], " \t")
	name, ok := strings.CutPrefix(strings.TrimRight(quoted, " \t"), "'")
	name, closed := strings.CutSuffix(name, "'")
	if !ok || !closed || name == "" {
		return Entry{}, false
	}
	e := Entry{Name: name, Size: -1, Precision: t.precision}
	switch words[2].text {
	case "F":
		e.Mode = 0o666
		if e.Size, ok = parseUnsigned(words[4].text); !ok {
			return Entry{}, false
		}
	case "D":
		e.Mode = fs.ModeDir | 0o777
	case "L", "S":
		e.Mode = fs.ModeSymlink | 0o777
	default:
		return Entry{}, false
	}
	e.ModTime, ok = c.on(year, month, day, t, c.loc)
	return e, ok
}

// isCMSName knows the name or the type of a file: eight of some characters.
func isCMSName(s string) bool {
	if s == "" || len(s) > 8 {
		return false
	}
	for i := range len(s) {
		c := s[i] &^ 0x20
		if (c < 'A' || c > 'Z') && !isDigit(s[i]) && !strings.ContainsRune("$#@+-:_", rune(s[i])) {
			return false
		}
	}
	return true
}
