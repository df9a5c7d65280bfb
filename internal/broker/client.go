package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"ferry/internal/sys"
)

// Client is the end without power. All methods may be called from several
// goroutines at once.
type Client struct {
	sock *socket
	// Logins may take long, or be many: they leave room for the rest.
	logins, others chan struct{}
	ready, gone    chan struct{}

	mu      sync.Mutex
	last    uint32
	waiting map[uint32]*wait
	cause   error // why it has gone
}

// wait is a request that was not answered yet.
type wait struct {
	// answered has room for the one result, so that nobody need be there.
	answered chan result
	left     bool          // nobody waits any more
	slot     chan struct{} // is given back with the answer
}

type result struct {
	payload []byte
	passed  int
	err     error
}

// ErrGone is given where the broker has ended, or a session at its end: nothing
// can be done any more with what came from it, save for files that are open.
var ErrGone = errors.New("the broker is gone")

// RefusedError is a login that the Server did not let in, or for which no
// session could be made: errors.Is tells the kinds of package vfs apart.
type RefusedError struct{ Err error }

// Error implements error.
func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap gives what the Server said.
func (e *RefusedError) Unwrap() error { return e.Err }

// otherSlots is how many of the requests are for others than logins.
const otherSlots = 16

// NewClient takes conn over, the other end of which a Server serves.
func NewClient(conn *net.UnixConn) *Client {
	c := &Client{
		logins:  make(chan struct{}, maxPending-otherSlots),
		others:  make(chan struct{}, otherSlots),
		ready:   make(chan struct{}),
		gone:    make(chan struct{}),
		waiting: make(map[uint32]*wait),
	}
	sock, err := overConn(conn)
	if err != nil {
		c.cause = fmt.Errorf("%w: %w", ErrGone, err)
		close(c.gone)
		return c
	}
	c.sock = sock
	go c.read()
	return c
}

// Gone is closed when the broker has ended, or Close was called.
func (c *Client) Gone() <-chan struct{} { return c.gone }

// Close ends the talk, upon which the Server ends all sessions.
func (c *Client) Close() error {
	if c.sock == nil {
		return nil
	}
	return c.sock.close()
}

// Grant asks the Server to let somebody in. An error is a *RefusedError where it
// did not, ErrGone or the context's. The Session is nil where the Server made
// none.
func (c *Client) Grant(ctx context.Context, request []byte) (*Session, []byte, error) {
	if len(request) > MaxPayload {
		return nil, nil, fmt.Errorf("the request of a login has %d bytes, the limit is %d", len(request), MaxPayload)
	}
	r, err := c.ask(ctx, c.logins, msgGrant, request, -1)
	if err != nil {
		return nil, nil, err
	}
	if r.err != nil {
		return nil, nil, &RefusedError{Err: r.err}
	}
	if r.passed < 0 {
		return nil, r.payload, nil
	}
	sock, err := overFD(r.passed)
	if err != nil {
		return nil, nil, fmt.Errorf("session: %w", err)
	}
	return newSession(sock), r.payload, nil
}

// Open opens a file that the Server knows by that key.
func (c *Client) Open(ctx context.Context, key string) (*os.File, error) {
	e := encoder{}
	e.str(key)
	r, err := c.ask(ctx, c.others, msgOpen, e.b, -1)
	if err == nil {
		err = r.err
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	if r.passed < 0 {
		return nil, fmt.Errorf("open %s: %w", key, errMalformed)
	}
	return os.NewFile(uintptr(r.passed), key), nil
}

// Chown asks the Server to give an open file away.
func (c *Client) Chown(ctx context.Context, f *os.File) error {
	r, err := c.ask(ctx, c.others, msgChown, nil, int(f.Fd()))
	if err != nil {
		return err
	}
	return r.err
}

// ask sends a request and waits for its answer.
func (c *Client) ask(ctx context.Context, slots chan struct{}, kind byte, payload []byte, pass int) (result, error) {
	if err := ctx.Err(); err != nil {
		return result{}, err
	}
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return result{}, ctx.Err()
	case <-c.gone:
		return result{}, c.cause
	}
	id, w, err := c.expect(slots)
	if err != nil {
		return result{}, err
	}
	e := encoder{}
	e.u8(kind)
	e.u32(id)
	e.b = append(e.b, payload...)
	if err := c.sock.send(e.b, pass); err != nil {
		c.forget(id)
		return result{}, fmt.Errorf("%w: %w", ErrGone, err)
	}
	select {
	case r := <-w.answered:
		return r, nil
	case <-c.gone:
		select {
		case r := <-w.answered: // it came before the end
			return r, nil
		default:
			return result{}, c.cause
		}
	case <-ctx.Done():
	}
	if c.leave(id) {
		return result{}, ctx.Err()
	}
	select {
	case r := <-w.answered: // it came at the same time
		return r, nil
	case <-c.gone:
		return result{}, c.cause
	}
}

// expect makes room for an answer. The slot is the answer's from here on.
func (c *Client) expect(slot chan struct{}) (uint32, *wait, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		<-slot
		return 0, nil, c.cause
	}
	for c.last++; c.waiting[c.last] != nil; c.last++ {
		continue // one that waits since four thousand million requests
	}
	w := &wait{answered: make(chan result, 1), slot: slot}
	c.waiting[c.last] = w
	return c.last, w, nil
}

// forget takes back expect.
func (c *Client) forget(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.waiting[id]; w != nil {
		delete(c.waiting, id)
		<-w.slot
	}
}

// leave says that nobody waits for an answer any more; false: it has come. The
// slot stays taken until it comes, as the Server has work with it until then.
func (c *Client) leave(id uint32) bool {
	c.mu.Lock()
	w := c.waiting[id]
	if w != nil {
		w.left = true
	}
	c.mu.Unlock()
	if w == nil {
		return false
	}
	e := encoder{}
	e.u8(msgCancel)
	e.u32(id)
	_ = c.sock.send(e.b, -1) // gone: so is the answer
	return true
}

// read takes the answers until the Server has gone.
func (c *Client) read() {
	cause := c.answers()
	c.mu.Lock()
	c.cause = fmt.Errorf("%w: %w", ErrGone, cause)
	if errors.Is(cause, io.EOF) {
		c.cause = ErrGone
	}
	for id, w := range c.waiting {
		delete(c.waiting, id)
		<-w.slot
	}
	c.mu.Unlock()
	close(c.gone)
	_ = c.sock.close() // or Close has done it
}

func (c *Client) answers() error {
	buf := make([]byte, maxMessage)
	for {
		n, passed, err := c.sock.receive(buf)
		if err != nil {
			return err
		}
		if err := c.answer(buf[:n], passed); err != nil {
			return err
		}
	}
}

// answer hands an answer to whoever waits for it.
func (c *Client) answer(message []byte, passed int) error {
	d := decoder{b: message}
	kind, id := d.u8(), d.u32()
	if kind == msgHello {
		select {
		case <-c.ready:
			return errMalformed
		default:
		}
		if id != protocol {
			return fmt.Errorf("it speaks version %d, this program %d", id, protocol)
		}
		close(c.ready)
		return d.end()
	}
	r := result{passed: passed}
	switch kind {
	case msgAnswer:
		r.payload = d.rest()
	case msgRefuse:
		if list := d.faults(); len(list) > 0 {
			r.err = rebuilt(list)
		}
	default:
		d.bad = true
	}
	c.mu.Lock()
	w := c.waiting[id]
	delete(c.waiting, id)
	c.mu.Unlock()
	if w != nil {
		<-w.slot
	}
	err := d.end()
	if err == nil && w == nil {
		err = errMalformed
	}
	if err == nil && !w.left {
		w.answered <- r
		return nil
	}
	if passed >= 0 {
		_ = sys.ClosePassed(passed) // nobody has used it: a session ends so
	}
	return err
}
