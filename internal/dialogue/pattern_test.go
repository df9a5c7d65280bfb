package dialogue

import "testing"

func TestMatchText(t *testing.T) {
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "x", false},
		{"plain (text).", "plain (text).", true},
		{"plain (text).", "plain (text)!", false},
		{"*", "", true},
		{"*", "anything", true},
		{"a*c", "abc", true},
		{"a*c", "ab", false},
		{"a*c", "xabc", false},
		{`a\*c`, "a*c", true},
		{`a\*c`, "abc", false},
		{`\**`, "*x", true},
		{"/a+/", "aaa", true},
		{"/a+/", "aaab", false},
		{"/a|bc/", "bc", true},
		{"/a|bc/", "abc", false},
		{"/", "/", true},
		{"/sub/x", "/sub/x", true},
		{"/(/", "(", false}, // refused by Parse
	} {
		if got := matchText(tt.pattern, tt.text); got != tt.want {
			t.Errorf("matchText(%q, %q) = %v", tt.pattern, tt.text, got)
		}
	}
}

func TestMatchReply(t *testing.T) {
	multi := []string{"211-Features:", " EPRT", " UTF8", "211 End"}
	for _, tt := range []struct {
		name      string
		want, got []string
		ok        bool
	}{
		{"code alone", []string{"220"}, []string{"220 hello"}, true},
		{"code alone, several lines", []string{"211"}, multi, true},
		{"code alone, other code", []string{"220"}, []string{"221 hello"}, false},
		{"text", []string{"220 h*"}, []string{"220 hello"}, true},
		{"other text", []string{"220 h"}, []string{"220 hello"}, false},
		{"text wants one line", []string{"211 End"}, multi, false},
		{"lines", []string{"211-Features:", " EPRT", " UTF8", "211 End"}, multi, true},
		{"a line too few", []string{"211-Features:", " EPRT", "211 End"}, multi, false},
		{"any lines", []string{"211-Features:", "...", "211 End"}, multi, true},
		{"any lines may be none", []string{"211-Features:", "...", " EPRT", " UTF8", "...", "211 End"}, multi, true},
		{"any lines in the middle", []string{"211-Features:", "...", " UTF8", "211 *"}, multi, true},
		{"the space counts", []string{"211-Features:", "EPRT", "...", "211 End"}, multi, false},
		{"dash for space", []string{"211-End"}, []string{"211 End"}, false},
		{"bare last line", []string{"211-Features:", "...", "211"}, []string{"211-Features:", "211 "}, true},
		{"empty text", []string{"220 "}, []string{"220 "}, true},
	} {
		if got := matchReply(tt.want, tt.got); got != tt.ok {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
