package daemon

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"ferry/ftpserver"
)

// sharedRate is a rate that several sessions share. They take turns, in the
// order in which they ask, and take a portion each time, a hundredth of a second
// of the rate: so each gets as much as the next, and what one does not ask for
// the others have.
type sharedRate struct {
	bucket  *rate.Limiter
	portion int
	// turn is held by who waits for his portion. Only one reserves it at a time,
	// as a reservation behind which there are others cannot be given back whole.
	turn chan struct{}
}

// newSharedRate makes a rate; nil is none.
func newSharedRate(bytesPerSecond uint32) *sharedRate {
	if bytesPerSecond == 0 {
		return nil
	}
	portion := int(max(bytesPerSecond/100, 256))
	// Half a second is kept for sessions that wait for another rate just now.
	burst := max(int(bytesPerSecond/2), portion)
	bucket := rate.NewLimiter(rate.Limit(bytesPerSecond), burst)
	bucket.AllowN(time.Now(), burst)
	return &sharedRate{bucket: bucket, portion: portion, turn: make(chan struct{}, 1)}
}

// take waits for a portion.
func (s *sharedRate) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	return s.bucket.WaitN(ctx, s.portion)
}

// rateChain keeps to all of several rates, hence to the slowest. It belongs to
// one session, and to one direction.
type rateChain struct {
	own    ftpserver.Limiter // of the session alone; nil is none
	shared []sharedPart
	burst  int
}

// sharedPart is a shared rate, and what is left of the last portion of it: a
// portion is as large for a slow session, which takes one less often.
type sharedPart struct {
	*sharedRate
	left int
}

// chain joins a session's own limiter with the rates that it shares; those that
// are nil hold nobody.
func chain(own ftpserver.Limiter, shared ...*sharedRate) ftpserver.Limiter {
	c := &rateChain{own: own, burst: 1 << 20}
	if own != nil {
		c.burst = own.Burst()
	}
	for _, s := range shared {
		if s != nil {
			c.shared = append(c.shared, sharedPart{sharedRate: s})
			c.burst = max(min(c.burst, s.bucket.Burst()/2), 1)
		}
	}
	if len(c.shared) == 0 {
		return own
	}
	return c
}

// Burst implements ftpserver.Limiter.
func (c *rateChain) Burst() int { return c.burst }

// WaitN implements ftpserver.Limiter. It goes from rate to rate in small steps:
// while it waits for one, the others fill up no further than they can hold.
func (c *rateChain) WaitN(ctx context.Context, n int) error {
	if c.own != nil {
		if err := c.own.WaitN(ctx, n); err != nil {
			return err
		}
	}
	for n > 0 {
		step := n
		for i := range c.shared {
			part := &c.shared[i]
			if part.left == 0 {
				if err := part.take(ctx); err != nil {
					return err
				}
				part.left = part.portion
			}
			step = min(step, part.left)
		}
		for i := range c.shared {
			c.shared[i].left -= step
		}
		n -= step
	}
	return nil
}
