package listing

import (
	"strings"
	"time"
)

// The precisions of a ModTime.
const (
	precisionDay    = 24 * time.Hour
	precisionMinute = time.Minute
	precisionSecond = time.Second
)

// clock is what the times of a listing are read by.
type clock struct {
	now time.Time
	loc *time.Location
	// orders are the orders of a date in figures that the listing still
	// allows; 0 is every order.
	orders dateOrders
	// seen is where numericDate notes the orders that a line allows; nil is
	// nowhere.
	seen *dateOrders
}

// timeOfDay is the part of a time behind the date.
type timeOfDay struct {
	hour, minute, second, ns int
	precision                time.Duration
}

// on is the time on a day, and whether there is such a day.
func (c clock) on(year, month, day int, t timeOfDay, loc *time.Location) (time.Time, bool) {
	noon := time.Date(year, time.Month(month), day, 12, 0, 0, 0, time.UTC)
	if year < 0 || year > 9999 || int(noon.Month()) != month || noon.Day() != day {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, t.hour, t.minute, t.second, t.ns, loc), true
}

// recent is the time on a day whose year is not said: the latest that is not
// more than a day ahead of now. February 29 goes back to a year that has it.
func (c clock) recent(month, day int, t timeOfDay) (time.Time, bool) {
	limit := c.now.Add(24 * time.Hour)
	latest := limit.In(c.loc).Year()
	for year := latest; year >= latest-8; year-- {
		if when, ok := c.on(year, month, day, t, c.loc); ok && !when.After(limit) {
			return when, true
		}
	}
	return time.Time{}, false
}

// parseTimeOfDay reads 10:30, 9:05, 10:30:05 and 10:30:05.123456789.
func parseTimeOfDay(s string) (timeOfDay, bool) {
	t := timeOfDay{precision: precisionMinute}
	hour, rest, ok := strings.Cut(s, ":")
	if !ok {
		return t, false
	}
	minute, second, seconds := strings.Cut(rest, ":")
	if t.hour, ok = parseDigits(hour, 1, 2); !ok || t.hour > 23 {
		return t, false
	}
	if t.minute, ok = parseDigits(minute, 2, 2); !ok || t.minute > 59 {
		return t, false
	}
	if !seconds {
		return t, true
	}
	second, fraction, fractions := strings.Cut(second, ".")
	if t.second, ok = parseDigits(second, 2, 2); !ok || t.second > 60 {
		return t, false
	}
	t.precision = precisionSecond
	if !fractions {
		return t, true
	}
	n, ok := parseDigits(fraction, 1, 9)
	if !ok {
		return t, false
	}
	t.precision = 1
	for range len(fraction) {
		t.precision *= 10
	}
	t.precision = time.Second / t.precision
	t.ns = n * int(t.precision)
	return t, true
}

// parseISODate reads 2026-11-20, and 2026/11/20 and 2026.11.20 as well.
func parseISODate(s string) (year, month, day int, ok bool) {
	if len(s) != len("2026-11-20") || s[4] != s[7] || s[4] != '-' && s[4] != '/' && s[4] != '.' {
		return 0, 0, 0, false
	}
	y, ok1 := parseDigits(s[:4], 4, 4)
	m, ok2 := parseDigits(s[5:7], 2, 2)
	d, ok3 := parseDigits(s[8:], 2, 2)
	return y, m, d, ok1 && ok2 && ok3
}

// parseZone reads +0100 and -0330.
func parseZone(s string) (*time.Location, bool) {
	if len(s) != 5 || s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	hours, ok1 := parseDigits(s[1:3], 2, 2)
	minutes, ok2 := parseDigits(s[3:], 2, 2)
	if !ok1 || !ok2 || hours > 14 || minutes > 59 {
		return nil, false
	}
	offset := hours*3600 + minutes*60
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone("", offset), true
}
