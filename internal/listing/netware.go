package listing

import (
	"io/fs"
	"strings"
)

// parseNetWare reads the lines of Novell NetWare and of HellSoft's server for it,
// which has a column of links and no space before the rights:
//
//	d [R----F--] supervisor            512       Jan 16 18:53    login
//	- [RWCEAFMS] anna               214059       Oct 20  2025    cx.exe
//	-[RWCE-F-]  1 anna                 253       Apr 11 00:20    x.asm
//
// The rights are those of the session: read, write, create, erase, access
// control, file scan, modify and supervisor.
func parseNetWare(line string, c clock) (Entry, bool) {
	kind := strings.TrimLeft(line, " \t")
	if kind == "" || kind[0] != 'd' && kind[0] != '-' {
		return Entry{}, false
	}
	rights, rest, closed := strings.Cut(strings.TrimLeft(kind[1:], " \t"), "]")
	rights, opened := strings.CutPrefix(rights, "[")
	if !opened || !closed || len(rights) < 6 || len(rights) > 9 || strings.Trim(rights, "RWCEAFMS-") != "" {
		return Entry{}, false
	}
	words := tokens(rest, unixTokens)
	for at := 1; at <= 4 && at < len(words); at++ {
		e, columns, ok := unixSize(words[:at])
		if !ok {
			continue
		}
		when, precision, used, ok := unixDate(words[at:], c)
		if !ok {
			continue
		}
		name := strings.TrimLeft(rest[words[at+used-1].end:], " \t")
		if name == "" {
			return Entry{}, false
		}
		e.Name, e.ModTime, e.Precision, e.Mode = name, when, precision, netWareMode(rights)
		e.unixOwners(columns)
		if len(columns) == 1 { // an owner that is a number, not the links
			e.Owner, e.UID = ownerOrNumber(columns[0].text)
			e.Nlink = 0
		}
		if kind[0] == 'd' {
			e.Mode |= fs.ModeDir
		}
		return e, true
	}
	return Entry{}, false
}

// netWareMode is what the rights are worth to the session, as the owner's.
func netWareMode(rights string) fs.FileMode {
	var mode fs.FileMode
	if strings.ContainsAny(rights, "RS") {
		mode |= 0o400
	}
	if strings.ContainsAny(rights, "WS") {
		mode |= 0o200
	}
	if strings.ContainsAny(rights, "FS") {
		mode |= 0o100
	}
	return mode
}
