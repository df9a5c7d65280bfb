package listing

import "strings"

// parseWfFTP reads the lines of the wfFtp server of Wellfleet's (later Nortel's)
// routers. The order of the date is American, and there are no directories:
//
//	config              1014196  06/03/26  Wed.   10:20:03
func parseWfFTP(line string, c clock) (Entry, bool) {
	words := tokens(line, 6)
	if len(words) != 5 {
		return Entry{}, false
	}
	weekday, point := strings.CutSuffix(words[3].text, ".")
	if !point || len(weekday) < 3 || len(weekday) > 5 || isDigit(weekday[0]) {
		return Entry{}, false
	}
	size, ok1 := parseUnsigned(words[1].text)
	year, month, day, ok2 := c.numericDate(words[2].text, monthFirst, true)
	t, ok3 := parseTimeOfDay(words[4].text)
	if !ok1 || !ok2 || !ok3 {
		return Entry{}, false
	}
	when, ok := c.on(year, month, day, t, c.loc)
	return Entry{Name: words[0].text, Size: size, Mode: 0o666, ModTime: when, Precision: t.precision}, ok
}
