package listing

import "strings"

// parseNamedDate reads 7-JAN-2026, 07-jan-26 and Jan-07-2026.
func parseNamedDate(s string) (year, month, day int, ok bool) {
	a, rest, ok1 := strings.Cut(s, "-")
	b, last, ok2 := strings.Cut(rest, "-")
	if !ok1 || !ok2 {
		return 0, 0, 0, false
	}
	if month, ok = parseMonth(b); ok {
		day, ok = parseDigits(a, 1, 2)
	} else if month, ok = parseMonth(a); ok {
		day, ok = parseDigits(b, 1, 2)
	}
	if !ok {
		return 0, 0, 0, false
	}
	if year, ok = parseDigits(last, 2, 4); ok && len(last) < 4 {
		year = fullYear(year)
	}
	return year, month, day, ok && validDay(year, month, day)
}
