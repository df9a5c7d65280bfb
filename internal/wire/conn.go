package wire

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"ferry/ftp"
)

// Conn is one end of a control connection. One goroutine at a time may read
// (ReadLine, ReadCommand, ReadReply, Buffered, Discard, Upgrade); the other methods may be
// called from any.
type Conn struct {
	nc atomic.Pointer[net.Conn]

	// The buffer holds, one after the other, free space, the line so far as it
	// is understood (base to end), free space, and input not looked at (next to
	// filled). A line never grows by decoding, so it is decoded in its place: end
	// is as far before next as there are bytes consumed and not understood yet.
	buf          []byte
	base, end    int
	next, filled int
	dec          decoder
	readErr      error // for ever
	big          *[bigBuffer]byte
	small        [smallBuffer]byte

	parser    ftp.ReplyParser
	replyOpen bool  // between two lines of a reply
	replyErr  error // of a line of it

	// turn is held by who writes: a channel and not a mutex, so that waiting
	// for it is durable under testing/synctest.
	turn     chan struct{}
	writeErr error // the stream is broken off within a line
	answers  answers
}

// An idle connection has the small buffer; a line that does not fit gets one of
// the big ones, which leave room to read on behind the longest line.
const (
	smallBuffer = 256
	bigBuffer   = MaxLine + smallBuffer
)

// held is how many bytes at most are consumed and not understood yet: a CR and
// an IAC.
const held = 2

var bigBuffers = sync.Pool{New: func() any { return new([bigBuffer]byte) }}

// New makes a Conn of c.
func New(c net.Conn) *Conn {
	w := &Conn{turn: make(chan struct{}, 1)}
	w.nc.Store(&c)
	w.buf = w.small[:]
	return w
}

// NetConn is the connection beneath.
func (c *Conn) NetConn() net.Conn { return *c.nc.Load() }

// Upgrade puts nc in the place of the connection beneath: a TLS connection over
// it, or after CCC the one beneath the TLS connection (RFC 4217 §4.2, §12.3). Input that was read but not yet
// handed out gives ErrUnread and changes nothing: it came in another security
// than it would be taken for. Nobody may be writing.
func (c *Conn) Upgrade(nc net.Conn) error {
	if c.Buffered() {
		return ErrUnread
	}
	c.nc.Store(&nc)
	return nil
}

// Buffered reports whether there is input that was received but not handed out:
// the next command, or part of a line.
func (c *Conn) Buffered() bool { return c.next < c.filled || c.dec.raw > 0 }

// Discard throws away the input that was received but not handed out, and
// returns how many bytes it was. What the system still holds stays.
func (c *Conn) Discard() int {
	n := c.filled - c.next + c.dec.raw
	c.next = c.filled
	c.startLine()
	return n
}

// SetReadDeadline sets when reading ends with an error that is
// os.ErrDeadlineExceeded; zero means never. After that error, reading goes on
// where it stopped once the deadline is moved. It wakes a reader that waits.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.NetConn().SetReadDeadline(t) }

// SetWriteDeadline sets when writing ends with an error that is
// os.ErrDeadlineExceeded; zero means never. If part of a line was written by
// then, nothing can be written any more.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.NetConn().SetWriteDeadline(t) }

// Close closes the connection beneath; who reads or writes gets an error.
func (c *Conn) Close() error { return c.NetConn().Close() }

// RemoteAddr is the peer's address.
func (c *Conn) RemoteAddr() net.Addr { return c.NetConn().RemoteAddr() }

// LocalAddr is the own address.
func (c *Conn) LocalAddr() net.Addr { return c.NetConn().LocalAddr() }

// fill reads more input; all that there was has been looked at.
func (c *Conn) fill() error {
	c.makeRoom()
	for range 100 { // as package bufio
		n, err := c.NetConn().Read(c.buf[c.filled:])
		if n > 0 {
			c.filled += n
			return nil // an error will come again, and a deadline may be moved by then
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// makeRoom moves the line so far to the front, to a big buffer if the small one
// is full, and back to the small one if there is nothing to keep.
func (c *Conn) makeRoom() {
	line := c.buf[c.base:c.end]
	switch {
	case len(line) == 0 && c.big != nil:
		bigBuffers.Put(c.big)
		c.big, c.buf = nil, c.small[:]
	case len(line)+held >= len(c.buf):
		c.big = bigBuffers.Get().(*[bigBuffer]byte)
		c.buf = c.big[:]
	}
	c.base, c.end = 0, copy(c.buf, line)
	c.next, c.filled = c.end+held, c.end+held
}
