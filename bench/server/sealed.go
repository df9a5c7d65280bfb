package main

import (
	"crypto/tls"
	"fmt"
	"io"
)

// A sealed connection has the records of TLS 1.3 on it thrown away as they are: what it takes to
// open them is the same with every server, and would take the processors away from it.
type sealed struct {
	*conn
	header [5]byte
	seen   int // bytes of the header
	left   int // bytes of the record that are still to come
}

// Read never goes beyond a record, so that none is in the buffers of package tls after a handshake.
func (c *sealed) Read(p []byte) (int, error) {
	if c.left > 0 {
		n, err := c.conn.Read(p[:min(len(p), c.left)])
		c.left -= n
		return n, err
	}
	n, err := c.conn.Read(p[:min(len(p), len(c.header)-c.seen)])
	c.head(p[:n])
	return n, err
}

// head takes what it can use for the header, and returns how much it was.
func (c *sealed) head(p []byte) int {
	n := copy(c.header[c.seen:], p)
	c.seen += n
	if c.seen == len(c.header) {
		c.seen, c.left = 0, int(c.header[3])<<8|int(c.header[4])
	}
	return n
}

// What is in a record of TLS 1.3 besides its content (RFC 8446 §5.2), and how long one is that has an
// alert (§6).
const (
	recordSeal  = 1 + 16
	alertRecord = 2 + recordSeal
)

// drain reads the records up to the one with close_notify, which it takes a short one for, and returns
// what the others had in them: the data, and messages of the handshake. To copy them costs less than
// to ask the system for each header.
func (c *sealed) drain(buf []byte) (total int64, err error) {
	for {
		n, err := c.conn.Read(buf)
		if err != nil {
			return total, err // also an end without close_notify
		}
		for p := buf[:n]; len(p) > 0; {
			if c.left > 0 {
				passed := min(c.left, len(p))
				c.left, p = c.left-passed, p[passed:]
				continue
			}
			p = p[c.head(p):]
			if c.left == alertRecord {
				if missing := c.left - len(p); missing > 0 {
					_, err = io.ReadFull(c.conn, buf[:missing]) // what stays unread would reset the connection
				}
				return total, err
			}
			total += int64(max(0, c.left-recordSeal))
		}
	}
}

// ticketsSize is the most that a server says on a data connection besides the data.
const ticketsSize = 4096

// retrieveSealed fetches size bytes, and does not look into them.
func (s *session) retrieveSealed(raw *conn, size int64, buf []byte) (int64, error) {
	records := &sealed{conn: raw}
	data, err := s.secure(records)
	if err != nil {
		return 0, err
	}
	defer func() { _ = raw.Close() }() // all was read, or an error tells
	if v := data.ConnectionState().Version; v != tls.VersionTLS13 {
		return 0, fmt.Errorf("%s is not TLS 1.3", tls.VersionName(v))
	}
	n, err := records.drain(buf)
	if err == nil {
		err = data.CloseWrite()
	}
	if err != nil {
		return n, err
	}
	if n < size || n > size+ticketsSize {
		return n, nil // whoever asked for it says what is wrong
	}
	return size, nil
}
