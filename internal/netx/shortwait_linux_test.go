package netx

import (
	"sync/atomic"
	"testing"
)

// TestCrowd has sockets come to where one may wait, and three are a crowd.
func TestCrowd(t *testing.T) {
	c := crowd{room: 1, many: 3}
	var sockets [5]atomic.Int64
	in := func(now int64, socket int, want bool) {
		t.Helper()
		if c.enter(now, &sockets[socket]) != want {
			t.Errorf("socket %d in period %d: entered %v", socket, now, !want)
		}
	}
	in(1, 0, true)
	for range 5 { // the same two again and again are not many
		in(1, 1, false)
		in(1, 2, false)
	}
	c.leave()
	in(1, 1, true)
	in(2, 3, false) // those of another period do not count
	in(2, 4, false)
	c.leave()
	in(2, 1, true)
	in(2, 0, false) // the third
	c.leave()
	in(2, 1, false)
	in(1+manyFor, 1, false)
	in(2+manyFor, 1, true)
}
