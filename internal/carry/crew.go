package carry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"ferry/ftpclient"
)

// ahead is how many files may wait before no further directory is looked into:
// listings keep ahead of the transfers, but not by the whole tree.
const ahead = 256

// maxWaiting is how many files and directories may wait at once. Only a server
// that makes up a tree as it goes comes so far.
const maxWaiting = 1 << 21

// crew does the work of a tree with several goroutines: directories first, the one
// found last first, until enough files are waiting.
type crew struct {
	parent context.Context
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	more   *sync.Cond
	dirs   []func() error
	files  []func() error
	busy   int
	failed error
	hands  int // how many goroutines there are

	folders atomic.Int64 // directories looked into
}

// newCrew makes a crew without work.
func newCrew(ctx context.Context) *crew {
	c := &crew{parent: ctx}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.more = sync.NewCond(&c.mu)
	return c
}

// folder adds a directory to look into.
func (c *crew) folder(work func() error) { c.add(&c.dirs, work) }

// file adds a file to carry.
func (c *crew) file(work func() error) { c.add(&c.files, work) }

func (c *crew) add(to *[]func() error, work func() error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.dirs)+len(c.files) >= maxWaiting {
		c.fail(fmt.Errorf("%w: more than %d files and directories are waiting", ErrName, maxWaiting))
		c.cancel()
		return
	}
	*to = append(*to, work)
	c.more.Signal()
}

// run has n goroutines work until nothing is left, and says what failed.
func (c *crew) run(n int) error {
	defer c.cancel()
	defer context.AfterFunc(c.ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.more.Broadcast()
	})()
	var all sync.WaitGroup
	c.hands = max(1, n)
	for range c.hands {
		all.Go(c.work)
	}
	all.Wait()
	if err := c.parent.Err(); err != nil {
		return err
	}
	return c.failed
}

// work is one goroutine of the crew.
func (c *crew) work() {
	for {
		do := c.next()
		if do == nil {
			return
		}
		err := do()
		c.mu.Lock()
		c.busy--
		c.fail(err)
		if c.busy == 0 {
			c.more.Broadcast()
		}
		c.mu.Unlock()
		if hopeless(err) {
			c.cancel()
		}
	}
}

// context is that of the work on one file: it says whether there will be more.
func (c *crew) context() context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.files) >= c.hands {
		return ftpclient.Soon(c.ctx)
	}
	return c.ctx
}

// next is what to do now; nil is nothing any more.
func (c *crew) next() func() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.ctx.Err() == nil {
		var do func() error
		switch last := len(c.dirs) - 1; {
		case last >= 0 && len(c.files) < ahead:
			do, c.dirs[last] = c.dirs[last], nil
			c.dirs = c.dirs[:last]
		case len(c.files) > 0:
			do, c.files[0] = c.files[0], nil
			c.files = c.files[1:]
		case c.busy == 0:
			return nil
		default:
			c.more.Wait()
			continue
		}
		c.busy++
		return do
	}
	return nil
}

// fail notes what failed. What was broken off for that is no failure of its own.
// The lock is held.
func (c *crew) fail(err error) {
	switch broken := errors.Is(err, context.Canceled); {
	case err == nil:
	case c.failed == nil, errors.Is(c.failed, context.Canceled) && !broken:
		c.failed = err
	case broken, hopeless(c.failed):
	case hopeless(err):
		c.failed = err
	default:
		c.failed = ErrSome
	}
}

// hopeless reports a failure that the next file will not be spared: there is no
// way to the server any more, or nobody waits for the rest.
func hopeless(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, ftpclient.ErrPoolClosed) {
		return true
	}
	e, ok := errors.AsType[*ftpclient.Error](err)
	return ok && (e.Phase == ftpclient.PhaseDial || e.Phase == ftpclient.PhaseTLS || e.Phase == ftpclient.PhaseLogin)
}
