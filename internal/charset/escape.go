package charset

import (
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// An escape is mark, bytes as pairs of upper-case hexadecimal digits, and end.
// The characters are ones that every system has in names, and that no shell and
// no pattern makes anything of within a word.
const (
	mark     = "%~"
	end      = "~"
	markMark = "%~25~~" // a mark that is no escape
)

// escape writes bytes as an escape.
func escape(b []byte) string {
	return mark + strings.ToUpper(hex.EncodeToString(b)) + end
}

// unescape puts what escapes stand for in their place. Only what Encode writes
// is one: a single "%", or bytes beyond ASCII. So no line end, no slash and no
// NUL can come out of it; all else stays as it is.
func unescape(text string) string {
	if !strings.Contains(text, mark) {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, mark)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		digits, after, closed := strings.Cut(rest, end)
		if bytes, ok := escaped(digits); closed && ok {
			b.Write(bytes)
			text = after
			continue
		}
		b.WriteString(mark)
		text = rest
	}
}

// escaped is what the digits of an escape stand for.
func escaped(digits string) ([]byte, bool) {
	bytes, err := hex.DecodeString(digits)
	if err != nil || len(bytes) == 0 || digits != strings.ToUpper(digits) {
		return nil, false
	}
	if len(bytes) == 1 && bytes[0] == '%' {
		return bytes, true
	}
	for _, c := range bytes {
		if c < utf8.RuneSelf {
			return nil, false
		}
	}
	return bytes, true
}
