package daemon

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"ferry/ftpserver"
)

// sharedRate is a rate that several sessions share. They take turns in portions of
// a hundredth of a second, in the order in which they ask: so each gets as much as
// the next, and what one does not use the others have.
type sharedRate struct {
	*rate.Limiter
	portion int
}

// newSharedRate makes a rate; nil is none.
func newSharedRate(bytesPerSecond uint32) *sharedRate {
	if bytesPerSecond == 0 {
		return nil
	}
	portion := int(min(max(bytesPerSecond/100, 512), 64<<10))
	// Room for a quarter of a second, as each session has (limiter).
	burst := max(int(min(bytesPerSecond/4, 1<<20)), portion)
	l := rate.NewLimiter(rate.Limit(bytesPerSecond), burst)
	l.AllowN(time.Now(), burst)
	return &sharedRate{l, portion}
}

// rateChain keeps to all of several rates, hence to the slowest. One session has it in
// one direction.
type rateChain struct {
	own     ftpserver.Limiter // of the session alone; nil is none
	shared  []*sharedRate
	burst   int
	portion int
}

// chain joins a session's own limiter with the rates that it shares; those that
// are nil hold nobody.
func chain(own ftpserver.Limiter, shared ...*sharedRate) ftpserver.Limiter {
	c := &rateChain{own: own, burst: 1 << 20, portion: 64 << 10}
	for _, s := range shared {
		if s != nil {
			c.shared = append(c.shared, s)
			c.burst, c.portion = min(c.burst, s.Burst()), min(c.portion, s.portion)
		}
	}
	if len(c.shared) == 0 {
		return own
	}
	if own != nil {
		c.burst = min(c.burst, own.Burst())
	}
	return c
}

// Burst implements ftpserver.Limiter.
func (c *rateChain) Burst() int { return c.burst }

// WaitN implements ftpserver.Limiter. It asks all of the shared rates at the same
// time and waits for the last, so that none stands idle while another is waited for.
func (c *rateChain) WaitN(ctx context.Context, n int) error {
	if c.own != nil {
		if err := c.own.WaitN(ctx, n); err != nil {
			return err
		}
	}
	for n > 0 {
		part := min(n, c.portion)
		if err := c.wait(ctx, part); err != nil {
			return err
		}
		n -= part
	}
	return nil
}

// wait waits until n bytes, a portion at most, may pass.
func (c *rateChain) wait(ctx context.Context, n int) error {
	now := time.Now()
	reserved := make([]*rate.Reservation, 0, 2)
	var last time.Duration
	for _, s := range c.shared {
		r := s.ReserveN(now, n)
		reserved = append(reserved, r)
		last = max(last, r.DelayFrom(now))
	}
	if last <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(last)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		for _, r := range reserved {
			r.Cancel() // the others may have it
		}
		return ctx.Err()
	}
}
