package listing

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The errors of Parse.
var (
	// ErrNoEntry is a line that belongs to a listing and is no entry: an empty
	// one, or "total 12".
	ErrNoEntry = errors.New("no entry")
	// ErrUnknownFormat is wrapped where no dialect knows the line.
	ErrUnknownFormat = errors.New("unknown format of a listing")
)

// dialect is one way to write a line.
type dialect struct {
	name  string
	parse func(line string, c clock) (Entry, bool)
}

// dialects are tried in this order: first those that no other line can be taken
// for (they begin with a mark, a fact or permissions), then those that need
// several columns of one shape each, and at last those whose columns are the
// loosest. Each looks at the shape of the whole line and reports false for one that
// is not its own.
var dialects = [...]dialect{
	{"EPLF", parseEPLF},
	{"MLSD", parseMLSD},
	{"Unix", parseUnix},
	{"NetWare", parseNetWare},
	{"Connect:Enterprise", parseConnect},
	{"numeric", parseNumeric},
	{"DOS", parseDOS},
	{"NonStop", parseNonStop},
	{"VMS", parseVMS},
	{"OS/400", parseAS400},
	{"VShell", parseVShell},
	{"VxWorks", parseVxWorks},
	{"OS/2", parseOS2},
	{"OS-9", parseOS9},
	{"WfFTP", parseWfFTP},
	{"z/VM", parseZVM},
	{"MVS", parseMVS},
	{"MVS member", parseMVSMember},
	{"JES", parseJES},
}

// Parse reads one line of LIST or MLSD, with or without its end of line, in
// whatever dialect it is; the table of dialects says which are known and which goes
// first. Each line is judged by itself, as some servers mix them; what
// only the lines around it can tell is for Read.
//
// Times without a zone are in loc (nil is UTC), those without a year are within
// the year before now, with a day of tolerance for clocks that differ. The
// listed directory and its parent come as "." and ".." where the server sends
// them. The errors are ErrNoEntry and ErrUnknownFormat; nothing in a line makes Parse
// panic.
func Parse(line string, now time.Time, loc *time.Location) (Entry, error) {
	line = strings.TrimRight(line, "\r\n")
	e, _, err := parseLine(line, clock{now: now, loc: location(loc)}, nil)
	return e, err
}

// parseLine reads a line without its end, and says in which dialect it was. The
// preferred dialect, if any, is asked first.
func parseLine(line string, c clock, preferred *dialect) (Entry, *dialect, error) {
	if isNoEntry(line) {
		return Entry{}, nil, ErrNoEntry
	}
	if strings.ContainsAny(line, "\r\n\x00") {
		return Entry{}, nil, unknownFormat(line)
	}
	if preferred != nil {
		if e, ok := preferred.parse(line, c); ok {
			return e, preferred, nil
		}
		c.forget()
	}
	for i := range dialects {
		if e, ok := dialects[i].parse(line, c); ok {
			return e, &dialects[i], nil
		}
		c.forget()
	}
	return Entry{}, nil, unknownFormat(line)
}

func unknownFormat(line string) error {
	if len(line) > 100 {
		line = line[:100] + "..."
	}
	return fmt.Errorf("%w: %s", ErrUnknownFormat, strconv.Quote(line))
}

// token is a word of a line, with the place where the next byte stands.
type token struct {
	text string
	end  int
}

// tokens splits the front of a line at runs of spaces and tabs, into at most n
// words.
func tokens(line string, n int) []token {
	list := make([]token, 0, n)
	for i := 0; len(list) < n; {
		for i < len(line) && isBlank(line[i]) {
			i++
		}
		start := i
		for i < len(line) && !isBlank(line[i]) {
			i++
		}
		if i == start {
			break
		}
		list = append(list, token{line[start:i], i})
	}
	return list
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parseUnsigned reads a decimal number without a sign that fits an int64.
func parseUnsigned(s string) (int64, bool) {
	if s == "" || !isDigit(s[0]) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// parseDigits reads a number of at least low and at most high digits.
func parseDigits(s string, low, high int) (int, bool) {
	if len(s) < low || len(s) > high {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
