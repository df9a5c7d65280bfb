package config

import (
	"math"
	"strings"
)

// isSpace reports what C's isspace does in the C locale.
func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}

// trimSpace removes isSpace bytes from both ends.
func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// parseBool reads a boolean: YES, TRUE or 1, NO, FALSE or 0, in any case and
// with nothing around it.
func parseBool(text string) (value, ok bool) {
	// Not EqualFold: it folds letters beyond ASCII too.
	switch strings.Map(upperASCII, text) {
	case "YES", "TRUE", "1":
		return true, true
	case "NO", "FALSE", "0":
		return false, true
	default:
		return false, false
	}
}

// upperASCII is C's toupper in the C locale.
func upperASCII(r rune) rune {
	if 'a' <= r && r <= 'z' {
		return r - 'a' + 'A'
	}
	return r
}

// numberFault says what is wrong with a number that vsftpd accepts all the same.
type numberFault uint8

const (
	numberGood numberFault = iota
	numberGarbage
	numberNegative
	numberTooLarge
	numberNotOctal
)

// parseNumber reads a number as vsftpd does, which takes any text: one that
// begins with 0 is octal up to the first byte that is no octal digit, another
// is decimal as atoi of a 64-bit system reads it, cut to 32 bits. The fault
// tells whether the text says something else than the value.
func parseNumber(text string) (uint32, numberFault) {
	if strings.HasPrefix(text, "0") {
		return parseOctal(text)
	}
	rest := text
	for rest != "" && isSpace(rest[0]) {
		rest = rest[1:]
	}
	negative := strings.HasPrefix(rest, "-")
	if negative || strings.HasPrefix(rest, "+") {
		rest = rest[1:]
	}
	n, digits, saturated := decimal(rest, negative)
	value := uint32(n & math.MaxUint32)
	switch {
	case digits == 0 || digits < len(rest) || isSpace(text[0]) || text[0] == '+':
		return value, numberGarbage
	case negative:
		return value, numberNegative
	case saturated || n > math.MaxUint32:
		return value, numberTooLarge
	}
	return value, numberGood
}

// decimal reads the digits at the beginning of text as strtol does, which stops
// at the ends of 64 bits. It returns how many digits it read.
func decimal(text string, negative bool) (n int64, digits int, saturated bool) {
	for digits < len(text) && '0' <= text[digits] && text[digits] <= '9' {
		d := int64(text[digits] - '0')
		digits++
		switch {
		case saturated:
		case !negative && n > (math.MaxInt64-d)/10:
			n, saturated = math.MaxInt64, true
		case negative && n < (math.MinInt64+d)/10:
			n, saturated = math.MinInt64, true
		case negative:
			n = n*10 - d
		default:
			n = n*10 + d
		}
	}
	return n, digits, saturated
}

// parseOctal reads the octal digits at the beginning of text; what does not fit
// into 32 bits is shifted out.
func parseOctal(text string) (uint32, numberFault) {
	var wide uint64
	fault := numberGood
	for i := range len(text) {
		c := text[i]
		if c < '0' || c > '7' {
			if c == '8' || c == '9' {
				return uint32(wide & math.MaxUint32), numberNotOctal
			}
			return uint32(wide & math.MaxUint32), numberGarbage
		}
		wide = wide<<3 | uint64(c-'0')
		if wide > math.MaxUint32 {
			fault = numberTooLarge
			wide &= math.MaxUint32
		}
	}
	return uint32(wide), fault
}
