package listing

import (
	"io/fs"
	"strings"
)

// parseNonStop reads the files of a subvolume of HP (Tandem) NonStop:
//
//	File         Code             EOF  Last Modification    Owner  RWEP
//	ALPHA         101             528  6-Apr-26 14:21:18 255,  0 "oooo"
//	BETA     O    101            4096 16-Apr-26 14:21:18 255,255 "nunu"
//
// An O marks a file that is open. The letters in quotes say who may read, write,
// execute and purge it: "o" and "u" the owner, "g" and "c" the group, "a" and
// "n" everybody, "-" nobody but the super user.
func parseNonStop(line string, c clock) (Entry, bool) {
	columns, secured := strings.CutSuffix(strings.TrimRight(line, " \t"), `"`)
	quote := strings.LastIndexByte(columns, '"')
	if !secured || quote < 0 || len(columns)-quote != len(`"oooo`) {
		return Entry{}, false
	}
	words := tokens(columns[:quote], 9)
	if len(words) > 1 && strings.EqualFold(words[1].text, "O") {
		words = append(words[:1], words[2:]...)
	}
	if len(words) != 6 && len(words) != 7 || !isCMSName(words[0].text) {
		return Entry{}, false
	}
	_, ok1 := parseUnsigned(strings.TrimRight(words[1].text, "PAO+"))
	size, ok2 := parseUnsigned(words[2].text)
	year, month, day, ok3 := parseNamedDate(words[3].text)
	t, ok4 := parseTimeOfDay(words[4].text)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return Entry{}, false
	}
	owner := words[5].text
	if len(words) == 7 {
		owner += words[6].text
	}
	group, user, both := strings.Cut(owner, ",")
	_, ok1 = parseDigits(group, 1, 3)
	_, ok2 = parseDigits(user, 1, 3)
	if !both || !ok1 || !ok2 {
		return Entry{}, false
	}
	when, ok := c.on(year, month, day, t, c.loc)
	e := Entry{Name: words[0].text, Size: size, ModTime: when, Precision: t.precision, Owner: owner}
	e.Mode = nonStopMode(columns[quote+1:])
	return e, ok
}

func nonStopMode(rwep string) fs.FileMode {
	var mode fs.FileMode
	for i, bit := range [...]fs.FileMode{4, 2, 1} {
		switch rwep[i] | 0x20 {
		case 'a', 'n':
			mode |= bit<<6 | bit<<3 | bit
		case 'g', 'c':
			mode |= bit<<6 | bit<<3
		case 'o', 'u':
			mode |= bit << 6
		}
	}
	return mode
}
