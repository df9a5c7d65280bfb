package ftp

import "strings"

// ParsePathname reads the text of a 257 reply: a pathname in double quotes, in
// which a double quote is doubled (RFC 959 §5.4 and appendix II). ok is false if
// there is none.
func ParsePathname(text string) (name string, ok bool) {
	_, rest, ok := strings.Cut(text, `"`)
	if !ok {
		return "", false
	}
	var b strings.Builder
	for {
		part, after, closed := strings.Cut(rest, `"`)
		b.WriteString(part)
		if !closed {
			return "", false
		}
		if !strings.HasPrefix(after, `"`) {
			return b.String(), true
		}
		b.WriteByte('"')
		rest = after[1:]
	}
}
