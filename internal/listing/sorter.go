package listing

import (
	"cmp"
	"errors"
	"iter"
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

// Line is what a listing says of one entry.
type Line struct {
	Text []byte // as it was formatted, good until the next line
	Name string
	Dir  bool
}

// Lines formats entries, each of which counts until the next one only, and yields their lines in
// order. Equal keys are in the order of names. An error of the sequence ends it and is passed on;
// lines that are still held then are not yielded. format appends the line of an entry.
func (s Sorter) Lines(entries iter.Seq2[*Entry, error], format func(b []byte, e *Entry) []byte) iter.Seq2[Line, error] {
	must := s.Key != ByName || s.Reverse
	limit := cmp.Or(s.NameLimit, DefaultNameLimit)
	if must {
		limit = cmp.Or(s.KeyLimit, DefaultKeyLimit)
	}
	return func(yield func(Line, error) bool) {
		var held heldLines
		defer held.free()
		streaming := false
		var text []byte
		for e, err := range entries {
			switch {
			case err != nil:
				yield(Line{}, err)
				return
			case !streaming && held.n < limit:
				held.add(e, format)
				continue
			case !streaming && must:
				yield(Line{}, ErrTooLarge)
				return
			case !streaming:
				for i := range int32(held.n) {
					if !yield(held.at(i).line(), nil) {
						return
					}
				}
				held.free()
				streaming = true
			}
			text = format(text[:0], e)
			if !yield(Line{text, e.Name, e.IsDir()}, nil) {
				return
			}
		}
		for _, k := range s.order(&held) {
			if !yield(held.at(k.place).line(), nil) {
				return
			}
		}
	}
}
