package listing

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// sequence yields entries with these names; the name "!" is the error errBroken.
func sequence(names ...string) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		for _, name := range names {
			if name == "!" {
				yield(nil, errBroken)
				return
			}
			// "b:5" is the name b with the size and the time 5.
			name, number, _ := strings.Cut(name, ":")
			size := int64(0)
			for _, c := range number {
				size = size*10 + int64(c-'0')
			}
			if !yield(&Entry{Name: name, Size: size, ModTime: time.Unix(size, 0)}, nil) {
				return
			}
		}
	}
}

var errBroken = errors.New("broken")

// collectLines is the names in the order they come, and the error that ends them.
func collectLines(lines iter.Seq2[Line, error]) (names []string, err error) {
	for line, err := range lines {
		if err != nil {
			return names, err
		}
		if text := "<" + line.Name + ">"; string(line.Text) != text {
			return names, fmt.Errorf("the line of %q is %q", line.Name, line.Text)
		}
		names = append(names, line.Name)
	}
	return names, nil
}

// bracket is a line that tells whose it is.
func bracket(b []byte, e *Entry) []byte { return append(append(append(b, '<'), e.Name...), '>') }

func TestSorter(t *testing.T) {
	tests := []struct {
		name   string
		sorter Sorter
		in     []string
		want   []string
		err    error
	}{
		{"empty", Sorter{}, nil, nil, nil},
		{"bytes of the names", Sorter{}, []string{"b", "a b", "B", "a", "_", "\xff", "é", "[", "-"}, []string{"-", "B", "[", "_", "a", "a b", "b", "é", "\xff"}, nil},
		{"reversed", Sorter{Reverse: true}, []string{"b", "c", "a"}, []string{"c", "b", "a"}, nil},
		{"newest first", Sorter{Key: ByTime}, []string{"b:5", "a:7", "c:6"}, []string{"a", "c", "b"}, nil},
		{"oldest first", Sorter{Key: ByTime, Reverse: true}, []string{"b:5", "a:7", "c:6"}, []string{"b", "c", "a"}, nil},
		{"equal times by name", Sorter{Key: ByTime}, []string{"b:5", "a:5", "c:6"}, []string{"c", "a", "b"}, nil},
		{"largest first", Sorter{Key: BySize}, []string{"b:5", "a:7", "c:6"}, []string{"a", "c", "b"}, nil},
		{"at the limit", Sorter{NameLimit: 3}, []string{"c", "b", "a"}, []string{"a", "b", "c"}, nil},
		{"beyond the limit", Sorter{NameLimit: 3}, []string{"d", "c", "b", "a", "0"}, []string{"d", "c", "b", "a", "0"}, nil},
		{"by key at its limit", Sorter{Key: BySize, KeyLimit: 3, NameLimit: 1}, []string{"c:1", "b:2", "a:3"}, []string{"a", "b", "c"}, nil},
		{"by key beyond its limit", Sorter{Key: BySize, KeyLimit: 3}, []string{"d", "c", "b", "a"}, nil, ErrTooLarge},
		{"reversed beyond the limit", Sorter{Reverse: true, KeyLimit: 3}, []string{"d", "c", "b", "a"}, nil, ErrTooLarge},
		{"error while holding", Sorter{}, []string{"b", "!"}, nil, errBroken},
		{"error at once", Sorter{Key: ByTime}, []string{"!"}, nil, errBroken},
		{"error while streaming", Sorter{NameLimit: 1}, []string{"c", "b", "a", "!"}, []string{"c", "b", "a"}, errBroken},
	}
	for _, tt := range tests {
		got, err := collectLines(tt.sorter.Lines(sequence(tt.in...), bracket))
		if !errors.Is(err, tt.err) || !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, %v, want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

// TestSorterByChance sorts names that begin alike, end early and differ late, in every order that can
// be asked for, beside a plain comparison.
func TestSorterByChance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		prefix := strings.Repeat("p", random.IntN(12))
		in := make([]string, random.IntN(40))
		for i := range in {
			b := make([]byte, random.IntN(12))
			for k := range b {
				b[k] = "\x00a\xff"[random.IntN(3)]
			}
			in[i] = fmt.Sprintf("%s%s:%d", prefix, b, random.IntN(4))
		}
		for _, s := range []Sorter{{}, {Reverse: true}, {Key: BySize}, {Key: BySize, Reverse: true}, {Key: ByTime}} {
			var entries []Entry
			for e, err := range sequence(in...) {
				if err != nil {
					t.Fatal(err)
				}
				entries = append(entries, *e)
			}
			slices.SortStableFunc(entries, func(a, b Entry) int {
				order := strings.Compare(a.Name, b.Name)
				if s.Key != ByName {
					order = cmp.Or(cmp.Compare(b.Size, a.Size), order) // which is the time as well
				}
				if s.Reverse {
					order = -order
				}
				return order
			})
			var want []string
			for _, e := range entries {
				want = append(want, e.Name)
			}
			if got, err := collectLines(s.Lines(sequence(in...), bracket)); err != nil || !slices.Equal(got, want) {
				t.Fatalf("%+v of %q: %q, %v, want %q", s, in, got, err, want)
			}
		}
	}
}

// TestSorterStops stops after each number of entries, sorted and streamed: the
// sequence below must not be asked for more than was needed.
func TestSorterStops(t *testing.T) {
	for _, limit := range []int{2, 10} {
		for stop := 1; stop <= 5; stop++ {
			asked, got := 0, 0
			source := func(yield func(*Entry, error) bool) {
				for i := range 5 {
					asked++
					if !yield(&Entry{Name: fmt.Sprint(i)}, nil) {
						return
					}
				}
			}
			for _, err := range (Sorter{NameLimit: limit}).Lines(source, bracket) {
				if err != nil {
					t.Fatal(err)
				}
				if got++; got == stop {
					break
				}
			}
			want := 5
			if limit == 2 {
				want = max(stop, limit+1)
			}
			if got != stop || asked != want {
				t.Errorf("limit %d, stop after %d: %d entries, %d asked for, want %d", limit, stop, got, asked, want)
			}
		}
	}
}

func TestSorterDefaults(t *testing.T) {
	count := func(n int) iter.Seq2[*Entry, error] {
		return func(yield func(*Entry, error) bool) {
			for i := n; i > 0; i-- {
				if !yield(&Entry{Size: int64(i)}, nil) {
					return
				}
			}
		}
	}
	if _, err := collectLines(Options{Sort: BySize}.Sorter().Lines(count(DefaultKeyLimit), bracket)); err != nil {
		t.Errorf("%d entries by size: %v", DefaultKeyLimit, err)
	}
	if _, err := collectLines(Options{Reverse: true}.Sorter().Lines(count(DefaultKeyLimit+1), bracket)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("one more: %v, want ErrTooLarge", err)
	}
	names, err := collectLines(Options{}.Sorter().Lines(count(DefaultKeyLimit+1), bracket))
	if err != nil || len(names) != DefaultKeyLimit+1 {
		t.Errorf("by name: %d entries, %v", len(names), err)
	}
}

func BenchmarkSorter(b *testing.B) {
	entries := make([]Entry, DefaultNameLimit)
	for i := range entries {
		entries[i].Name = fmt.Sprintf("file-%d", i*7919%DefaultNameLimit)
	}
	source := func(yield func(*Entry, error) bool) {
		for i := range entries {
			if !yield(&entries[i], nil) {
				return
			}
		}
	}
	for b.Loop() {
		names, err := collectLines(Sorter{}.Lines(source, bracket))
		if err != nil || len(names) != len(entries) {
			b.Fatal(len(names), err)
		}
	}
}
