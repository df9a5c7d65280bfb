package remote

import (
	"slices"
	"testing"
)

func TestParseMacros(t *testing.T) {
	const text = `macdef all
pwd

# macdef none
machine one login macdef password "machine two"
macdef init
cd in
# not a comment here

macdef init2
ls

machine two login x
macdef init
cd elsewhere

default login y
macdef last
bye`
	for host, want := range map[string]map[string][]string{
		"ONE":   {"all": {"pwd"}, "init": {"cd in", "# not a comment here"}, "init2": {"ls"}},
		"two":   {"all": {"pwd"}, "init": {"cd elsewhere"}},
		"three": {"all": {"pwd"}, "last": {"bye"}},
	} {
		got := ParseMacros(text, host)
		if len(got) != len(want) {
			t.Errorf("%s: %q", host, got)
		}
		for name, lines := range want {
			if !slices.Equal(got[name], lines) {
				t.Errorf("%s: %s is %q, want %q", host, name, got[name], lines)
			}
		}
	}
}

// FuzzParseMacros reads any text without a fault, as ParseNetrc does.
func FuzzParseMacros(f *testing.F) {
	f.Add("machine a macdef init\nx\n\n", "a")
	f.Add("macdef", "")
	f.Fuzz(func(_ *testing.T, text, host string) { ParseMacros(text, host) })
}
