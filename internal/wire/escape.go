package wire

import (
	"unicode"
	"unicode/utf8"
)

// Escape makes a string fit for one field of a log, between double quotes or
// not: control characters, characters that do not print (line separators and changes of the
// writing direction among them), bytes that are not UTF-8, the double quote and the
// backslash become \xNN, byte by byte. So different strings stay different, and
// no name can forge a line.
func Escape(s string) string {
	for i := 0; i < len(s); {
		w, ok := plain(s[i:])
		if !ok {
			return escapeFrom(s, i)
		}
		i += w
	}
	return s
}

// escapeFrom is Escape of a string that is plain up to i.
func escapeFrom(s string, i int) string {
	const hex = "0123456789abcdef"
	b := append(make([]byte, 0, len(s)+16), s[:i]...)
	for i < len(s) {
		w, ok := plain(s[i:])
		for _, c := range []byte(s[i : i+w]) {
			if ok {
				b = append(b, c)
			} else {
				b = append(b, '\\', 'x', hex[c>>4], hex[c&15])
			}
		}
		i += w
	}
	return string(b)
}

// plain reports whether the first character of s can stand as it is, and its
// length in bytes.
func plain(s string) (width int, ok bool) {
	r, w := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && w <= 1 {
		return 1, false
	}
	return w, r != '"' && r != '\\' && unicode.IsPrint(r)
}
