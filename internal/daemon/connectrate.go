package daemon

import (
	"net/netip"
	"sync"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
)

// connectRate limits the control connections of one network per second. Of each
// it remembers one time: when it would be even again if it stopped now.
type connectRate struct {
	each  time.Duration // what one connection costs
	slack time.Duration // what the burst is ahead of its time

	mu   sync.Mutex
	even *recent[netip.Prefix, time.Time]
}

// newConnectRate makes a limit; nil is none.
func newConnectRate(perSecond, burst uint32) *connectRate {
	if perSecond == 0 {
		return nil
	}
	each := time.Second / time.Duration(perSecond)
	return &connectRate{
		each: each, slack: each * time.Duration(max(burst, 1)-1),
		even: newRecent[netip.Prefix, time.Time](maxTracked),
	}
}

// refusal is the answer to a connection that comes too soon, or nil. Those that
// are refused do not count: who goes on trying gets in at the rate.
func (c *connectRate) refusal(addr netip.Addr) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, even := time.Now(), c.even.use(networkOf(addr))
	if even.Before(now) {
		*even = now
	}
	if even.Sub(now) > c.slack {
		return errTooOften
	}
	*even = even.Add(c.each)
	return nil
}

var errTooOften = ftpserver.NewRefusal(ftp.CodeClosing, ftp.CauseConnectRate,
	"There are too many connections per second from your internet address, please try later")

// refusals holds back what is logged of connections that are turned away.
type refusals struct {
	mu     sync.Mutex
	left   float64   // lines that may come at once
	last   time.Time // when left was right
	unsaid uint64
}

// refusalBurst lines may come at once, refusalRate a second after that.
const (
	refusalBurst = 100
	refusalRate  = 5
)

// say reports whether to log a refusal, and how many were not logged since the
// last. silent are those that nobody was told of.
func (r *refusals) say(silent uint64) (unsaid uint64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.last.IsZero() {
		r.left = refusalBurst
	}
	r.left = min(r.left+refusalRate*now.Sub(r.last).Seconds(), refusalBurst)
	r.last = now
	r.unsaid += silent
	if r.left < 1 {
		r.unsaid++
		return 0, false
	}
	r.left--
	unsaid, r.unsaid = r.unsaid, 0
	return unsaid, true
}
