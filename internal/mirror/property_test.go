package mirror

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
)

// grow makes a tree at random: few names, so that two trees have much in common.
func grow(r *rand.Rand, depth int) *Dir {
	d := &Dir{}
	for _, name := range []string{"a", "b", "c", "d.part", "d"} {
		e := Entry{Name: name, State: State{Kind: File, Size: int64(r.IntN(2)), Time: day.Add(time.Duration(r.IntN(2)) * time.Hour)}}
		switch r.IntN(6) {
		case 0, 1:
			continue
		case 2:
			e.State = State{Kind: Link, Size: -1}
		case 3, 4:
			if depth > 0 {
				e.State, e.Dir = State{Kind: Folder, Size: -1}, grow(r, depth-1)
			}
		}
		if r.IntN(20) == 0 {
			e.Excluded = true
		}
		d.Entries = append(d.Entries, e)
	}
	d.sort()
	return d
}

// flat are the names of a tree with their states.
func flat(into map[string]Entry, name string, d *Dir) map[string]Entry {
	for _, e := range d.Entries {
		below := path.Join(name, e.Name)
		into[below] = e
		if e.Dir != nil {
			flat(into, below, e.Dir)
		}
	}
	return into
}

// carryOut does a plan to a flat tree, as strictly as a file system would.
func carryOut(have map[string]Entry, p *Plan) error {
	for _, a := range p.Actions {
		name := string(a.Path)
		if name == "." {
			continue
		}
		old, there := have[name]
		if above, ok := have[path.Dir(name)]; path.Dir(name) != "." && (!ok || above.Kind != Folder) {
			return fmt.Errorf("%s %s: no directory above", a.Do, name)
		}
		if there != (a.Target != nil) || there && old.Kind != a.Target.Kind {
			return fmt.Errorf("%s %s: the target is %v", a.Do, name, &old.State)
		}
		if there && old.Excluded {
			return fmt.Errorf("%s %s: it is excluded", a.Do, name)
		}
		switch a.Do {
		case DoMkdir, DoCopy, DoTimes:
			have[name] = Entry{Name: path.Base(name), State: *a.Source}
		case DoRemove:
			delete(have, name)
		case DoRmdir:
			for other := range have {
				if strings.HasPrefix(other, name+"/") {
					return fmt.Errorf("rmdir %s: it has %s", name, other)
				}
			}
			delete(have, name)
		}
	}
	return nil
}

// checkPlan checks that a plan makes the target the source, but for what it says
// that it leaves out, and that a second one has nothing to do.
func checkPlan(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 1))
	source, target := grow(r, 3), grow(r, 3)
	o := &Options{Delete: r.IntN(3) > 0, Times: true, Limit: Limit{Set: true, N: 100, Percent: true}}
	p := Make(source, target, o)
	var text bytes.Buffer
	p.From, p.To = "a", "b"
	if err := p.Write(&text); err != nil {
		t.Fatal(err)
	}
	again, err := ReadPlan(&text)
	if err != nil || !slices.EqualFunc(again.Actions, p.Actions, func(a, b Action) bool {
		return a.Do == b.Do && a.Path == b.Path && same(a.Source, b.Source) && same(a.Target, b.Target)
	}) {
		t.Fatalf("%d: read again it is %v, %v", seed, again, err)
	}
	have := flat(make(map[string]Entry), "", target)
	if err := carryOut(have, p); err != nil {
		t.Fatalf("%d: %v", seed, err)
	}
	out := make(map[string]bool)
	for _, n := range p.Notes {
		out[string(n.Path)] = true
	}
	want := flat(make(map[string]Entry), "", source)
	// left says whether a name, or one above it, takes no part.
	left := func(name string) bool {
		for ; name != "."; name = path.Dir(name) {
			if out[name] || want[name].Excluded || have[name].Excluded {
				return true
			}
		}
		return false
	}
	for name, w := range want {
		if h, ok := have[name]; !left(name) && (!ok || h.Kind != w.Kind || h.Kind == File && (h.Size != w.Size || !h.Time.Equal(w.Time))) {
			t.Errorf("%d: %s is %v, want %v", seed, name, &h.State, &w.State)
		}
	}
	for name, h := range have {
		if _, ok := want[name]; ok || !o.Delete || left(name) {
			continue
		}
		// A directory may have to stay for what is excluded in it.
		stays := h.Kind == Folder && slices.ContainsFunc(names(have), func(below string) bool {
			return strings.HasPrefix(below, name+"/") && have[below].Excluded
		})
		if !stays {
			t.Errorf("%d: %s is still there", seed, name)
		}
	}
}

func names(m map[string]Entry) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	return list
}

func TestPlanMakesTheTargetTheSource(t *testing.T) {
	for seed := range uint64(400) {
		checkPlan(t, seed)
	}
}

func FuzzPlan(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(checkPlan)
}
