package listing

import (
	"errors"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern string
		yes, no []string
	}{
		{"", []string{""}, []string{"a"}},
		{"a", []string{"a"}, []string{"", "b", "aa", "A"}},
		{"*", []string{"", "a", "a/b", "\xff\n"}, nil},
		{"**", []string{"", "a"}, nil},
		{"*.mp3", []string{".mp3", "a.mp3", "a/b.mp3", "a.mp3.mp3"}, []string{"mp3", "a.mp3x", "a.mp"}},
		{"a*", []string{"a", "ab"}, []string{"ba", ""}},
		{"a*b*c", []string{"abc", "aXbYc", "abbcc", "abcbc"}, []string{"ab", "acb", "abcd"}},
		{"*ab", []string{"ab", "aab", "abab"}, []string{"abb", "a"}},
		{"*a?", []string{"ab", "aab", "aaa"}, []string{"a", "ba"}},
		{"?", []string{"a", "é", "\xff", "*"}, []string{"", "ab"}},
		{"h?", []string{"hi", "hé"}, []string{"h", "hid"}},
		{"??", []string{"ab", "éé"}, []string{"é", "a"}},
		{"[abc]", []string{"a", "c"}, []string{"d", "", "ab"}},
		{"[a-c]x", []string{"ax", "cx"}, []string{"dx", "-x"}},
		{"[!a-c]", []string{"d", "é", "\xff"}, []string{"b", "", "dd"}},
		{"[^a]", []string{"b", "^"}, []string{"a"}},
		{"[]a]", []string{"]", "a"}, []string{"b"}},
		{"[!]]", []string{"a"}, []string{"]"}},
		{"[a-]", []string{"a", "-"}, []string{"b"}},
		{"[à-ü]", []string{"é"}, []string{"e"}},
		{`[\]]`, []string{"]"}, []string{`\`}},
		{`[a\-c]`, []string{"a", "-", "c"}, []string{"b"}},
		{"[ab", []string{"[ab"}, []string{"a", "b"}},
		{"[", []string{"["}, []string{""}},
		{"*[0-9].log", []string{"a1.log", "9.log"}, []string{"a.log", "1a.log"}},
		{"{a,b}", []string{"a", "b"}, []string{"", "ab", "{a,b}", ","}},
		{"{a,b", []string{"{a,b"}, []string{"a"}},
		{"a,b}", []string{"a,b}"}, []string{"a"}},
		{"x{a,b}y", []string{"xay", "xby"}, []string{"xy", "xaby"}},
		{"in{,x}", []string{"in", "inx"}, []string{"i", "inxx"}},
		{"{}", []string{""}, []string{"{}"}},
		{"m*{n,z}", []string{"main", "mz"}, []string{"m", "mainx"}},
		{"{*.mp3,*.mov,.private}", []string{"a.mp3", ".mov", ".private"}, []string{"private", "x.private", "a.mp4"}},
		{"{a,{b,c}d}e", []string{"ae", "bde", "cde"}, []string{"be", "de"}},
		{"{a{b,c}", []string{"{ab", "{ac"}, []string{"ab"}},
		{"{a,b}{c,d}", []string{"ac", "bd"}, []string{"ab"}},
		{`\*`, []string{"*"}, []string{"a", `\*`}},
		{`a\?b`, []string{"a?b"}, []string{"axb"}},
		{`\{a,b}`, []string{"{a,b}"}, []string{"a"}},
		{`{a\,b,c\}}`, []string{"a,b", "c}"}, []string{"a", "c"}},
		{`a\`, []string{`a\`}, []string{"a"}},
		{`\é`, []string{"é"}, []string{"e"}},
		{`*\*`, []string{"*", "a*"}, []string{"a"}},
	}
	for _, tt := range tests {
		for _, name := range tt.yes {
			if ok, err := Match(tt.pattern, name); !ok || err != nil {
				t.Errorf("Match(%q, %q) = %v, %v", tt.pattern, name, ok, err)
			}
		}
		for _, name := range tt.no {
			if ok, err := Match(tt.pattern, name); ok || err != nil {
				t.Errorf("Match(%q, %q) = %v, %v", tt.pattern, name, ok, err)
			}
		}
	}
}

func TestMatchTooHard(t *testing.T) {
	long := strings.Repeat("a", 2000)
	tests := []struct{ name, pattern, text string }{
		{"many alternatives", "{" + strings.Repeat("{*},", 1000) + "{*}}", "x"},
		{"product of alternatives", strings.Repeat("{a,b}", 20), "x"},
		{"deep braces", strings.Repeat("{", 1500) + strings.Repeat("}", 1500), "x"},
		{"braces that are not closed", strings.Repeat("{", 1500), "x"},
		{"much text", "{" + strings.Repeat("a,", 100) + "a}" + strings.Repeat("x", 4000), "x"},
		{"stars", "*?a?b", long},
		{"stars in alternatives", "{*?ab,*?ac,*?ad,*?ae}", long[:300]},
	}
	for _, tt := range tests {
		if ok, err := Match(tt.pattern, tt.text); ok || !errors.Is(err, ErrPatternTooHard) {
			t.Errorf("%s: %v, %v, want ErrPatternTooHard", tt.name, ok, err)
		}
	}
}

// TestMatchEasy has patterns that are costly for a matcher that goes back to
// every star, and names as long as a file system has them: no error may come.
func TestMatchEasy(t *testing.T) {
	name := strings.Repeat("a", 255)
	tests := []struct {
		pattern string
		want    bool
	}{
		{"*a*a*a*a*a*a*a*a*b", false},
		{"*a*a*a*a*a*a*a*a*a", true},
		{"*.{jpg,jpeg,png,gif}", false},
		{"*{.mp3,.mov,.avi,.mkv,a}", true},
		{"*?a?b", false},
		{"*[b-z]", false},
	}
	for _, tt := range tests {
		if ok, err := Match(tt.pattern, name); ok != tt.want || err != nil {
			t.Errorf("Match(%q) = %v, %v, want %v", tt.pattern, ok, err, tt.want)
		}
	}
}

func TestHasMeta(t *testing.T) {
	for _, s := range []string{"*", "a?b", "[", "x{"} {
		if !HasMeta(s) {
			t.Errorf("HasMeta(%q) is false", s)
		}
	}
	for _, s := range []string{"", "a b", `back\slash`, "a,b}", "]"} {
		if HasMeta(s) {
			t.Errorf("HasMeta(%q) is true", s)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for _, s := range []string{"*", "{a,b}", "[a-z]*", `\*`, "*a*b*", "{", "[", "{{a},[b,c]}"} {
		f.Add(s, "ab")
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		ok, err := Match(pattern, name)
		if err != nil && (ok || !errors.Is(err, ErrPatternTooHard)) {
			t.Fatalf("%v, %v", ok, err)
		}
		if !HasMeta(pattern) && !strings.Contains(pattern, `\`) && ok != (pattern == name) {
			t.Fatalf("a plain pattern %q matches %q: %v", pattern, name, ok)
		}
		if ok, err := Match(escape(name), name); !ok && err == nil {
			t.Fatalf("%q does not match its own escape %q", name, escape(name))
		}
		if all, err := Match("{"+escape(name)+",*}", pattern); !all && err == nil {
			t.Fatalf("the alternative * does not match %q", pattern)
		}
	})
}

// escape makes a pattern that matches s alone.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte('\\')
		b.WriteByte(s[i])
	}
	return b.String()
}
