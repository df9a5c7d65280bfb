package wire

import (
	"errors"
	"io"
)

// The bytes of Telnet (RFC 854) and its line ends.
const (
	lf = '\n'
	cr = '\r'

	telnetSE   = 240 // end of a subnegotiation; from here to GA one byte is the whole command
	telnetGA   = 249
	telnetSB   = 250 // subnegotiation, up to IAC SE
	telnetWILL = 251 // these four are followed by an option
	telnetWONT = 252
	telnetDO   = 253
	telnetDONT = 254
	telnetIAC  = 255
)

// maxSub is how long a subnegotiation may be.
const maxSub = 256

// state is where in a Telnet command the stream is.
type state uint8

const (
	stateText   state = iota // in none
	stateIAC                 // after IAC
	stateOption              // after IAC WILL and the like
	stateSub                 // within IAC SB ... IAC SE
	stateSubIAC              // after an IAC in there
)

// decoder is what is known of the current line besides its bytes.
type decoder struct {
	raw    int // bytes consumed for it
	sub    int // of them, in the subnegotiation
	state  state
	verb   byte // WILL, WONT, DO or DONT in stateOption
	cr     bool // the last byte of text was a CR, whose meaning the next decides
	faults faults
}

// ReadLine reads one line, without its end. A line ends with LF; one CR before
// it belongs to the end. CR NUL within the line is a CR (RFC 2640 §3.1). No other CR, no NUL
// and no LF is ever in the result.
//
// Telnet commands are taken out: IAC IAC is the byte 0xFF, options are refused
// (RFC 1123 §4.1.2.12), subnegotiations and the commands 240 to 249 vanish, and
// an IAC before anything else is the byte 0xFF itself, from a client that does
// not double it.
//
// A *LineError refuses one line only. A deadline leaves what was read of the
// line for the next call. The end of the stream is io.EOF between two lines and
// io.ErrUnexpectedEOF within one. ErrFlood is final.
func (c *Conn) ReadLine() (string, error) {
	line, err := c.readLine()
	if err != nil {
		return "", err
	}
	return string(line), nil
}

// readLine is ReadLine without a copy: the line is valid until the next call.
// With a *LineError it returns what is known of the line.
func (c *Conn) readLine() ([]byte, error) {
	if c.readErr != nil {
		return nil, c.readErr
	}
	for {
		for c.next < c.filled {
			b := c.buf[c.next]
			c.next++
			c.dec.raw++
			if c.step(b) {
				line, err := c.buf[c.base:c.end], c.dec.faults.err()
				if isHello(line) {
					c.readErr = ErrTLS
					return nil, c.readErr
				}
				c.startLine()
				return line, err
			}
			if c.dec.raw >= maxFlood {
				c.readErr = ErrFlood
				return nil, c.readErr
			}
		}
		if isHello(c.buf[c.base:c.end]) {
			c.readErr = ErrTLS // before its end, which may be an LF by chance or never come
			return nil, c.readErr
		}
		err := c.fill()
		if c.dec.raw > 0 && errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
}

// isHello reports the beginning of a TLS handshake (RFC 8446 §5.1), which no line
// of text has.
func isHello(line []byte) bool { return len(line) >= 2 && line[0] == 22 && line[1] == 3 }

// startLine forgets the current line.
func (c *Conn) startLine() {
	c.base, c.end = c.next, c.next
	c.dec = decoder{}
}

// step takes one byte as Telnet, and reports whether the line ends with it.
func (c *Conn) step(b byte) (done bool) {
	d := &c.dec
	switch d.state {
	case stateText:
		if b != telnetIAC {
			return c.text(b)
		}
		d.state = stateIAC
	case stateIAC:
		return c.command(b)
	case stateOption:
		d.state = stateText
		c.refuse(d.verb, b)
	case stateSub, stateSubIAC:
		return c.subnegotiation(b)
	}
	return false
}

// command takes the byte after IAC.
func (c *Conn) command(b byte) (done bool) {
	d := &c.dec
	d.state = stateText
	switch {
	case b == telnetIAC:
		return c.text(b)
	case b >= telnetWILL:
		d.state, d.verb = stateOption, b
	case b == telnetSB:
		d.state, d.sub = stateSub, 0
	case b >= telnetSE: // DM, IP and the like: they ask for nothing that the stream does not do anyway
	default:
		c.text(telnetIAC)
		return c.text(b)
	}
	return false
}

// subnegotiation takes a byte within IAC SB ... IAC SE. As every option is
// refused, none can be meant; a client that does not double 0xFF in a pathname
// may come here. So it ends at an end of line, which answers that client, instead of
// swallowing the commands that follow.
func (c *Conn) subnegotiation(b byte) (done bool) {
	d := &c.dec
	d.sub++
	switch {
	case b == lf:
		d.faults |= faultTelnet
		d.state = stateText
		return c.text(b)
	case d.sub > maxSub:
		d.faults |= faultTelnet
		d.state = stateText
	case d.state == stateSubIAC && b == telnetSE:
		d.state = stateText
	case d.state == stateSub && b == telnetIAC:
		d.state = stateSubIAC
	default:
		d.state = stateSub
	}
	return false
}

// text takes one byte of text, and reports whether the line ends with it.
func (c *Conn) text(b byte) (done bool) {
	d := &c.dec
	if d.cr {
		d.cr = false
		switch b {
		case lf:
			return true
		case 0:
			c.put(cr)
			return false
		}
		d.faults |= faultCR
		c.put(cr)
	}
	switch b {
	case lf:
		return true
	case cr:
		d.cr = true
		return false
	case 0:
		d.faults |= faultNUL
	}
	c.put(b)
	return false
}

// put adds a byte to the line, at a place from which input was consumed.
func (c *Conn) put(b byte) {
	if c.end-c.base >= MaxLine {
		c.dec.faults |= faultLong
		return
	}
	c.buf[c.end] = b
	c.end++
}
