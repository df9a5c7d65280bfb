package ftpclient

import (
	"context"
	"errors"
	"sync"
	"time"
)

// PoolConfig says what the connections of a Pool are.
type PoolConfig struct {
	// Address is where the server is, as for Dial.
	Address string
	// Config is that of each connection; nil is the zero Config.
	Config *Config
	// User, Password and Account are for Login.
	User, Password, Account string
	// Size is how many connections there are at most; 0 is 4. The Pool makes do
	// with fewer where the server allows no more.
	Size int
	// Retries is how often in a row something is tried again that failed for now,
	// without a byte of progress; 0 is 5, negative is never. Backoff is how long
	// it waits before the first time, and twice as long before each further one,
	// up to a minute; 0 is a second. A first connection that fails without a word
	// of the server's is not tried again: the address may be wrong.
	Retries int
	Backoff time.Duration
	// Fresh is how long a connection may have been idle to be used unasked. One
	// that was idle for longer is sent a NOOP first; 0 is 15 seconds.
	Fresh time.Duration
}

// The defaults of a PoolConfig, and what is not up to it.
const (
	defaultSize    = 4
	defaultRetries = 5
	defaultBackoff = time.Second
	maxBackoff     = time.Minute
	defaultFresh   = 15 * time.Second
	// raiseAfter is how long a lowered number of connections is kept before one
	// more is tried.
	raiseAfter = 5 * time.Minute
)

// ErrPoolClosed is given by a Pool that is closed.
var ErrPoolClosed = errors.New("the pool of connections is closed")

// Pool is several control connections to one server, logged in as one user, for
// work that goes on in parallel and survives the loss of a connection. Its methods
// may be called from several goroutines.
type Pool struct {
	cfg     PoolConfig
	conn    Config // what Config says, or zero
	closing chan struct{}

	mu       sync.Mutex
	idle     []idler
	open     int           // connections that are there or being made
	limit    int           // how many may be
	lowered  time.Time     // when the server wanted fewer
	known    bool          // these credentials have been let in
	older    older         // whether TLS 1.2 is better here
	changed  chan struct{} // closed when somebody who waits should look again
	isClosed bool
}

// idler is a connection that nobody uses.
type idler struct {
	conn  *Conn
	since time.Time
}

// NewPool makes a Pool without a connection yet.
func NewPool(cfg PoolConfig) *Pool {
	if cfg.Size <= 0 {
		cfg.Size = defaultSize
	}
	if cfg.Retries == 0 {
		cfg.Retries = defaultRetries
	}
	cfg.Backoff, cfg.Fresh = orElse(cfg.Backoff, defaultBackoff), orElse(cfg.Fresh, defaultFresh)
	p := &Pool{cfg: cfg, limit: cfg.Size, closing: make(chan struct{}), changed: make(chan struct{})}
	if cfg.Config != nil {
		p.conn = *cfg.Config
	}
	return p
}

// Get gives a connection that is logged in, an idle one or a new one, and waits
// for one if there are as many as there may be. It must go back by Put, with the
// working directory that it had.
func (p *Pool) Get(ctx context.Context) (*Conn, error) {
	for refusals := 0; ; {
		c, since, wait, err := p.take()
		switch {
		case err != nil:
			return nil, err
		case wait != nil:
			select {
			case <-wait:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			continue
		case c != nil:
			if p.healthy(ctx, c, since) {
				return c, nil
			}
			p.drop(c)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			continue
		}
		c, err = p.dial(ctx)
		if err == nil {
			return c, nil
		}
		others := p.failed(err)
		switch {
		case ctx.Err() != nil:
			return nil, err
		case crowded(err, p.wasLetIn()) && others:
			continue // and wait for one of those
		case !crowded(err, p.wasLetIn()) && !p.passes(err), refusals >= p.cfg.Retries:
			return nil, err
		}
		if err := p.pause(ctx, refusals, err); err != nil {
			return nil, err
		}
		refusals++
	}
}

// take gives an idle connection, or a place for a new one (all nil), or what to
// wait for.
func (p *Pool) take() (c *Conn, since time.Time, wait <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isClosed {
		return nil, since, nil, ErrPoolClosed
	}
	if n := len(p.idle); n > 0 {
		last := p.idle[n-1] // the one that was used last is the likeliest to live
		p.idle = p.idle[:n-1]
		return last.conn, last.since, nil, nil
	}
	if p.open >= p.limit && p.limit < p.cfg.Size && time.Since(p.lowered) > raiseAfter {
		p.limit, p.lowered = p.limit+1, time.Now()
	}
	// Whether the password is right one connection finds out for all: it would
	// count as many times against the user.
	if p.open >= p.limit || p.open > 0 && !p.known {
		return nil, since, p.changed, nil
	}
	p.open++
	return nil, since, nil, nil
}

// healthy asks a connection that was idle for long whether it still lives.
func (p *Pool) healthy(ctx context.Context, c *Conn, since time.Time) bool {
	if time.Since(since) < p.cfg.Fresh {
		return true
	}
	_, err := c.Cmd(ctx, "NOOP", "")
	return err == nil
}

// Put gives a connection back. One that is broken is closed.
func (p *Pool) Put(c *Conn) {
	if !c.usable() {
		p.drop(c)
		return
	}
	p.mu.Lock()
	closed := p.isClosed
	if !closed {
		p.idle = append(p.idle, idler{c, time.Now()})
		p.wake()
	}
	p.mu.Unlock()
	if closed {
		p.drop(c)
	}
}

// drop closes a connection for good.
func (p *Pool) drop(c *Conn) {
	_ = c.Close() // it is not wanted any more, or broken
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	p.wake()
}

// wake makes all who wait look again. The lock is held.
func (p *Pool) wake() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// Limit is how many connections there may be at the moment: fewer than the
// configuration says after the server wanted fewer.
func (p *Pool) Limit() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limit
}

// Close closes the connections that are idle now, and the others when they come
// back. Who waits for one gets ErrPoolClosed.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.isClosed {
		p.mu.Unlock()
		return nil
	}
	p.isClosed = true
	close(p.closing)
	idle := p.idle
	p.idle = nil
	p.open -= len(idle)
	p.wake()
	p.mu.Unlock()
	var errs []error
	for _, i := range idle {
		errs = append(errs, i.conn.Close())
	}
	return errors.Join(errs...)
}

// ASCII reports that the Pool transfers files as text (Config.ASCII): they are not
// as long on both sides.
func (p *Pool) ASCII() bool { return p.conn.ASCII }
