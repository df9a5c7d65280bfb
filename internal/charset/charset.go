package charset

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// ErrInvalid says that bytes are none of a charset.
var ErrInvalid = errors.New("no valid text of the charset")

// Charset is one charset. Its methods may be called from many goroutines.
type Charset struct {
	name  string
	coder encoding.Encoding
}

// Lookup finds a charset by one of its names, of which case, "-" and "_" do not
// count: "Shift_JIS" is "shift-jis" is "shiftjis". UTF-8 is none of them: names
// in UTF-8 need no conversion.
func Lookup(name string) (*Charset, error) {
	if c := index()[plain(name)]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("charset %q is not known; known are %s", name, strings.Join(Names(), ", "))
}

// String is the usual name of the charset.
func (c *Charset) String() string { return c.name }

// Decode turns text of the charset into UTF-8, escapes of Encode into what they
// stand for. Bytes that are none of the charset give ErrInvalid.
func (c *Charset) Decode(text string) (string, error) {
	if isASCII(text) {
		return unescape(text), nil
	}
	decoded, err := c.coder.NewDecoder().String(text)
	// A decoder puts U+FFFD where it does not know better. Where a charset has
	// that character, nobody has it in a name.
	if err != nil || strings.ContainsRune(decoded, utf8.RuneError) {
		return "", fmt.Errorf("%w %s", ErrInvalid, c.name)
	}
	return unescape(decoded), nil
}

// Encode turns UTF-8 into text of the charset. What the charset lacks, and bytes
// that are no UTF-8, become an escape, "%~" with the bytes in hexadecimal and
// "~" behind, and a "%~" that is in the text has its "%" escaped in the same
// way. So Decode gives the text back, whatever it is.
func (c *Charset) Encode(text string) string {
	if isASCII(text) {
		return strings.ReplaceAll(text, mark, markMark)
	}
	if !strings.Contains(text, mark) && utf8.ValidString(text) {
		if encoded, ok := c.exact(text); ok {
			return encoded
		}
	}
	return c.encodePieces(text)
}

// exact encodes text if it comes back just so: some encoders fold characters
// that look alike.
func (c *Charset) exact(text string) (string, bool) {
	encoded, err := c.coder.NewEncoder().String(text)
	if err != nil {
		return "", false
	}
	back, err := c.coder.NewDecoder().String(encoded)
	return encoded, err == nil && back == text && !strings.ContainsRune(back, utf8.RuneError)
}

// encodePieces encodes character by character, and collects what the charset
// lacks in one escape.
func (c *Charset) encodePieces(text string) string {
	var b strings.Builder
	var lacking []byte
	flush := func() {
		if len(lacking) > 0 {
			b.WriteString(escape(lacking))
			lacking = lacking[:0]
		}
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		piece := text[:size]
		switch {
		case strings.HasPrefix(text, mark):
			flush()
			b.WriteString(markMark)
			text = text[len(mark):]
			continue
		case r < utf8.RuneSelf:
			flush()
			b.WriteString(piece)
		default:
			encoded, ok := "", r != utf8.RuneError
			if ok {
				encoded, ok = c.exact(piece)
			}
			if ok {
				flush()
				b.WriteString(encoded)
			} else {
				lacking = append(lacking, piece...)
			}
		}
		text = text[size:]
	}
	flush()
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
