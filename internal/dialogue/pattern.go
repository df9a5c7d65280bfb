package dialogue

import (
	"fmt"
	"regexp"
	"strings"
)

// anyLines stands for any number of lines in an expectation of several lines.
const anyLines = "..."

// compilePattern makes a whole-text matcher: /.../ is a regular expression,
// anything else is text in which * is any text and \* a star.
func compilePattern(p string) (*regexp.Regexp, error) {
	var expr string
	if len(p) >= 2 && p[0] == '/' && p[len(p)-1] == '/' {
		expr = p[1 : len(p)-1]
	} else {
		var b strings.Builder
		for i, part := range strings.Split(p, `\*`) {
			if i > 0 {
				b.WriteString(`\*`)
			}
			for j, literal := range strings.Split(part, "*") {
				if j > 0 {
					b.WriteString(".*")
				}
				b.WriteString(regexp.QuoteMeta(literal))
			}
		}
		expr = b.String()
	}
	re, err := regexp.Compile(`(?s)\A(?:` + expr + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", p, err)
	}
	return re, nil
}

// matchText reports whether text matches the pattern p. A pattern that cannot be
// compiled, which Parse lets through nowhere, matches nothing.
func matchText(p, text string) bool {
	re, err := compilePattern(p)
	return err == nil && re.MatchString(text)
}

// matchLines matches the lines of a text with patterns, each with match;
// anyLines takes none, one or more of them.
func matchLines(want, got []string, match func(pattern, line string) bool) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == anyLines {
		for i := range len(got) + 1 {
			if matchLines(want[1:], got[i:], match) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && match(want[0], got[0]) && matchLines(want[1:], got[1:], match)
}

// matchReply reports whether the lines of a reply are the expected ones.
func matchReply(want, got []string) bool {
	if len(want) == 1 && len(want[0]) == 3 {
		return len(got) > 0 && strings.HasPrefix(got[len(got)-1], want[0])
	}
	return matchLines(want, got, matchReplyLine)
}

// matchReplyLine compares code and separator exactly and the text by its
// pattern. A middle line that has no code is text altogether.
func matchReplyLine(want, got string) bool {
	wantCode, wantSep, wantText, ok := cutReply(want)
	if !ok {
		return matchText(want, got)
	}
	code, sep, text, ok := cutReply(got)
	if !ok {
		return false
	}
	if len(want) == 3 {
		return code == wantCode && sep == wantSep
	}
	return code == wantCode && sep == wantSep && matchText(wantText, text)
}
