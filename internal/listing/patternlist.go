package listing

import (
	"fmt"
	"strings"
)

// PatternList is the value of deny_file, hide_file, upload_file or
// download_file (vsftpd.conf(5)): usually a pattern with alternatives,
// "{*.mp3,*.mov,.private}". Besides matching as a pattern, the value counts as
// found where it stands in the name as plain text: ".private" matches
// "a.private.b". The zero value matches nothing.
type PatternList struct {
	value   string
	pattern *Pattern
}

// NewPatternList makes a PatternList. An empty value matches nothing. The error
// wraps ErrPatternTooHard.
func NewPatternList(value string) (PatternList, error) {
	if value == "" {
		return PatternList{}, nil
	}
	p, err := Compile(value)
	if err != nil {
		return PatternList{}, fmt.Errorf("%q: %w", value, err)
	}
	return PatternList{value, p}, nil
}

// Empty reports whether the list matches nothing, because its value is empty.
func (l PatternList) Empty() bool { return l.pattern == nil }

// MatchName reports whether one name matches: the rule for what is hidden, and
// for what alone may be uploaded or downloaded, by the last element of a
// pathname.
func (l PatternList) MatchName(name string) bool {
	return !l.Empty() && (l.matches(name) || strings.Contains(name, l.value))
}

// MatchPath reports whether a pathname matches, as the client wrote it: the
// whole of it, any element of it, or the value as plain text in it. It is the
// rule for what is denied. vsftpd looks at the whole and at the last element
// alone, so that a file in a denied directory could be had by its longer name.
func (l PatternList) MatchPath(path string) bool {
	if l.Empty() {
		return false
	}
	if l.MatchName(path) {
		return true
	}
	for element := range strings.SplitSeq(path, "/") {
		if element != "" && l.matches(element) {
			return true
		}
	}
	return false
}

// matches has no limit of steps: the value comes from the administrator, and
// the work is bounded by the lengths of value and name.
func (l PatternList) matches(name string) bool {
	for _, alternative := range l.pattern.alternatives {
		steps := len(name) + 2
		if matchOne(alternative, name, &steps) {
			return true
		}
	}
	return false
}
