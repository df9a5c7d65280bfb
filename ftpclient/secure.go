package ftpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"

	"ferry/ftp"
	"ferry/internal/wire"
)

// errPipelined is plain text behind the reply to AUTH, which somebody may have put
// there (CVE-2011-0411 and its kind).
var errPipelined = errors.New("the server sent plain text behind its reply to AUTH")

// auth asks for TLS (RFC 4217 §4).
func (c *Conn) auth(ctx context.Context) error {
	r, err := c.cmd(ctx, PhaseTLS, "AUTH", "TLS")
	switch {
	case err == nil && r.Code == ftp.CodeAuthOK:
		return c.handshake(ctx)
	case err == nil:
		return &Error{Phase: PhaseTLS, Command: ftp.Command{Verb: "AUTH", Arg: "TLS"}, Reply: r, Err: errOutOfPlace}
	case c.cfg.TLS == TLSIfOffered && r.Code.Permanent():
		return nil
	}
	return err
}

// handshake puts TLS on the control connection, with a session cache of its own.
func (c *Conn) handshake(ctx context.Context) error {
	if c.wire.Buffered() {
		return &Error{Phase: PhaseTLS, Err: errPipelined}
	}
	config := new(tls.Config)
	if c.cfg.TLSConfig != nil {
		config = c.cfg.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = c.host
	}
	config.ClientSessionCache = tls.NewLRUClientSessionCache(8)
	data := c.recognise(config)
	conn := tls.Client(wire.ExactRecords(c.wire.NetConn()), config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return &Error{Phase: PhaseTLS, Cause: ftp.CauseTLSHandshake, Err: err}
	}
	if err := c.wire.Upgrade(conn); err != nil {
		return &Error{Phase: PhaseTLS, Err: err}
	}
	c.tls, c.control = data, conn.ConnectionState()
	return nil
}

// protect asks for data connections under TLS, or in clear (RFC 4217 §9).
func (c *Conn) protect(ctx context.Context) error {
	if _, err := c.ask(ctx, ftp.Command{Verb: "PBSZ", Arg: "0"}); err != nil {
		return &Error{Phase: PhaseTLS, Command: ftp.Command{Verb: "PBSZ", Arg: "0"}, Err: err}
	}
	level := "P"
	if c.cfg.ClearData {
		level = "C"
	}
	if _, err := c.cmd(ctx, PhaseTLS, "PROT", level); err != nil {
		return err
	}
	c.private = level == "P"
	return nil
}

// ClearCommand takes TLS off the control connection (CCC, RFC 4217 §12.3), so that
// a firewall can read what ports are agreed. Data connections stay as they are.
// Whoever stands between can then send commands: a server may refuse it.
func (c *Conn) ClearCommand(ctx context.Context) error {
	command := ftp.Command{Verb: "CCC"}
	if err := c.take(ctx); err != nil {
		return &Error{Phase: PhaseTLS, Command: command, Err: err}
	}
	defer c.release()
	conn, ok := c.wire.NetConn().(*tls.Conn)
	if !ok {
		return &Error{Phase: PhaseTLS, Command: command, Err: errNotPrivate}
	}
	if _, err := c.cmd(ctx, PhaseTLS, "CCC", ""); err != nil {
		return err
	}
	if err := c.unwrap(ctx, conn); err != nil {
		c.breakOff(err)
		return &Error{Phase: PhaseTLS, Command: command, Err: err}
	}
	return nil
}

var (
	errNotPrivate = errors.New("the control connection is in clear")
	errBehindCCC  = errors.New("the server goes on under TLS behind its reply to CCC")
)

// unwrap ends TLS in good order: both ends say that they have, and what follows is
// in clear.
func (c *Conn) unwrap(ctx context.Context, conn *tls.Conn) error {
	if err := conn.CloseWrite(); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(c.deadline(ctx)); err != nil {
		return err
	}
	n, err := conn.Read(make([]byte, 1))
	switch {
	case n > 0:
		return errBehindCCC
	case !errors.Is(err, io.EOF):
		return err
	}
	below := conn.NetConn()
	if exact, ok := below.(interface{ NetConn() net.Conn }); ok {
		below = exact.NetConn()
	}
	return c.wire.Upgrade(below)
}
