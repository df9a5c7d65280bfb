package listing

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strings"
)

// The numbers of entries that a Sorter holds at most: memory per listing is
// bounded, whatever the size of a directory.
const (
	DefaultNameLimit = 10_000
	DefaultKeyLimit  = 100_000
)

// ErrTooLarge says that a directory has too many entries for the order that was
// asked for (450).
var ErrTooLarge = errors.New("too many entries to sort")

// Sorter puts the entries of a directory in order.
//
// By name and forwards, the order of every listing that asks for none, a
// directory of up to NameLimit entries is sorted; a larger one is passed on in
// the order of the store, from its first entry, without holding more. By
// another key, or backwards, the client asked for the order: up to KeyLimit
// entries are held and sorted, and one more gives ErrTooLarge.
type Sorter struct {
	Key     Key
	Reverse bool
	// NameLimit and KeyLimit replace the defaults; 0 is the default.
	NameLimit, KeyLimit int
}

// Sorter is the Sorter for the options.
func (o Options) Sorter() Sorter { return Sorter{Key: o.Sort, Reverse: o.Reverse} }

// Entries yields the entries in order. Equal keys are in the order of names. An
// error of the sequence ends it and is passed on; entries that are still held
// then are not yielded.
func (s Sorter) Entries(entries iter.Seq2[Entry, error]) iter.Seq2[Entry, error] {
	must := s.Key != ByName || s.Reverse
	limit := cmp.Or(s.NameLimit, DefaultNameLimit)
	if must {
		limit = cmp.Or(s.KeyLimit, DefaultKeyLimit)
	}
	return func(yield func(Entry, error) bool) {
		var held entryList
		streaming := false
		for e, err := range entries {
			switch {
			case err != nil:
				yield(Entry{}, err)
				return
			case streaming:
				if !yield(e, nil) {
					return
				}
			case held.n < limit:
				held.add(&e)
			case must:
				yield(Entry{}, ErrTooLarge)
				return
			default:
				for i := range int32(held.n) {
					if !yield(*held.at(i), nil) {
						return
					}
				}
				if !yield(e, nil) {
					return
				}
				held, streaming = entryList{}, true
			}
		}
		for _, i := range s.order(&held) {
			if !yield(*held.at(i), nil) {
				return
			}
		}
	}
}

// order is the order of the entries by their places: an Entry is too large to
// be moved about, or handed to compare, by value.
func (s Sorter) order(entries *entryList) []int32 {
	places := make([]int32, entries.n)
	for i := range places {
		places[i] = int32(i)
	}
	slices.SortStableFunc(places, func(i, j int32) int { return s.compare(entries.at(i), entries.at(j)) })
	return places
}

// entryList holds entries where they are: they are too many to be copied whenever there are
// more of them.
type entryList struct {
	pieces [][]Entry
	n      int
}

// pieceSize is how many entries are held together.
const pieceSize = 256

func (l *entryList) add(e *Entry) {
	if l.n%pieceSize == 0 {
		l.pieces = append(l.pieces, make([]Entry, 0, pieceSize))
	}
	last := &l.pieces[len(l.pieces)-1]
	*last = append(*last, *e)
	l.n++
}

func (l *entryList) at(i int32) *Entry { return &l.pieces[i/pieceSize][i%pieceSize] }

func (s Sorter) compare(a, b *Entry) int {
	var order int
	switch s.Key {
	case ByTime:
		order = b.ModTime.Compare(a.ModTime)
	case BySize:
		order = cmp.Compare(b.Size, a.Size)
	case ByName:
	}
	if order == 0 {
		order = strings.Compare(a.Name, b.Name)
	}
	if s.Reverse {
		return -order
	}
	return order
}
