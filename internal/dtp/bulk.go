package dtp

import (
	"net"
	"runtime"
	"sync/atomic"

	"ferry/internal/netx"
)

// bulk is the sending of a large file by the kernel. It chooses how the system cuts it into
// segments, once the file has turned out to be large.
type bulk struct {
	conn  net.Conn
	begun bool
	full  bool // full segments only
}

// bulks are how many there are in this process at one time.
var bulks atomic.Int32

// goOn is called when a part was sent and more is to come. While there are at most half as many
// large transfers as processors, a receiver on the same machine has one for itself and sleeps in
// between: then only full segments go, so that it is woken less often. Where processors are
// scarce, what is sent early is received while it is in their caches.
func (b *bulk) goOn() {
	begins := !b.begun
	if begins {
		b.begun = true
		bulks.Add(1)
	}
	if full := 2*int(bulks.Load()) <= max(2, runtime.NumCPU()); full != b.full || begins {
		b.full = full
		netx.SetBulk(b.conn, full)
	}
}

// end is called when nothing more comes; closing the connection sends what waits.
func (b *bulk) end() {
	if b.begun {
		bulks.Add(-1)
	}
}
