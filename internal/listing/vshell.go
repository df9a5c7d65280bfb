package listing

import (
	"io/fs"
	"strings"
)

// parseVShell reads the lines of old versions of VShell, which have no
// permissions:
//
//	206876  Apr 04, 2026 21:06 file.txt
//	0  Dec 12, 2025 02:13 folder/
func parseVShell(line string, c clock) (Entry, bool) {
	words := tokens(line, 6)
	if len(words) < 6 || !strings.HasSuffix(words[2].text, ",") {
		return Entry{}, false
	}
	size, ok := parseUnsigned(words[0].text)
	if !ok {
		return Entry{}, false
	}
	when, precision, used, ok := unixDate(words[1:], c)
	if !ok || used != 4 || words[4].end+1 >= len(line) {
		return Entry{}, false
	}
	e := Entry{Name: line[words[4].end+1:], Size: size, ModTime: when, Precision: precision, Mode: 0o666}
	if stem, isDir := strings.CutSuffix(e.Name, "/"); isDir {
		e.Name, e.Mode, e.Size = stem, fs.ModeDir|0o777, -1
	}
	return e, e.Name != ""
}
