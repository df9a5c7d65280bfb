package ftp

import (
	"errors"
	"fmt"
	"time"
)

// ErrTimeVal is wrapped by every error about a time-val.
var ErrTimeVal = errors.New("bad time-val")

// timeValLen is the length of a time-val without its fraction.
const timeValLen = len("YYYYMMDDHHMMSS")

// FormatTimeVal is AppendTimeVal as a string: the text of a 213 reply to MDTM.
func FormatTimeVal(t time.Time) string {
	return string(AppendTimeVal(make([]byte, 0, timeValLen), t))
}

// AppendTimeVal appends t as YYYYMMDDHHMMSS in UTC (RFC 3659 §2.3), cut off to
// the whole second. The form has four digits for the year: a time outside the
// years 0 to 9999 becomes the nearest one that it can say.
func AppendTimeVal(b []byte, t time.Time) []byte {
	year, month, day, hour, minute, second := timeValFields(t)
	return append(b, tens(year/100), ones(year/100), tens(year%100), ones(year%100), tens(month), ones(month),
		tens(day), ones(day), tens(hour), ones(hour), tens(minute), ones(minute), tens(second), ones(second))
}

// tens and ones are the digits of a number below 100.
func tens(n int) byte { return '0' + byte(n/10) }
func ones(n int) byte { return '0' + byte(n%10) }

// AppendTimeValFraction is AppendTimeVal with the fraction of the second behind
// a point, as many digits as it needs (RFC 3659 §2.3); a whole second has none.
// Nanoseconds are the limit.
func AppendTimeValFraction(b []byte, t time.Time) []byte {
	b = AppendTimeVal(b, t)
	ns := t.Nanosecond()
	if ns == 0 {
		return b
	}
	if year := t.UTC().Year(); year < 0 || year > 9999 {
		return b
	}
	b = append(b, '.')
	for unit := 100_000_000; ns > 0; unit /= 10 {
		b = append(b, '0'+byte(ns/unit))
		ns %= unit
	}
	return b
}

func timeValFields(t time.Time) (year, month, day, hour, minute, second int) {
	t = t.UTC()
	y, m, d := t.Date()
	switch {
	case y < 0:
		return 0, 1, 1, 0, 0, 0
	case y > 9999:
		return 9999, 12, 31, 23, 59, 59
	}
	hour, minute, second = t.Clock()
	return y, int(m), d, hour, minute, second
}

// ParseTimeVal reads YYYYMMDDHHMMSS with an optional fraction of the second of
// any number of digits (RFC 3659 §2.3); what is finer than a nanosecond is cut
// off. The date must exist. The second 60 of a leap second is taken as the
// first second after it, as Go's time has no leap seconds. The result is in UTC.
func ParseTimeVal(s string) (time.Time, error) {
	if len(s) < timeValLen {
		return time.Time{}, timeValError(s, "want YYYYMMDDHHMMSS")
	}
	var n [7]int // century, year in it, month, day, hour, minute, second
	for i := range n {
		hi, lo := s[2*i], s[2*i+1]
		if !isDigit(hi) || !isDigit(lo) {
			return time.Time{}, timeValError(s, "want YYYYMMDDHHMMSS")
		}
		n[i] = int(hi-'0')*10 + int(lo-'0')
	}
	ns, ok := parseFraction(s[timeValLen:])
	if !ok {
		return time.Time{}, timeValError(s, "want .digits after the second")
	}
	year, month, day := n[0]*100+n[1], n[2], n[3]
	if n[4] > 23 || n[5] > 59 || n[6] > 60 {
		return time.Time{}, timeValError(s, "no such time of day")
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day || int(t.Month()) != month || day == 0 {
		return time.Time{}, timeValError(s, "no such day")
	}
	return time.Date(year, time.Month(month), day, n[4], n[5], n[6], ns, time.UTC), nil
}

// parseFraction reads nothing at all, or a point and digits, as nanoseconds.
func parseFraction(s string) (ns int, ok bool) {
	if s == "" {
		return 0, true
	}
	if s[0] != '.' || len(s) == 1 {
		return 0, false
	}
	unit := 100_000_000
	for i := 1; i < len(s); i++ {
		if !isDigit(s[i]) {
			return 0, false
		}
		ns += int(s[i]-'0') * unit
		unit /= 10
	}
	return ns, true
}

func timeValError(s, why string) error {
	return fmt.Errorf("%w: %s: %s", ErrTimeVal, quote(s), why)
}
