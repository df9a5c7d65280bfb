package listing

import (
	"io/fs"
	"strings"
)

// parseOS2 reads the lines of OS/2, whose servers count the years on from 1999 to
// 100:
//
//	36611      A    04-23-103  10:57  CONFIG.SYS
//	    0 DIR       02-11-26   16:15  OS2
//	  123 DIR  A    10-05-126  23:38  TOOLS
func parseOS2(line string, c clock) (Entry, bool) {
	words := tokens(line, 6)
	if len(words) < 4 {
		return Entry{}, false
	}
	size, ok := parseUnsigned(words[0].text)
	if !ok {
		return Entry{}, false
	}
	e := Entry{Size: size, Mode: 0o666}
	at := 1
	for ; at < 3 && !isDigit(words[at].text[0]); at++ {
		switch text := words[at].text; {
		case text == "DIR":
			e.Mode, e.Size = fs.ModeDir|0o777, -1
		case strings.Trim(text, "RHSADV-") != "":
			return Entry{}, false
		}
	}
	if len(words) < at+3 || !strings.Contains(words[at].text, "-") {
		return Entry{}, false
	}
	year, month, day, ok1 := c.numericDate(words[at].text, monthFirst, true)
	t, ok2 := dosTime(words[at+1].text)
	if !ok1 || !ok2 {
		return Entry{}, false
	}
	e.ModTime, ok = c.on(year, month, day, t, c.loc)
	e.Precision = t.precision
	e.Name = strings.TrimLeft(line[words[at+1].end:], " \t")
	return e, ok && e.Name != ""
}
