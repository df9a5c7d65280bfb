package dtp

import (
	"net"
	"runtime"
	"sync/atomic"

	"ferry/internal/netx"
)

// bulk is the sending of a large file, once it has turned out to be large. It chooses how the system
// cuts it into segments.
type bulk struct {
	conn   net.Conn
	sealed bool // by TLS: each write is a record
	begun  bool
	how    netx.Segments
}

// bulks are how many there are in this process at one time.
var bulks atomic.Int32

// begin counts it, once.
func (b *bulk) begin() {
	if !b.begun {
		b.begun = true
		bulks.Add(1)
	}
}

// roomy reports whether there are at most half as many large transfers as processors: each of them
// has one for itself, and another one for who reads ahead or receives on the same machine.
func roomy() bool { return 2*int(bulks.Load()) <= max(2, runtime.NumCPU()) }

// goOn is called when a part was sent and more is to come. Where there is room, a receiver on the
// same machine sleeps in between: then only full segments go, so that it is woken less often, but
// records go one by one, as sealing the next takes its time. Where processors are scarce, what is
// sent early is received while it is in their caches.
func (b *bulk) goOn() {
	b.begin()
	how := netx.SegmentsJoined
	switch {
	case roomy() && b.sealed:
		how = netx.SegmentsAtOnce
	case roomy():
		how = netx.SegmentsFull
	}
	b.cut(how)
}

func (b *bulk) cut(how netx.Segments) {
	if how != b.how {
		b.how = how
		netx.SetSegments(b.conn, how)
	}
}

// end is called when nothing more comes but close_notify, for which somebody may wait; closing the
// connection sends what waits.
func (b *bulk) end() {
	if b.begun {
		bulks.Add(-1)
	}
	if b.sealed {
		b.cut(netx.SegmentsAtOnce)
	}
}
