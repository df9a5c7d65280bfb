package ftpclient

import (
	"context"
	"crypto/tls"
	"errors"

	"ferry/ftp"
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
	nc := c.wire.NetConn()
	conn := tls.Client(nc, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return &Error{Phase: PhaseTLS, Cause: ftp.CauseTLSHandshake, Err: err}
	}
	if err := c.wire.Upgrade(conn); err != nil {
		return &Error{Phase: PhaseTLS, Err: err}
	}
	c.tls, c.control = config, conn.ConnectionState()
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
