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

// dialects are tried in this order. Each looks at the shape of the line first,
// and none takes what another writes. A dialect reports false for a line that is
// not its own.
var dialects = [...]func(line string, c clock) (Entry, bool){
	parseEPLF,
	parseMLSD,
	parseDOS,
	parseUnix,
}

// Parse reads one line of LIST or MLSD, with or without its end of line, in
// whatever dialect it is: Unix (parseUnix has its variants), DOS as IIS sends
// it, the facts of MLSD (RFC 3659 §7), or EPLF. Each line is judged by itself, as some
// servers mix them.
//
// Times without a zone are in loc (nil is UTC), those without a year are within
// the year before now, with a day of tolerance for clocks that differ. The
// listed directory and its parent come as "." and ".." where the server sends
// them. The errors are ErrNoEntry and ErrUnknownFormat; nothing in a line makes Parse
// panic.
func Parse(line string, now time.Time, loc *time.Location) (Entry, error) {
	line = strings.TrimRight(line, "\r\n")
	if isNoEntry(line) {
		return Entry{}, ErrNoEntry
	}
	if strings.ContainsAny(line, "\r\n\x00") {
		return Entry{}, unknownFormat(line)
	}
	c := clock{now: now, loc: location(loc)}
	for _, parse := range dialects {
		if e, ok := parse(line, c); ok {
			return e, nil
		}
	}
	return Entry{}, unknownFormat(line)
}

// isNoEntry knows empty lines and the sum that ls -l prints, in the languages
// that servers were seen to speak.
func isNoEntry(line string) bool {
	fields := strings.Fields(line)
	switch len(fields) {
	case 0:
		return true
	case 2:
		switch strings.ToLower(fields[0]) {
		case "total", "totaal", "totale", "insgesamt", "gesamt":
			_, ok := parseUnsigned(fields[1])
			return ok
		}
	}
	return false
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
