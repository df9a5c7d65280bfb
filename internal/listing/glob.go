package listing

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// ErrPatternTooHard says that a pattern costs more than a listing may.
var ErrPatternTooHard = errors.New("pattern too complicated")

// The limits of a pattern. vsftpd ends at 1000 steps too (VSFTP_MATCHITERS_MAX).
const (
	maxSteps       = 1000
	maxPatternSize = 64 << 10 // bytes of all alternatives together
)

// Pattern is a compiled pattern for names:
//
//   - any bytes, "/" among them, or none
//     ?        one character
//     [a-z]    one character of a class; [!a-z] or [^a-z] one that is not in it
//     {a,b}    one of the alternatives, which may be patterns and nest
//     \c       the character c itself
//
// A "[" or "{" that is not closed stands for itself. A character is one of
// UTF-8, or a byte that is not UTF-8. The whole name must match. It is the
// language of vsftpd.conf(5) deny_file, with classes, escapes and nesting.
type Pattern struct {
	alternatives []string // without braces
}

// HasMeta reports whether s means more than itself: whether it holds one of
// "*", "?", "[" and "{". A backslash alone does not make a pattern, as it may
// be part of a name.
func HasMeta(s string) bool { return strings.ContainsAny(s, "*?[{") }

// Match reports whether name matches pattern. The error is ErrPatternTooHard,
// after 1000 steps.
func Match(pattern, name string) (bool, error) {
	p, err := Compile(pattern)
	if err != nil {
		return false, err
	}
	return p.Match(name)
}

// Compile makes a Pattern, for many names. The error is ErrPatternTooHard:
// every alternative is a step.
func Compile(pattern string) (*Pattern, error) {
	e := expansion{}
	if !e.expand("", pattern) {
		return nil, ErrPatternTooHard
	}
	return &Pattern{e.done}, nil
}

// Match reports whether name matches. The error is ErrPatternTooHard: each
// place where a "*" is tried to end is a step, of which there are 1000.
func (p *Pattern) Match(name string) (bool, error) {
	steps := maxSteps
	for _, alternative := range p.alternatives {
		if matchOne(alternative, name, &steps) {
			return true, nil
		}
		if steps <= 0 {
			return false, ErrPatternTooHard
		}
	}
	return false, nil
}

// expansion turns a pattern with braces into patterns without.
type expansion struct {
	done        []string
	steps, size int
}

// expand expands rest, behind a prefix that is done. It is false at the limits.
func (e *expansion) expand(prefix, rest string) bool {
	if e.steps++; e.steps > maxSteps {
		return false
	}
	from := 0
	for {
		open := indexUnescaped(rest, from, "{")
		if open < 0 {
			e.size += len(prefix) + len(rest)
			e.done = append(e.done, prefix+rest)
			return e.size <= maxPatternSize
		}
		parts, end := splitBraces(rest[open+1:])
		if end < 0 {
			// Not closed: it stands for itself, and so do the next ones.
			if e.steps++; e.steps > maxSteps {
				return false
			}
			from = open + 1
			continue
		}
		prefix, tail := prefix+rest[:open], rest[open+1+end+1:]
		for _, part := range parts {
			if !e.expand(prefix, part+tail) {
				return false
			}
		}
		return true
	}
}

// splitBraces splits what follows a "{" at the commas of its level, and gives
// the place of its "}", or -1 if there is none.
func splitBraces(s string) (parts []string, end int) {
	depth, start := 0, 0
	for i := indexUnescaped(s, 0, "{,}"); i >= 0; i = indexUnescaped(s, i+1, "{,}") {
		switch {
		case s[i] == '{':
			depth++
		case s[i] == '}' && depth == 0:
			return append(parts, s[start:i]), i
		case s[i] == '}':
			depth--
		case depth == 0 && len(parts) < maxSteps:
			parts, start = append(parts, s[start:i]), i+1
		}
	}
	return nil, -1
}

// indexUnescaped is the first place from from on of one of chars that has no
// backslash before it, or -1.
func indexUnescaped(s string, from int, chars string) int {
	for i := from; i < len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		if strings.IndexByte(chars, s[i]) >= 0 {
			return i
		}
	}
	return -1
}

// matchOne matches a pattern without braces. Only the last "*" is ever tried
// again: what stands before it matched as early as it could, so no other way
// can leave more of the name. That keeps it to the product of both lengths.
func matchOne(pattern, name string, steps *int) bool {
	*steps--
	star, resume := -1, 0 // the pattern behind the last "*", where it ends now
	p, n := 0, 0
	for {
		if p < len(pattern) && pattern[p] == '*' {
			p++
			star, resume = p, n
			continue
		}
		if p == len(pattern) && n == len(name) || p == len(pattern) && star == p {
			return true
		}
		if dp, dn, ok := matchCharacter(pattern[p:], name[n:]); ok {
			p, n = p+dp, n+dn
			continue
		}
		if star < 0 || *steps <= 0 {
			return false
		}
		*steps--
		skip := nextTry(pattern[star:], name[resume:])
		if skip < 0 {
			return false
		}
		resume += skip
		p, n = star, resume
	}
}

// nextTry says how far a "*" is to grow before the pattern behind it can
// match again: at least one character, and where that begins with plain bytes
// up to their next place; if plain bytes are all, to the end of the name. It is
// -1 if there is none.
func nextTry(pattern, name string) int {
	if name == "" {
		return -1
	}
	_, size := utf8.DecodeRuneInString(name)
	plain := strings.IndexAny(pattern, `*?[\`)
	if plain < 0 {
		if at := len(name) - len(pattern); at >= size {
			return at
		}
		return -1
	}
	i := strings.Index(name[size:], pattern[:plain])
	if i < 0 {
		return -1
	}
	return size + i
}

// matchCharacter matches the first element of a pattern, which is no "*", with
// the first character of a name, and says how much of both that took.
func matchCharacter(pattern, name string) (p, n int, ok bool) {
	if pattern == "" || name == "" {
		return 0, 0, false
	}
	switch pattern[0] {
	case '?':
		_, size := utf8.DecodeRuneInString(name)
		return 1, size, true
	case '[':
		r, size := utf8.DecodeRuneInString(name)
		if in, length := matchClass(pattern, r); length > 0 {
			return length, size, in
		}
	case '\\':
		if len(pattern) > 1 {
			return 2, 1, pattern[1] == name[0]
		}
	}
	return 1, 1, pattern[0] == name[0]
}

// matchClass reports whether r is in the class at the front of pattern, and
// how long the class is: 0 if it is not closed. A "]" that comes first belongs to
// the class.
func matchClass(pattern string, r rune) (in bool, length int) {
	i, negated := 1, false
	if i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^') {
		i, negated = i+1, true
	}
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return in != negated, i + 1
		}
		low, size := classCharacter(pattern[i:])
		i += size
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, size = classCharacter(pattern[i+1:])
			i += 1 + size
		}
		in = in || low <= r && r <= high
	}
	return false, 0
}

func classCharacter(s string) (r rune, size int) {
	if s[0] == '\\' && len(s) > 1 {
		r, size = utf8.DecodeRuneInString(s[1:])
		return r, size + 1
	}
	return utf8.DecodeRuneInString(s)
}
