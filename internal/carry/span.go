package carry

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// minSegment is the least that is worth a connection of its own: to end a transfer
// early takes several round trips. It is a variable for tests.
var minSegment int64 = 1 << 20

// span is a range of a file on its way: what stands before at is there.
type span struct {
	mu      sync.Mutex
	at, end int64
	// checked is how many bytes before at are compared with the server's first.
	checked int64
	taken   bool
}

// left is what is missing.
func (s *span) left() (at, end int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at, s.end
}

// halve gives the second half away, if that is worth it.
func (s *span) halve() *span {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end-s.at < 2*minSegment {
		return nil
	}
	half := &span{at: s.at + (s.end-s.at)/2, end: s.end}
	s.end = half.at
	return half
}

// spans are all ranges of a file that are not there, in order.
type spans struct {
	mu  sync.Mutex
	all []*span
}

// take gives a range that nobody brings yet: the half of the largest one, if there
// is no other. nil is none.
func (s *spans) take() *span {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if at, end := one.left(); !one.taken && at < end {
			one.taken = true
			return one
		}
	}
	longest, most := 0, int64(0)
	for i, one := range s.all {
		if at, end := one.left(); end-at > most {
			longest, most = i, end-at
		}
	}
	if most == 0 {
		return nil
	}
	half := s.all[longest].halve()
	if half != nil {
		half.taken = true
		s.all = slices.Insert(s.all, longest+1, half)
	}
	return half
}

// left are the ranges that are missing, as they are kept in a file.
func (s *spans) left() [][2]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := [][2]int64{}
	for _, one := range s.all {
		if at, end := one.left(); at < end {
			left = append(left, [2]int64{at, end})
		}
	}
	return left
}

// missing is how many bytes are.
func (s *spans) missing() (n int64) {
	for _, l := range s.left() {
		n += l[1] - l[0]
	}
	return n
}

// divide makes up to n spans of what is missing of a file. What stands before a
// range is content, as far as to the end of the range before.
func divide(left [][2]int64, n int) *spans {
	s := &spans{}
	before := int64(0)
	for _, l := range left {
		s.all = append(s.all, &span{at: l[0], end: l[1], checked: min(overlap, l[0]-before)})
		before = l[1]
	}
	for len(s.all) < n {
		half := s.take()
		if half == nil {
			break
		}
	}
	for _, one := range s.all {
		one.taken = false
	}
	return s
}

// The ends of a range that are no failures of the connection.
var (
	errSpan    = errors.New("the range is there")
	errTooLong = errors.New("the server sends more than the rest of the file")
)

// spanWriter writes what comes of a range. Nobody else writes there.
type spanWriter struct {
	s    *span
	f    io.WriterAt
	want []byte // compared first
	size int64  // of the file
}

func (w *spanWriter) Write(b []byte) (n int, err error) {
	n = min(len(b), len(w.want))
	if !bytes.Equal(b[:n], w.want[:n]) {
		return 0, fmt.Errorf("%w: what is here is not of the server's file", ErrResume)
	}
	w.want = w.want[n:]
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	part := b[n:]
	part = part[:min(int64(len(part)), w.s.end-w.s.at)]
	k, err := w.f.WriteAt(part, w.s.at)
	w.s.at += int64(k)
	n += k
	switch {
	case err != nil:
		return n, local(ErrLocalWrite, err)
	case n < len(b) && w.s.end == w.size:
		return n, errTooLong
	case w.s.at == w.s.end && w.s.end < w.size:
		return n, errSpan
	}
	return n, nil
}
