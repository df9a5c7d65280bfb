package listing

import (
	"strconv"
	"strings"
)

// parseMVSMember reads a member of a partitioned data set of z/OS, with the
// statistics that the editor keeps, or of a load library:
//
//	 Name     VV.MM   Created       Changed      Size  Init   Mod   Id
//	MEMBER    01.09 2025/09/12 2026/10/11 09:37    11    11     0 KIL001
//
//	 Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode
//	LOADMOD   00B308   000411          00 FO                RN    RU       31    ANY
//
// The size with the statistics is in lines, so the length is unknown; that of a
// load module is in bytes, in hexadecimal. A member without statistics is its
// name alone, which only a Reader takes, behind one of these headings.
func parseMVSMember(line string, c clock) (Entry, bool) {
	words := tokens(line, 10)
	if len(words) < 4 || !isMember(words[0].text) {
		return Entry{}, false
	}
	e := Entry{Name: words[0].text, Size: -1, Mode: 0o666}
	if isVersionLevel(words[1].text) {
		return e, len(words) >= 5 && e.mvsChanged(words, c)
	}
	size, ok1 := parseHex(words[1].text, 6, 8)
	_, ok2 := parseHex(words[2].text, 6, 6)
	if !ok1 || !ok2 {
		return Entry{}, false
	}
	// The authorization code, behind the name that this one is an alias of.
	code := words[3].text
	if _, ok := parseDigits(code, 2, 2); !ok && (len(words) < 5 || !isMember(code)) {
		return Entry{}, false
	}
	e.Size = size
	return e, true
}

// mvsChanged reads the columns behind the version: two dates, the time of the
// second, three numbers and the user.
func (e *Entry) mvsChanged(words []token, c clock) bool {
	if _, _, _, ok := c.numericDate(words[2].text, yearFirst, true); !ok {
		return false
	}
	year, month, day, ok := c.numericDate(words[3].text, yearFirst, true)
	if !ok {
		return false
	}
	t, ok := parseTimeOfDay(words[4].text)
	if !ok {
		return false
	}
	when, ok := c.on(year, month, day, t, c.loc)
	e.ModTime, e.Precision = when, t.precision
	if len(words) > 8 {
		e.Owner = words[8].text
	}
	return ok
}

// parseBareMember reads a line that is the name of a member and nothing else.
func parseBareMember(line string, _ clock) (Entry, bool) {
	name := strings.Trim(line, " \t")
	return Entry{Name: name, Size: -1, Mode: 0o666}, isMember(name)
}

// isMember knows the name of a member: eight letters, figures and national
// characters, of which the first is no figure.
func isMember(s string) bool {
	return len(s) <= 8 && isDataSet(s) && !isDigit(s[0]) && !strings.ContainsAny(s, ".-'_")
}

func isVersionLevel(s string) bool {
	return len(s) == 5 && s[2] == '.' && isDigit(s[0]) && isDigit(s[1]) && isDigit(s[3]) && isDigit(s[4])
}

func parseHex(s string, low, high int) (int64, bool) {
	if len(s) < low || len(s) > high || s[0] == '+' || s[0] == '-' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 16, 64)
	return n, err == nil
}
