package mirror

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// partSuffix ends the name of a file while it is copied.
const partSuffix = ".part"

// Make finds out what is to be done to the target so that it has what the source
// has. target is nil if it is not there. It does nothing, and asks nobody.
func Make(source, target *Dir, o *Options) *Plan {
	m := &maker{Options: o, plan: &Plan{Times: o.Times, Entries: target.Count()}}
	if target == nil {
		m.first = append(m.first, Action{Do: DoMkdir, Path: ".", Source: &State{Kind: Folder, Size: -1}})
	}
	m.dir("", source, target, false, false)
	removals := slices.Concat(m.remove, m.clear)
	m.plan.Actions = slices.Concat(order(m.first), order(removals), order(m.last))
	empty := source.Count() == 0
	if !o.Limit.allows(len(removals), m.plan.Entries, empty) {
		m.plan.withhold(Withheld{Removals: len(removals), Limit: o.Limit.String(), Empty: empty && !o.Limit.Set})
	}
	return m.plan
}

// maker is a Plan in the making.
type maker struct {
	*Options
	plan *Plan
	// first needs nothing removed, last needs the place of what clear removes;
	// remove is what the source has not.
	first, remove, clear, last []Action
}

// dir compares two directories; target is nil if there is none yet. keep forbids
// to remove what the source has not, late says that the place is still taken.
func (m *maker) dir(name string, source, target *Dir, keep, late bool) {
	if source.Doubt != "" {
		m.fault(orRoot(name), "not all of the source is known, nothing is removed here: "+source.Doubt)
		keep = true
	}
	if target != nil && target.Doubt != "" {
		m.fault(orRoot(name), "not all of the target is known, nothing is removed here: "+target.Doubt)
		keep = true
		if target.Unread {
			return
		}
	}
	last := ""
	for s, t := range pairs(source, target, m.Fold) {
		before := last
		last = s.Name
		switch {
		case m.Fold && s.Name != "" && strings.EqualFold(before, s.Name):
			m.fault(path.Join(name, s.Name), fmt.Sprintf("to the target it has the same name as %q", before))
		case s.Name == "" && t.Name != "":
			m.extra(path.Join(name, t.Name), t, keep)
		case s.Excluded || t.Excluded:
			// It takes no part.
		default:
			m.entry(name, source, s, t, keep, late)
		}
	}
}

// entry compares one name that the source has; t is without a name if the target
// has it not.
func (m *maker) entry(dir string, siblings *Dir, s, t *Entry, keep, late bool) {
	name := path.Join(dir, s.Name)
	if why := m.unfit(siblings, s); why != "" {
		m.fault(name, why)
		return
	}
	switch s.Kind {
	case File, Folder:
	case Link:
		m.note(name, "it is a symbolic link")
		return
	default:
		m.note(name, "it is neither a file nor a directory")
		return
	}
	seen := &t.State
	switch {
	case t.Name == "":
		seen = nil
	case t.Kind == s.Kind:
	case !m.Delete || keep:
		m.fault(name, fmt.Sprintf("the target has a %s of that name, which --delete would remove", t.Kind))
		return
	default:
		var removals []Action
		if !m.take(name, t, &removals) {
			m.fault(name, fmt.Sprintf("the target has a %s of that name, of which not all may be removed", t.Kind))
			return
		}
		removals[len(removals)-1].Source = stateOf(s)
		m.clear = append(m.clear, removals...)
		seen, late = nil, true
	}
	into := &m.first
	if late {
		into = &m.last
	}
	if s.Kind == Folder {
		if s.Dir == nil {
			return
		}
		below := t.Dir
		if seen == nil {
			below = nil
			*into = append(*into, Action{Do: DoMkdir, Path: Path(name), Source: stateOf(s)})
		}
		m.dir(name, s.Dir, below, keep, late)
		return
	}
	m.file(name, s, seen, into)
}

// file compares a file with what the target has in its place.
func (m *maker) file(name string, s *Entry, seen *State, into *[]Action) {
	why := "new"
	if seen != nil {
		why = m.reason(&s.State, seen)
	}
	switch {
	case why != "":
		*into = append(*into, Action{Do: DoCopy, Path: Path(name), Why: why, Source: stateOf(s), Target: copyOf(seen)})
	case m.Checksum && m.Times && !m.Newer && !s.Time.IsZero() && apart(&s.State, seen):
		*into = append(*into, Action{Do: DoTimes, Path: Path(name), Source: stateOf(s), Target: copyOf(seen)})
	default:
		m.plan.Unchanged++
	}
}

// apart says that two times are not one.
func apart(a, b *State) bool {
	d := a.Time.Sub(b.Time)
	return d.Abs() >= within(a, b)
}

// unfit says why the target cannot have a name; "" if it can.
func (m *maker) unfit(siblings *Dir, s *Entry) string {
	if m.Name != nil {
		if err := m.Name(s.Name); err != nil {
			return err.Error()
		}
	}
	if base, ok := strings.CutSuffix(s.Name, partSuffix); ok && s.Kind == File && siblings.has(base, File) {
		return fmt.Sprintf("its name is the temporary one of %q", base)
	}
	return ""
}

// has says whether there is an entry of a name and kind.
func (d *Dir) has(name string, kind Kind) bool {
	i, ok := slices.BinarySearchFunc(d.Entries, name, func(e Entry, name string) int { return cmp.Compare(e.Name, name) })
	return ok && d.Entries[i].Kind == kind
}

// extra is an entry that the target alone has.
func (m *maker) extra(name string, t *Entry, keep bool) {
	if t.Excluded {
		return
	}
	if !m.Delete || keep {
		m.plan.Extra += 1 + t.Dir.Count()
		if t.Kind == File && strings.HasSuffix(t.Name, partSuffix) {
			m.note(name, "the target alone has it; it may be left from a transfer that broke off")
		}
		return
	}
	m.take(name, t, &m.remove)
}

// take plans the removal of an entry with all that is in it, as far as that may
// be, and says whether nothing will be left.
func (m *maker) take(name string, t *Entry, into *[]Action) bool {
	switch {
	case t.Excluded:
		return false
	case t.Kind == Other:
		m.note(name, "it is neither a file nor a directory, and stays")
		return false
	case t.Kind != Folder:
		*into = append(*into, Action{Do: DoRemove, Path: Path(name), Target: stateOf(t)})
		return true
	case t.Dir == nil:
		return false
	case t.Dir.Doubt != "":
		m.fault(name, "not all of the target is known, nothing is removed here: "+t.Dir.Doubt)
		return false
	}
	all := true
	for i := range t.Dir.Entries {
		e := &t.Dir.Entries[i]
		if !m.take(path.Join(name, e.Name), e, into) {
			all = false
		}
	}
	if all {
		*into = append(*into, Action{Do: DoRmdir, Path: Path(name), Target: stateOf(t)})
	}
	return all
}

func (m *maker) note(name, why string) {
	m.plan.Notes = append(m.plan.Notes, Note{Path: Path(name), Why: why})
}

func (m *maker) fault(name, why string) {
	m.plan.Notes = append(m.plan.Notes, Note{Path: Path(name), Why: why, Fault: true})
}

func stateOf(e *Entry) *State { return copyOf(&e.State) }

func copyOf(s *State) *State {
	if s == nil {
		return nil
	}
	c := *s
	return &c
}

func orRoot(name string) string {
	if name == "" {
		return "."
	}
	return name
}

// order brings actions in the order in which they can be done: directories before
// what is in them, and away after it.
func order(actions []Action) []Action {
	rank := map[Do]int{DoMkdir: 0, DoCopy: 1, DoTimes: 2, DoRemove: 3, DoRmdir: 4}
	slices.SortStableFunc(actions, func(a, b Action) int {
		if c := cmp.Compare(rank[a.Do], rank[b.Do]); c != 0 {
			return c
		}
		depth := cmp.Compare(a.Path.depth(), b.Path.depth())
		switch a.Do {
		case DoMkdir:
			return depth
		case DoRmdir:
			return -depth
		default:
			return 0
		}
	})
	return actions
}
