package listing

import (
	"math/bits"
	"strings"
	"time"
)

// dateOrders is a set of orders in which a date in figures can be meant.
type dateOrders uint8

// The orders of a date in figures.
const (
	monthFirst dateOrders = 1 << iota // 11/20/26
	dayFirst                          // 20/11/26
	yearFirst                         // 26/11/20

	everyOrder = monthFirst | dayFirst | yearFirst
)

// settled reports whether nothing is left to choose.
func (o dateOrders) settled() bool { return bits.OnesCount8(uint8(o)) <= 1 }

// numericDate reads a date of three numbers, "11-20-26", "20/11/2026" or
// "20.11.2026". A year of four figures in front leaves nothing open; of two
// (or three: some servers count on behind 99), any field may be the
// year or the day. Of the orders that give a day and that the listing allows, the
// usual one is taken, or else the next of month, day, year first. With sure the
// usual one is the only one where it gives a day.
func (c clock) numericDate(s string, usual dateOrders, sure bool) (year, month, day int, ok bool) {
	if year, month, day, ok = parseISODate(s); ok {
		return year, month, day, validDay(year, month, day)
	}
	a, b, third, ok := threeFields(s)
	if !ok {
		return 0, 0, 0, false
	}
	z, ok := parseDigits(third, 2, 4)
	if !ok {
		return 0, 0, 0, false
	}
	end := z
	if len(third) < 4 {
		end = fullYear(z)
	}
	var possible dateOrders
	if validDay(end, a, b) {
		possible |= monthFirst
	}
	if validDay(end, b, a) {
		possible |= dayFirst
	}
	if len(third) == 2 && isDigit(s[1]) && validDay(fullYear(a), b, z) {
		possible |= yearFirst
	}
	if sure && possible&usual != 0 {
		possible = usual
	}
	switch c.choose(possible, usual) {
	case monthFirst:
		return end, a, b, true
	case dayFirst:
		return end, b, a, true
	case yearFirst:
		return fullYear(a), b, z, true
	default:
		return 0, 0, 0, false
	}
}

// choose notes the orders that a line allows, and takes one of them; 0 is none.
func (c clock) choose(possible, usual dateOrders) dateOrders {
	if possible == 0 {
		return 0
	}
	if c.seen != nil {
		*c.seen = possible
	}
	if c.orders&possible != 0 {
		possible &= c.orders
	}
	if possible&usual != 0 {
		return usual
	}
	return possible & -possible
}

// forget takes back what choose noted, where the line turns out to be none with
// a date there.
func (c clock) forget() {
	if c.seen != nil {
		*c.seen = 0
	}
}

// usualOrder is the order that goes with what stands between the figures: in
// the field a point is German, and "-" and "/" are American.
func usualOrder(date string) dateOrders {
	if strings.Contains(date, ".") {
		return dayFirst
	}
	return monthFirst
}

// threeFields splits a date at its two equal marks.
func threeFields(s string) (first, second int, third string, ok bool) {
	mark := strings.IndexAny(s, "-/.")
	if mark < 0 {
		return 0, 0, "", false
	}
	head, rest := s[:mark], s[mark+1:]
	middle, third, ok := strings.Cut(rest, s[mark:mark+1])
	if !ok {
		return 0, 0, "", false
	}
	first, ok1 := parseDigits(head, 1, 2)
	second, ok2 := parseDigits(middle, 1, 2)
	return first, second, third, ok1 && ok2
}

// fullYear is the year of two figures, of 1970 to 2069, or of three: a server
// that writes 103 counts from 1900.
func fullYear(n int) int {
	if n < 70 {
		n += 100
	}
	return 1900 + n
}

func validDay(year, month, day int) bool {
	noon := time.Date(year, time.Month(month), day, 12, 0, 0, 0, time.UTC)
	return month >= 1 && month <= 12 && noon.Day() == day && int(noon.Month()) == month
}
