package mirror

import (
	"strings"
	"testing"
	"time"
)

func TestFilter(t *testing.T) {
	for _, tt := range []struct {
		rules string // "-" excludes, "+" includes
		out   string // names that are excluded, directories with a slash
		in    string
	}{
		{"", "", "a b/"},
		{"-*.tmp", "a.tmp d/a.tmp d/e/.tmp x.tmp/", "a.tmpx tmp d.tmp/x"},
		{"-/*.tmp", "a.tmp", "d/a.tmp"},
		{"-d/*.tmp", "d/a.tmp", "a.tmp d/e/a.tmp e/d/a.tmp"},
		{"-.git/", ".git/ d/.git/", ".git d/.git"},
		{"-**/x/*", "x/a d/x/a d/e/x/a", "x d/x x/a/b"},
		{"-d/**", "d/a d/e/f", "d e/d/a"},
		{"-d/**/z", "d/z d/e/z d/e/f/z", "z d/e"},
		{"-**", "a a/ b/c", ""},
		{"+*.txt +*/ -*", "a b/c", "a.txt d/ d/e/ d/a.txt"},
		{"-a +a", "a", "b"},
		{"+a -?", "b", "a aa"},
		{"-{a,b}[0-9]", "a1 b2 d/a3", "c1 a ab"},
		{`-\*`, "*", "a"},
		{"-*ü?", "xüy", "xü"},
	} {
		var rules []Rule
		for word := range strings.FieldsSeq(tt.rules) {
			rules = append(rules, Rule{Include: word[0] == '+', Pattern: word[1:]})
		}
		f, err := NewFilter(rules)
		if err != nil {
			t.Errorf("%s: %v", tt.rules, err)
			continue
		}
		for want, names := range map[bool]string{true: tt.out, false: tt.in} {
			for name := range strings.FieldsSeq(names) {
				path, dir := strings.CutSuffix(name, "/")
				if got, err := f.Excludes(path, dir); got != want || err != nil {
					t.Errorf("%s excludes %s: %v, %v", tt.rules, name, got, err)
				}
			}
		}
	}
	for _, bad := range []string{"", "/", "a//b", "../x", "./x", "a/../b", "{a/b,c}", strings.Repeat("{a,b}", 40)} {
		if _, err := NewFilter([]Rule{{Pattern: bad}}); err == nil {
			t.Errorf("%q is a pattern", bad)
		}
	}
}

// TestFilterTooHard has a name that costs too much: it is left alone, and nothing
// beside it is removed.
func TestFilterTooHard(t *testing.T) {
	f, err := NewFilter([]Rule{{Pattern: "*[a]b"}})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_, m, _ := serve(t, map[string]string{"/base": "type=file;size=1; " + strings.Repeat("a", 3000) + "\r\ntype=file;size=1; new\r\n"})
	m.Filter = f
	here(t, m, "old")
	got := planned(t, m)
	if strings.Join(got, ", ") != "copy new new, fault ." {
		t.Errorf("the plan is %.200q", got)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("**/a*/{b,c}", "x/ab/c")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		filter, err := NewFilter([]Rule{{Pattern: pattern}})
		if err != nil {
			return
		}
		_, _ = filter.Excludes(name, false)
		if all, err := NewFilter([]Rule{{Pattern: "**/*"}}); err != nil {
			t.Fatal(err)
		} else if out, err := all.Excludes(name, true); !out && err == nil {
			t.Errorf("**/* does not match %q", name)
		}
	})
}
