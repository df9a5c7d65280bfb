package listing

import (
	"io/fs"
	"strings"
)

// vmsBlock is the length of a block of a disk of VMS.
const vmsBlock = 512

// parseVMS reads the lines of VMS (TCP/IP Services, MultiNet, TCPware and the
// rest), which put the columns behind the name in any order:
//
//	LOGIN.COM;3              2/8        7-JAN-2026 10:30:13.64  [SYSTEM]    (RWED,RWED,RE,)
//	DATA.DIR;1               1         19-NOV-2025 21:41        [root,root] (RWE,RWE,RE,RE)
//	REPORT.TXT;12   [SALES]  1/3        2-AUG-2026 13:05        (RWE,RWE,RE,)
//	LOG.TXT;1                2KB       23-SEP-2025 14:57:07.27
//
// A line is known by the version behind the name, which belongs to the name: two
// versions are two files. Only a directory loses its ".DIR;1". The size is in
// blocks, used and allocated, so it is no more than an estimate. What a user may
// not look into has a message in the place of the columns and is an entry about
// which nothing is known.
func parseVMS(line string, c clock) (Entry, bool) {
	name, rest, ok := cutVMSName(line)
	if !ok || strings.TrimLeft(rest, " \t") == "" {
		return Entry{}, false
	}
	e := vmsEntry(name)
	if !e.vmsColumns(rest, c) {
		return Entry{}, false
	}
	return e, true
}

// vmsEntry is what the name alone tells.
func vmsEntry(name string) Entry {
	if stem, isDir := cutVMSDir(name); isDir {
		return Entry{Name: stem, Size: -1, Mode: fs.ModeDir | 0o777}
	}
	return Entry{Name: name, Size: -1, Mode: 0o666}
}

// cutVMSName takes the name with its version off the front of a line. A space in
// it is written "^ ".
func cutVMSName(line string) (name, rest string, ok bool) {
	semicolon := strings.IndexByte(line, ';')
	if semicolon <= 0 {
		return "", "", false
	}
	end := semicolon + 1
	for end < len(line) && isDigit(line[end]) {
		end++
	}
	if end == semicolon+1 || end-semicolon > 6 || end < len(line) && !isBlank(line[end]) {
		return "", "", false
	}
	for i := range semicolon {
		if isBlank(line[i]) && (i == 0 || line[i-1] != '^') {
			return "", "", false
		}
	}
	return line[:end], line[end:], true
}

// cutVMSDir takes ".DIR;1" off a name.
func cutVMSDir(name string) (stem string, ok bool) {
	file, _, _ := strings.Cut(name, ";")
	if len(file) > len(".DIR") && strings.EqualFold(file[len(file)-4:], ".DIR") {
		return file[:len(file)-4], true
	}
	return name, false
}

// vmsColumns reads what stands behind the name. A date has to be there, or the
// message of an error.
func (e *Entry) vmsColumns(rest string, c clock) bool {
	words := tokens(rest, 12)
	if text := words[0].text; strings.HasPrefix(text, "%") || strings.EqualFold(text, "no") || strings.EqualFold(text, "insufficient") {
		return strings.Contains(strings.ToLower(rest), "privilege") || strings.HasPrefix(text, "%RMS-")
	}
	dated := false
	for i := 0; i < len(words); i++ {
		word := words[i].text
		if year, month, day, ok := parseNamedDate(word); ok && !dated {
			t, precision := timeOfDay{}, precisionDay
			if i+1 < len(words) {
				if clockTime, ok := parseTimeOfDay(words[i+1].text); ok {
					t, precision = clockTime, clockTime.precision
					i++
				}
			}
			when, ok := c.on(year, month, day, t, c.loc)
			if !ok {
				return false
			}
			e.ModTime, e.Precision, dated = when, precision, true
			continue
		}
		switch {
		case word[0] == '[' || word[0] == '<':
			// A space may stand inside of the brackets.
			for i+1 < len(words) && !strings.ContainsAny(word, "]>") {
				i++
				word += words[i].text
			}
			e.vmsOwner(strings.Trim(word, "[]<>"))
		case word[0] == '(':
			e.vmsProtection(strings.Trim(word, "()"))
		case e.Rough == 0 && isDigit(word[0]):
			e.vmsSize(word)
		case e.Owner == "" && !isDigit(word[0]):
			e.vmsOwner(word)
		}
	}
	return dated
}

// vmsSize reads 12, 12/15 (used and allocated blocks) or 2KB.
func (e *Entry) vmsSize(word string) {
	used, _, _ := strings.Cut(word, "/")
	if n, ok := parseUnsigned(used); ok {
		e.Rough = multiply(n, vmsBlock)
		return
	}
	e.Rough, _ = parseScaled(used)
}

func (e *Entry) vmsOwner(word string) {
	group, owner, both := strings.Cut(word, ",")
	if !both {
		group, owner = "", word
	}
	e.Owner, e.Group = strings.TrimSpace(owner), strings.TrimSpace(group)
}

// vmsProtection reads (system,owner,group,world). Those who may write may
// delete with it or not; the mode knows no difference.
func (e *Entry) vmsProtection(word string) {
	classes := strings.Split(word, ",")
	if len(classes) != 4 {
		return
	}
	var mode fs.FileMode
	for _, class := range classes[1:] {
		mode <<= 3
		for _, c := range class {
			switch c {
			case 'R':
				mode |= 4
			case 'W':
				mode |= 2
			case 'E':
				mode |= 1
			}
		}
	}
	e.Mode = e.Mode.Type() | mode
}

// isVMSRemark knows the lines around the entries: "Directory DISK$1:[ANNA]" and
// "Total of 12 files, 345/360 blocks".
func isVMSRemark(line string) bool {
	if directory, ok := strings.CutPrefix(line, "Directory "); ok {
		return strings.ContainsAny(directory, "[<") && strings.ContainsAny(directory, "]>")
	}
	line = strings.TrimPrefix(line, "Grand t")
	line = strings.TrimPrefix(strings.TrimPrefix(line, "T"), "t")
	return strings.HasPrefix(line, "otal of ") && (strings.Contains(line, "file") || strings.Contains(line, "block"))
}
