package listing

import (
	"errors"
	"strings"
	"testing"
)

func TestPatternList(t *testing.T) {
	tests := []struct {
		value, path string
		name, whole bool // MatchName and MatchPath
	}{
		{"{*.mp3,*.mov,.private}", "a.mp3", true, true},
		{"{*.mp3,*.mov,.private}", "a.txt", false, false},
		{"{*.mp3,*.mov,.private}", "dir/a.mp3", true, true},
		{"{*.mp3,*.mov,.private}", ".private/a", false, true},
		{"{*.mp3,*.mov,.private}", "dir/.private", false, true},
		{"{*.mp3,*.mov,.private}", "/dir/.private/a", false, true},
		{"{*.mp3,*.mov,.private}", "x.private", false, false},
		{".private", "a.private.b", true, true},
		{".private", "dir/.private/b", true, true},
		{"{*.mp3,.hidden,hide*,h?}", "hi", true, true},
		{"{*.mp3,.hidden,hide*,h?}", "hix", false, false},
		{"{*.mp3,.hidden,hide*,h?}", "hidex", true, true},
		{"{/*,*..*}", "/etc", true, true},
		{"{/*,*..*}", "a/../b", true, true},
		{"{/*,*..*}", "a/b", false, false},
		{"a[", "xa[x", true, true},
		{"", "", false, false},
		{"", "a", false, false},
		{"a", "//", false, false},
	}
	for _, tt := range tests {
		l, err := NewPatternList(tt.value)
		if err != nil || l.Empty() != (tt.value == "") {
			t.Errorf("NewPatternList(%q): empty %v, %v", tt.value, l.Empty(), err)
		}
		if got := l.MatchName(tt.path); got != tt.name {
			t.Errorf("%q: MatchName(%q) is %v", tt.value, tt.path, got)
		}
		if got := l.MatchPath(tt.path); got != tt.whole {
			t.Errorf("%q: MatchPath(%q) is %v", tt.value, tt.path, got)
		}
	}
	if (PatternList{}).MatchPath("a") || (PatternList{}).MatchName("a") {
		t.Error("the zero value matches")
	}
}

func TestPatternListTooHard(t *testing.T) {
	if _, err := NewPatternList(strings.Repeat("{a,b}", 20)); !errors.Is(err, ErrPatternTooHard) {
		t.Errorf("error %v, want ErrPatternTooHard", err)
	}
}

// TestPatternListLongPath has a pathname for which Match would give up: a rule
// of the administrator holds for it all the same.
func TestPatternListLongPath(t *testing.T) {
	l, err := NewPatternList("{*?ab,*?b}")
	if err != nil {
		t.Fatal(err)
	}
	if path := strings.Repeat("a", 4000); !l.MatchPath(path+"b") || l.MatchPath(path) {
		t.Error("a long pathname is judged wrongly")
	}
}
