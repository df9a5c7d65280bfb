package listing

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// keyed is a line by its place, which is moved about more quickly than it, with what decides about most
// pairs of lines: eight bytes of the name, those behind what all names begin with.
type keyed struct {
	key   uint64
	place int32
}

// order puts lines in order. Equal ones stay in the order in which they came.
func (s Sorter) order(lines *heldLines) []keyed {
	keys := make([]keyed, lines.n)
	skip := lines.sharedPrefix()
	for i := range keys {
		place := int32(i)
		keys[i] = keyed{nameKey(lines.at(place).name[skip:]), place}
	}
	slices.SortFunc(keys, func(a, b keyed) int {
		order := 0
		if s.Key != ByName {
			order = s.byKey(lines.at(a.place), lines.at(b.place))
		}
		if order == 0 {
			order = cmp.Compare(a.key, b.key)
		}
		if order == 0 {
			order = strings.Compare(lines.at(a.place).name[skip:], lines.at(b.place).name[skip:])
		}
		if s.Reverse {
			order = -order
		}
		if order == 0 {
			order = cmp.Compare(a.place, b.place)
		}
		return order
	})
	return keys
}

// byKey compares what the client has asked for instead of the name.
func (s Sorter) byKey(a, b *heldLine) int {
	if s.Key == ByTime {
		return b.time.Compare(a.time)
	}
	return cmp.Compare(b.size, a.size)
}

// nameKey are the first bytes of a name as a number that has their order.
func nameKey(name string) uint64 {
	var b [8]byte
	copy(b[:], name)
	return binary.BigEndian.Uint64(b[:])
}

// sharedPrefix is how many bytes all names have in common at their beginning.
func (h *heldLines) sharedPrefix() int {
	if h.n == 0 {
		return 0
	}
	first := h.at(0).name
	n := len(first)
	for i := range int32(h.n) {
		name := h.at(i).name
		if strings.HasPrefix(name, first[:n]) {
			continue // most of them
		}
		n = min(n, len(name))
		for k := range n {
			if name[k] != first[k] {
				n = k
				break
			}
		}
	}
	return n
}
