package main

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// A crowd is many sessions that are logged in and do nothing, but for the first one,
// which sends commands while the others are idle. Of an idle one only the connection
// is kept, so that it takes next to nothing of this program.
type crowd struct {
	mu     sync.Mutex
	active *session
	idle   []net.Conn
	count  int // those that are there or on their way
}

// crowdLimit is how long a crowd may take to grow by one step.
const crowdLimit = 90 * time.Second

// errCrowdTime is returned where that is over.
var errCrowdTime = errors.New("the sessions take too long to come")

// doors are how many sessions log in at one time.
const doors = 8

// addresses are how many addresses the sessions come from, 127.0.0.2 the first.
const addresses = 16

// grow logs in until there are n sessions.
func (c *crowd) grow(ctx context.Context, r *running, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, crowdLimit, errCrowdTime)
	defer cancel()
	defer allow(doors)()
	errs := make([]error, doors)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for ctx.Err() == nil {
				turn, ok := c.next(n)
				if !ok {
					return
				}
				s, err := newSessionFrom(byte(2+turn%addresses), r)
				if err != nil {
					errs[i] = err
					cancel()
					return
				}
				c.add(s)
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// next takes a place in the crowd, of n in all.
func (c *crowd) next(n int) (turn int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count >= n {
		return 0, false
	}
	c.count++
	return c.count, true
}

// add takes a session in.
func (c *crowd) add(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.active == nil {
		c.active = s
	} else {
		c.idle = append(c.idle, s.control)
	}
}

// size is how many sessions are there.
func (c *crowd) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.active == nil {
		return 0
	}
	return 1 + len(c.idle)
}

// close leaves without a word: the server is stopped next.
func (c *crowd) close() {
	if c.active != nil {
		c.active.close()
	}
	for _, conn := range c.idle {
		_ = conn.Close() // nothing is lost
	}
}
