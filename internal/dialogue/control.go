package dialogue

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"
)

// maxReplyLines ends a reply that has no end.
const maxReplyLines = 1000

// control is the control connection and what was said on it.
type control struct {
	conn net.Conn
	r    *bufio.Reader
	said strings.Builder
}

func newControl(conn net.Conn) *control {
	return &control{conn: conn, r: bufio.NewReader(conn)}
}

// send writes text as it is.
func (c *control) send(text string) error {
	fmt.Fprintf(&c.said, "  > %q\n", text)
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := c.conn.Write([]byte(text))
	return err
}

// errNoCRLF is a line that ends otherwise.
var errNoCRLF = errors.New("does not end with CRLF")

// line reads one line without its CRLF; a line that ends otherwise is an error.
func (c *control) line() (string, error) {
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	line, err := c.r.ReadString('\n')
	if line != "" {
		fmt.Fprintf(&c.said, "  < %q\n", line)
	}
	if err != nil {
		return line, err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok {
		return "", fmt.Errorf("line %q %w", line, errNoCRLF)
	}
	return text, nil
}

// reply reads the lines of one reply (RFC 959 §4.2).
func (c *control) reply() ([]string, error) {
	first, err := c.line()
	if err != nil {
		return nil, err
	}
	code, sep, _, ok := cutReply(first)
	if !ok {
		return nil, fmt.Errorf("%q is no reply", first)
	}
	lines := []string{first}
	if sep == ' ' {
		return lines, nil
	}
	for len(lines) < maxReplyLines {
		line, err := c.line()
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		if isLastLine(line, code) {
			return lines, nil
		}
	}
	return nil, fmt.Errorf("a reply of more than %d lines", maxReplyLines)
}

// startTLS begins TLS, with whatever certificate the server has.
func (c *control) startTLS() error {
	if c.r.Buffered() > 0 {
		return errors.New("the server has said more than its reply before TLS")
	}
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	conn := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	if err := conn.Handshake(); err != nil {
		return err
	}
	c.conn, c.r = conn, bufio.NewReader(conn)
	return nil
}

// expectEOF wants the server to hang up without another word.
func (c *control) expectEOF() error {
	line, err := c.line()
	switch {
	case isEOF(err) && line == "":
		return nil
	case err != nil:
		return fmt.Errorf("want the end of the connection: %w", err)
	default:
		return fmt.Errorf("want the end of the connection, got %q", line)
	}
}

// expectDeath wants the server to hang up, whatever it complains of before.
func (c *control) expectDeath() error {
	for range maxReplyLines {
		switch _, err := c.line(); {
		case err == nil || errors.Is(err, errNoCRLF):
		case isTimeout(err):
			return fmt.Errorf("want the end of the connection: %w", err)
		default: // also an alert of TLS
			return nil
		}
	}
	return errors.New("want the end of the connection, and the server goes on and on")
}

// host is the server's address without port.
func (c *control) host() (string, error) {
	host, _, err := net.SplitHostPort(c.conn.RemoteAddr().String())
	return host, err
}

func (c *control) close() { _ = c.conn.Close() } // the dialogue is over

// transcript is what was said on both sides.
func (c *control) transcript() string { return c.said.String() }

// isReset reports a connection that the other side broke.
func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
