package listing

import (
	"io/fs"
	"strings"
)

// parseVxWorks reads the lines of VxWorks, as routers and controllers run it:
//
//	  size          date       time       name
//	--------       ------     ------    --------
//	    2048    Feb-28-2026  05:23:30   images            <DIR>
//	  206876    Apr-04-2026  21:06:00   config.txt
func parseVxWorks(line string, c clock) (Entry, bool) {
	words := tokens(line, 4)
	if len(words) < 4 {
		return Entry{}, false
	}
	size, ok1 := parseUnsigned(words[0].text)
	year, month, day, ok2 := parseNamedDate(words[1].text)
	t, ok3 := parseTimeOfDay(words[2].text)
	if !ok1 || !ok2 || !ok3 {
		return Entry{}, false
	}
	when, ok := c.on(year, month, day, t, c.loc)
	e := Entry{Size: size, Mode: 0o666, ModTime: when, Precision: t.precision}
	name := strings.Trim(line[words[2].end:], " \t")
	if stem, isDir := strings.CutSuffix(name, "<DIR>"); isDir && stem != "" && isBlank(stem[len(stem)-1]) {
		name, e.Mode, e.Size = strings.TrimRight(stem, " \t"), fs.ModeDir|0o777, -1
	}
	e.Name = name
	return e, ok && name != ""
}
