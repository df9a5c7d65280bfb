package mirror

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// pairs yields every name that one of two directories has, with what each has by
// it: an entry without a name is none. Under fold, names of the two that differ in
// case only are one.
func pairs(source, target *Dir, fold bool) iter.Seq2[*Entry, *Entry] {
	return func(yield func(s, t *Entry) bool) {
		key := func(e *Entry) string { return e.Name }
		ss, ts := entriesOf(source), entriesOf(target)
		if fold {
			key = func(e *Entry) string { return strings.ToLower(e.Name) }
			ss, ts = folded(ss, key), folded(ts, key)
		}
		none := &Entry{}
		for len(ss) > 0 || len(ts) > 0 {
			s, t := none, none
			switch c := compareFirst(ss, ts, key); {
			case c < 0:
				s, ss = ss[0], ss[1:]
			case c > 0:
				t, ts = ts[0], ts[1:]
			default:
				s, ss, t, ts = ss[0], ss[1:], ts[0], ts[1:]
			}
			if !yield(s, t) {
				return
			}
		}
	}
}

func entriesOf(d *Dir) []*Entry {
	if d == nil {
		return nil
	}
	list := make([]*Entry, len(d.Entries))
	for i := range d.Entries {
		list[i] = &d.Entries[i]
	}
	return list
}

// folded sorts by the folded names.
func folded(entries []*Entry, key func(*Entry) string) []*Entry {
	slices.SortStableFunc(entries, func(a, b *Entry) int { return cmp.Compare(key(a), key(b)) })
	return entries
}

// compareFirst compares the first names of two lists; one without any is behind.
func compareFirst(ss, ts []*Entry, key func(*Entry) string) int {
	switch {
	case len(ts) == 0:
		return -1
	case len(ss) == 0:
		return 1
	}
	return cmp.Compare(key(ss[0]), key(ts[0]))
}
