package wire

import "net"

// ExactRecords returns conn for a TLS connection to stand on: a Read never goes
// beyond the record at hand. Package tls reads on as far as it can, and what
// comes in clear behind the last record would be lost to it (CCC, RFC 4217 §12.3).
func ExactRecords(conn net.Conn) net.Conn { return &exactRecords{Conn: conn} }

// recordHeader is the length of a record's header, the last two bytes of which
// are the length of the rest (RFC 8446 §5.1).
const recordHeader = 5

type exactRecords struct {
	net.Conn
	header [recordHeader]byte
	seen   int // bytes of the header
	left   int // bytes of the rest
}

// Read reads a piece of the header, or of the rest.
func (c *exactRecords) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if c.left > 0 {
		n, err := c.Conn.Read(p[:min(len(p), c.left)])
		c.left -= n
		return n, err
	}
	n, err := c.Conn.Read(p[:min(len(p), recordHeader-c.seen)])
	c.seen += copy(c.header[c.seen:], p[:n])
	if c.seen == recordHeader {
		c.left = int(c.header[3])<<8 | int(c.header[4])
		c.seen = 0
	}
	return n, err
}

// NetConn is the connection beneath.
func (c *exactRecords) NetConn() net.Conn { return c.Conn }
