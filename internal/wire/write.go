package wire

import (
	"bytes"
	"io"
	"sync"

	"ferry/ftp"
)

// maxAnswers is how many Telnet options of one connection are answered. Nobody
// has more; further ones meet silence.
const maxAnswers = 16

// answers are refusals of Telnet options that wait to be written.
type answers struct {
	mu      sync.Mutex
	pending []byte
	made    int
}

// maxKept is the largest buffer for output that is used again.
const maxKept = 64 << 10

var outputs = sync.Pool{New: func() any {
	b := make([]byte, 0, 512)
	return &b
}}

// WriteReply writes a reply with one call of Write. The byte 0xFF is doubled
// (RFC 854).
func (c *Conn) WriteReply(r ftp.Reply) error { return c.WriteReplies(r) }

// WriteReplies writes several replies, one after the other, with one call of
// Write.
func (c *Conn) WriteReplies(rs ...ftp.Reply) error {
	out := outputs.Get().(*[]byte)
	b := (*out)[:0]
	for _, r := range rs {
		b = r.Append(b)
	}
	b = doubleIAC(b)
	err := c.send(b)
	keep(out, b)
	return err
}

// WriteCommand writes a command with one call of Write. The byte 0xFF is
// doubled. A command that is empty, or has CR, LF or NUL in it, would be none or two at
// the peer: ErrUnsendable.
func (c *Conn) WriteCommand(cmd ftp.Command) error {
	out := outputs.Get().(*[]byte)
	b := (*out)[:0]
	b = append(b, cmd.Verb...)
	if cmd.Arg != "" {
		b = append(append(b, ' '), cmd.Arg...)
	}
	err := ErrUnsendable
	if cmd.Verb != "" && bytes.IndexByte(b, cr) < 0 && bytes.IndexByte(b, lf) < 0 && bytes.IndexByte(b, 0) < 0 {
		b = doubleIAC(append(b, cr, lf))
		err = c.send(b)
	}
	keep(out, b)
	return err
}

// keep gives a buffer back, grown as it is, unless it is very large.
func keep(out *[]byte, b []byte) {
	if cap(b) <= maxKept {
		*out = b
		outputs.Put(out)
	}
}

// doubleIAC doubles each 0xFF in its place.
func doubleIAC(b []byte) []byte {
	n := bytes.Count(b, []byte{telnetIAC})
	if n == 0 {
		return b
	}
	from := len(b)
	for range n {
		b = append(b, 0)
	}
	for to := len(b); from < to; {
		from--
		to--
		if b[to] = b[from]; b[to] == telnetIAC {
			to--
			b[to] = telnetIAC
		}
	}
	return b
}

// send writes whole lines, when nobody else does.
func (c *Conn) send(b []byte) error {
	c.turn <- struct{}{}
	err := c.write(b)
	<-c.turn
	c.sendAnswers()
	return err
}

// write writes b; the caller has the turn. A line that could be written only
// in part ends all writing: what came after it would be taken for its rest.
func (c *Conn) write(b []byte) error {
	if c.writeErr != nil {
		return c.writeErr
	}
	n, err := c.NetConn().Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil && n > 0 {
		c.writeErr = err
	}
	return err
}

// refuse answers that an option stays off: WILL with DONT and DO with WONT. The
// other two say that it is off already.
func (c *Conn) refuse(verb, option byte) {
	switch verb {
	case telnetWILL:
		verb = telnetDONT
	case telnetDO:
		verb = telnetWONT
	default:
		return
	}
	a := &c.answers
	a.mu.Lock()
	room := a.made < maxAnswers
	if room {
		a.made++
		a.pending = append(a.pending, telnetIAC, verb, option)
	}
	a.mu.Unlock()
	if room {
		c.sendAnswers()
	}
}

// sendAnswers writes the answers that wait, unless somebody writes just now: he
// comes here afterwards. So reading never waits for writing to end.
func (c *Conn) sendAnswers() {
	for c.answers.waiting() {
		select {
		case c.turn <- struct{}{}:
		default:
			return
		}
		if b := c.answers.take(); len(b) > 0 {
			_ = c.write(b) // if the connection is gone, the reader or the next reply finds out
		}
		<-c.turn
	}
}

func (a *answers) waiting() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.pending) > 0
}

func (a *answers) take() []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.pending
	a.pending = nil
	return b
}
