package ftp

import "strings"

// Type is the representation type (RFC 959 §3.1.1): how bytes are to be
// understood. LOCAL 8 is IMAGE by another name here.
type Type byte

// The representation types.
const (
	TypeASCII Type = 'A' // lines end in CRLF on the wire
	TypeImage Type = 'I' // bytes as they are
)

// ParseType reads the argument of TYPE: A, A N, I, L 8 and, as clients write it,
// L8, in any case. ok is false for what is no type at all (501); supported is
// false for a type of RFC 959 that nobody uses any more (E, A T, A C, L n: 504).
func ParseType(arg string) (t Type, supported, ok bool) {
	switch f := strings.Fields(upper(arg)); {
	case len(f) == 0 || len(f) > 2:
		return 0, false, false
	case len(f) == 1:
		switch f[0] {
		case "A":
			return TypeASCII, true, true
		case "I", "L8":
			return TypeImage, true, true
		case "E", "L":
			return 0, false, true
		}
	default:
		switch f[0] + " " + f[1] {
		case "A N":
			return TypeASCII, true, true
		case "L 8":
			return TypeImage, true, true
		case "A T", "A C", "E N", "E T", "E C":
			return 0, false, true
		}
		if f[0] == "L" {
			_, number := parsePort(f[1])
			return 0, false, number
		}
	}
	return 0, false, false
}

// String is the name as STAT and logs print it.
func (t Type) String() string {
	if t == TypeASCII {
		return "ASCII"
	}
	return "BINARY"
}
