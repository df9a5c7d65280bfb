package listing

import "strings"

// parseScaled reads a size with a letter for its unit, "33.5k" or "2MB". It is
// no more exact than it is written.
func parseScaled(s string) (int64, bool) {
	unit := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if unit <= 0 {
		return 0, false
	}
	var scale int64
	switch strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(s[unit:]), "B"), "I") {
	case "":
		scale = 1
	case "K":
		scale = 1 << 10
	case "M":
		scale = 1 << 20
	case "G":
		scale = 1 << 30
	case "T":
		scale = 1 << 40
	default:
		return 0, false
	}
	whole, fraction, hasFraction := strings.Cut(s[:unit], ".")
	n, ok := parseUnsigned(whole)
	if !ok {
		return 0, false
	}
	size := multiply(n, scale)
	if hasFraction {
		tenths, ok := parseDigits(fraction, 1, 3)
		if !ok {
			return 0, false
		}
		divisor := int64(1)
		for range len(fraction) {
			divisor *= 10
		}
		size = max(size, size+int64(tenths)*scale/divisor) // never around the end
	}
	return size, true
}

// multiply is n units as bytes, or the most that there can be.
func multiply(n, unit int64) int64 {
	const most = int64(^uint64(0) >> 1)
	if n > most/unit {
		return most
	}
	return n * unit
}
