package listing

import (
	"strings"
	"time"
)

// unixDate reads the date at the front of words, and says how many it took. Behind
// a name of a month, in any language, stands a year or a time:
//
//	Nov 20 10:30          20 Nov 2025          20. Nov., 10:30
//	Nov 20 10:30:05 2025  Nov 20, 2025 10:30   20-Nov-25
//	2025-11-20 10:30      20.11.2025 10:30     11-20 10:30
//	11月 20日 10:30       2025年11月20日
func unixDate(words []token, c clock) (when time.Time, precision time.Duration, used int, ok bool) {
	if len(words) < 2 {
		return time.Time{}, 0, 0, false
	}
	if year, month, day, ok := unixFullDate(words[0].text, c); ok {
		return fullDate(words, year, month, day, c)
	}
	if len(words) < 3 {
		return time.Time{}, 0, 0, false
	}
	if month, day, ok := twoFields(words[0].text, c); ok {
		when, precision, ok := yearOrTime(words[1].text, month, day, c)
		return when, precision, 2, ok
	}
	if when, precision, used, ok := asianDate(words, c); ok {
		return when, precision, used, true
	}
	month, ok := parseMonth(words[0].text)
	dayText := words[1].text
	if !ok {
		if month, ok = parseMonth(words[1].text); !ok {
			return time.Time{}, 0, 0, false
		}
		dayText = words[0].text
	}
	digits, comma := strings.CutSuffix(dayText, ",")
	day, ok := parseDigits(strings.TrimSuffix(digits, "."), 1, 2)
	if !ok {
		return time.Time{}, 0, 0, false
	}
	if len(words) > 3 {
		if when, precision, ok := yearAndTime(words[2].text, words[3].text, comma, month, day, c); ok {
			return when, precision, 4, true
		}
	}
	when, precision, ok = yearOrTime(words[2].text, month, day, c)
	return when, precision, 3, ok
}

// yearAndTime reads both where a line has both: BSD's ls -lT writes "Nov 20
// 10:30:05 2026", where without the seconds a number there is the name, and VShell
// "Nov 20, 2026 10:30", where without the comma a time there is the name.
func yearAndTime(first, second string, comma bool, month, day int, c clock) (time.Time, time.Duration, bool) {
	if t, ok := parseTimeOfDay(first); ok && t.precision < precisionMinute {
		if year, ok := parseDigits(second, 4, 4); ok {
			when, ok := c.on(year, month, day, t, c.loc)
			return when, t.precision, ok
		}
	}
	if year, ok := parseDigits(first, 4, 4); ok && comma {
		if t, ok := parseTimeOfDay(second); ok {
			when, ok := c.on(year, month, day, t, c.loc)
			return when, t.precision, ok
		}
	}
	return time.Time{}, 0, false
}

// yearOrTime reads what stands behind month and day.
func yearOrTime(s string, month, day int, c clock) (time.Time, time.Duration, bool) {
	if year, ok := parseDigits(s, 4, 4); ok {
		when, ok := c.on(year, month, day, timeOfDay{}, c.loc)
		return when, precisionDay, ok
	}
	t, ok := parseTimeOfDay(s)
	if !ok {
		return time.Time{}, 0, false
	}
	when, ok := c.recent(month, day, t)
	return when, t.precision, ok
}

// unixFullDate reads a date in one word, with its year.
func unixFullDate(s string, c clock) (year, month, day int, ok bool) {
	if year, month, day, ok = parseISODate(s); ok {
		return year, month, day, true
	}
	if year, month, day, ok = parseNamedDate(s); ok {
		return year, month, day, true
	}
	return c.numericDate(s, usualOrder(s), false)
}

// fullDate reads what follows a date with a year: the time, and a zone where the
// time has seconds.
func fullDate(words []token, year, month, day int, c clock) (when time.Time, precision time.Duration, used int, ok bool) {
	t, ok := parseTimeOfDay(words[1].text)
	if !ok {
		when, ok = c.on(year, month, day, timeOfDay{}, c.loc)
		return when, precisionDay, 1, ok
	}
	loc, used := c.loc, 2
	if t.precision < precisionMinute && len(words) > 3 {
		if zone, ok := parseZone(words[2].text); ok {
			loc, used = zone, 3
		}
	}
	when, ok = c.on(year, month, day, t, loc)
	return when, t.precision, used, ok
}

// twoFields reads month and day as "11-20" or "11/20", or the other way round if
// the listing or the day says so.
func twoFields(s string, c clock) (month, day int, ok bool) {
	mark := strings.IndexAny(s, "-/")
	if mark < 0 {
		return 0, 0, false
	}
	first, ok1 := parseDigits(s[:mark], 1, 2)
	second, ok2 := parseDigits(s[mark+1:], 1, 2)
	if !ok1 || !ok2 {
		return 0, 0, false
	}
	const leap = 2024
	var possible dateOrders
	if validDay(leap, first, second) {
		possible |= monthFirst
	}
	if validDay(leap, second, first) {
		possible |= dayFirst
	}
	switch c.choose(possible, monthFirst) {
	case monthFirst:
		return first, second, true
	case dayFirst:
		return second, first, true
	default:
		return 0, 0, false
	}
}

// asianDate reads dates whose numbers have the signs of year, month and day
// behind them, with spaces between them or without. The month has to have its
// sign.
func asianDate(words []token, c clock) (when time.Time, precision time.Duration, used int, ok bool) {
	text, i, year := words[0].text, 0, -1
	next := func(rest string) bool {
		if text = rest; rest != "" {
			return true
		}
		if i++; i >= len(words) {
			return false
		}
		text = words[i].text
		return true
	}
	if n, rest, ok := parseMarked(text, 4, 4); ok {
		if year = n; !next(rest) {
			return time.Time{}, 0, 0, false
		}
	} else if n, ok := parseDigits(text, 4, 4); ok {
		if year = n; !next("") {
			return time.Time{}, 0, 0, false
		}
	}
	month, rest, ok := parseMarked(text, 1, 2)
	if !ok || !next(rest) {
		return time.Time{}, 0, 0, false
	}
	day, rest, ok := parseMarked(text, 1, 2)
	if !ok {
		day, ok = parseDigits(text, 1, 2)
	}
	if !ok || rest != "" {
		return time.Time{}, 0, 0, false
	}
	if i++; year >= 0 {
		when, ok = c.on(year, month, day, timeOfDay{}, c.loc)
		return when, precisionDay, i, ok
	}
	if i >= len(words) {
		return time.Time{}, 0, 0, false
	}
	if n, rest, ok := parseMarked(words[i].text, 4, 4); ok && rest == "" {
		when, ok = c.on(n, month, day, timeOfDay{}, c.loc)
		return when, precisionDay, i + 1, ok
	}
	when, precision, ok = yearOrTime(words[i].text, month, day, c)
	return when, precision, i + 1, ok
}
