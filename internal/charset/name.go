package charset

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrLacking says that a charset lacks a character of a name.
var ErrLacking = errors.New("a character that the charset lacks")

// Name is what a name that a server has sent in the charset is in UTF-8. What is
// none of the charset, or would not come back as it was, becomes an escape, and so
// does the mark of one: Bytes gives exactly the server's bytes back, whatever they
// are. That is what Decode cannot do, as other servers know of no escapes.
func (c *Charset) Name(wire string) string {
	if isASCII(wire) && !strings.Contains(wire, mark) {
		return wire
	}
	parts := strings.Split(wire, mark) // no character has a byte of "%" in it
	for i, part := range parts {
		parts[i] = c.namePart(part)
	}
	return strings.Join(parts, markMark)
}

// namePart is Name of what has no mark in it.
func (c *Charset) namePart(wire string) string {
	if isASCII(wire) {
		return wire
	}
	name, err := c.coder.NewDecoder().String(wire)
	if err == nil && !strings.Contains(name, mark) {
		if back, ok := c.exact(name); ok && back == wire {
			return name
		}
	}
	var b strings.Builder
	for len(wire) > 0 {
		n := strings.IndexFunc(wire, func(r rune) bool { return r < utf8.RuneSelf })
		if n < 0 {
			n = len(wire)
		}
		if n > 0 {
			b.WriteString(escape([]byte(wire[:n])))
			wire = wire[n:]
			continue
		}
		b.WriteByte(wire[0])
		wire = wire[1:]
	}
	return b.String()
}

// Bytes is a name as the server has it: Name, the other way round. The error wraps
// ErrLacking.
func (c *Charset) Bytes(name string) (string, error) {
	var b strings.Builder
	for {
		text, rest, found := strings.Cut(name, mark)
		wire := text
		if !isASCII(text) {
			var ok bool
			if wire, ok = c.exact(text); !ok {
				return "", fmt.Errorf("%q has %w, %s", text, ErrLacking, c.name)
			}
		}
		b.WriteString(wire)
		if !found {
			return b.String(), nil
		}
		digits, after, closed := strings.Cut(rest, end)
		if bytes, ok := escaped(digits); closed && ok {
			b.Write(bytes)
			name = after
			continue
		}
		b.WriteString(mark)
		name = rest
	}
}
