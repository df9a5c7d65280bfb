package mirror

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// tree reads "name", "name/" (a directory), "name@" (a link) and "name!" (excluded),
// each with ":size:age in seconds" behind it if it is a file.
func tree(t testing.TB, lines ...string) *Dir {
	t.Helper()
	root := &Dir{}
	dirs := map[string]*Dir{"": root}
	for _, line := range lines {
		words := strings.Split(line, ":")
		name, kind := words[0], File
		e := Entry{State: State{Kind: File, Size: 1, Time: day, Precision: time.Second}}
		if cut, ok := strings.CutSuffix(name, "!"); ok {
			e.Excluded, name = true, cut
		}
		switch name[len(name)-1] {
		case '/':
			kind, name = Folder, name[:len(name)-1]
			e.Dir = &Dir{}
			dirs[name] = e.Dir
			if len(words) > 1 {
				e.Dir.Doubt, e.Dir.Unread = words[1], len(words) > 2
			}
		case '@':
			kind, name = Link, name[:len(name)-1]
		default:
			if len(words) > 1 {
				e.Size = number(t, words[1])
			}
			if len(words) > 2 {
				e.Time = day.Add(-time.Duration(number(t, words[2])) * time.Second)
			}
		}
		e.Kind, e.Name = kind, path.Base(name)
		above := strings.TrimSuffix(strings.TrimSuffix(name, e.Name), "/")
		d := dirs[above]
		if d == nil {
			t.Fatalf("%q comes before its directory", line)
		}
		d.Entries = append(d.Entries, e)
	}
	for _, d := range dirs {
		d.sort()
	}
	return root
}

func number(t testing.TB, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// told is a plan in lines.
func told(p *Plan) []string {
	var lines []string
	for _, a := range p.Actions {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", a.Do, a.Path, a.Why)))
	}
	for _, n := range p.Notes {
		mark := "note"
		if n.Fault {
			mark = "fault"
		}
		lines = append(lines, fmt.Sprintf("%s %s", mark, n.Path))
	}
	if p.Withheld != nil {
		lines = append(lines, fmt.Sprintf("withheld %d", p.Withheld.Removals))
	}
	return lines
}

func TestMake(t *testing.T) {
	all := Options{Delete: true, Times: true, Limit: Limit{Set: true, N: 100, Percent: true}}
	with := func(change func(*Options)) *Options {
		o := all
		change(&o)
		return &o
	}
	keep := with(func(o *Options) { o.Delete = false })
	for _, tt := range []struct {
		name           string
		source, target []string
		o              *Options
		want           string
	}{
		{"equal", []string{"a", "d/", "d/b"}, []string{"a", "d/", "d/b"}, &all, ""},
		{"new", []string{"a", "d/", "d/e/", "d/e/b"}, nil, &all, "mkdir d, mkdir d/e, copy a new, copy d/e/b new"},
		{"size", []string{"a:2"}, []string{"a:1"}, &all, "copy a size"},
		{"source newer", []string{"a:1:0"}, []string{"a:1:5"}, &all, "copy a newer"},
		{"target newer", []string{"a:1:5"}, []string{"a:1:0"}, &all, "copy a time"},
		{"a second is none", []string{"a:1:1"}, []string{"a:1:0"}, &all, ""},
		{"target's own times", []string{"a:1:500", "b:1:0"}, []string{"a:1:0", "b:1:500"}, with(func(o *Options) { o.OwnTimes = true }), "copy b newer"},
		{"size only", []string{"a:1:5"}, []string{"a:1:0"}, with(func(o *Options) { o.SizeOnly = true }), ""},
		{"newer", []string{"a:2:5", "b:2:0", "c:2:0"}, []string{"a:1:0", "b:1:5", "c:1:0"}, with(func(o *Options) { o.Newer = true }), "copy b size, copy c size"},
		{"removed", []string{"a"}, []string{"a", "b", "d/", "d/e/", "d/e/c", "l@"}, &all, "remove b, remove d/e/c, remove l, rmdir d/e, rmdir d"},
		{"kept", []string{"a"}, []string{"a", "b", "c.part"}, keep, "note c.part"},
		{"links stay away", []string{"l@", "a"}, []string{"l", "a"}, &all, "note l"},
		{"file in the way of a directory", []string{"d/", "d/x"}, []string{"d"}, &all, "remove d, mkdir d, copy d/x new"},
		{"file in the way, kept", []string{"d/", "d/x"}, []string{"d"}, keep, "fault d"},
		{"directory in the way", []string{"d", "z"}, []string{"d/", "d/x"}, &all, "copy z new, remove d/x, rmdir d, copy d new"},
		{"link in the way", []string{"d"}, []string{"d@"}, &all, "remove d, copy d new"},
		{"link in the way of a directory", []string{"d/", "d/x"}, []string{"d@"}, &all, "remove d, mkdir d, copy d/x new"},
		{"something excluded in the way", []string{"d"}, []string{"d/", "d/x!", "d/y"}, &all, "fault d"},
		{"excluded", []string{"a!", "b"}, []string{"c!", "d/", "d/c!", "d/e"}, &all, "copy b new, remove d/e"},
		{"source in doubt", []string{"d/:bad line", "d/a", "e/"}, []string{"d/", "d/old", "d/s/", "d/s/x", "e/", "e/old"}, &all, "copy d/a new, remove e/old, fault d"},
		{"source in doubt above", []string{"d/:bad line", "d/s/"}, []string{"d/", "d/s/", "d/s/x"}, &all, "fault d"},
		{"source unread", []string{"d/:denied:1", "b"}, []string{"d/", "d/old", "c"}, &all, "copy b new, remove c, fault d"},
		{"target unread", []string{"d/", "d/a", "b"}, []string{"d/:denied:1"}, &all, "copy b new, fault d"},
		{"target in doubt", []string{"d/", "d/a"}, []string{"d/:bad line", "d/b"}, &all, "copy d/a new, fault d"},
		{"removed directory in doubt", []string{"a"}, []string{"a", "d/:denied:1"}, &all, "fault d"},
		{"temporary name", []string{"a", "a.part"}, nil, &all, "copy a new, fault a.part"},
		{"too many", []string{"a"}, []string{"b", "c", "d", "e"}, with(func(o *Options) { o.Limit = Limit{Set: true, N: 3} }), "copy a new, withheld 4"},
		{"just enough", []string{"a"}, []string{"b", "c"}, with(func(o *Options) { o.Limit = Limit{Set: true, N: 2} }), "copy a new, remove b, remove c"},
		{"too many in the way", []string{"a", "d/"}, []string{"d", "e"}, with(func(o *Options) { o.Limit = Limit{Set: true, N: 1} }), "copy a new, withheld 2"},
		{"nothing may go", []string{"a"}, []string{"b"}, with(func(o *Options) { o.Limit = Limit{Set: true} }), "copy a new, withheld 1"},
		{"an empty source", nil, []string{"b"}, with(func(o *Options) { o.Limit = Limit{} }), "withheld 1"},
		{"an empty source, allowed", nil, []string{"b"}, &all, "remove b"},
		{"names without case", []string{"A", "a", "B"}, []string{"b"}, with(func(o *Options) { o.Fold = true }), "copy A new, fault a"},
		{"names that cannot be", []string{"a\nb", "c"}, []string{"a\nb:5"}, with(func(o *Options) { o.Name = remoteName }), "copy c new, fault a\nb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Make(tree(t, tt.source...), tree(t, tt.target...), tt.o)
			if got := strings.Join(told(p), ", "); got != tt.want {
				t.Errorf("the plan is\n%s\nand should be\n%s", got, tt.want)
			}
		})
	}
}

// TestMakeTarget has no target at all.
func TestMakeTarget(t *testing.T) {
	p := Make(tree(t, "a"), nil, &Options{Delete: true})
	if got := told(p); !slices.Equal(got, []string{"mkdir .", "copy a new"}) {
		t.Errorf("the plan is %q", got)
	}
}

// TestDefaultLimit has many removals without a limit of the user's.
func TestDefaultLimit(t *testing.T) {
	for _, tt := range []struct {
		removed, all int
		empty, want  bool
	}{
		{10, 10, false, true}, {10, 10, true, false}, {11, 11, false, false}, {50, 100, false, true}, {51, 100, false, false}, {0, 0, true, true},
	} {
		if got := (Limit{}).allows(tt.removed, tt.all, tt.empty); got != tt.want {
			t.Errorf("%+v is allowed: %v", tt, got)
		}
	}
	for _, text := range []string{"0", "17", "20%", "100%"} {
		l, err := ParseLimit(text)
		if err != nil || l.String() != text {
			t.Errorf("%q is %v, %v", text, l, err)
		}
	}
	for _, text := range []string{"", "-1", "101%", "x", "5 %", "99999999999"} {
		if _, err := ParseLimit(text); err == nil {
			t.Errorf("%q is a limit", text)
		}
	}
}

// TestPrecision has times of LIST on one side.
func TestPrecision(t *testing.T) {
	exact := day.Add(13*time.Hour + 37*time.Minute + 42*time.Second)
	for _, tt := range []struct {
		precision time.Duration
		want      string
	}{{time.Minute, ""}, {24 * time.Hour, ""}, {time.Second, "newer"}} {
		there := State{Kind: File, Size: 1, Time: exact.Truncate(max(tt.precision, time.Minute)), Precision: tt.precision}
		if got := (&Options{}).reason(&State{Kind: File, Size: 1, Time: exact}, &there); got != tt.want {
			t.Errorf("%v: %q", tt.precision, got)
		}
	}
}
