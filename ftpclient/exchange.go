package ftpclient

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ferry/ftp"
	"ferry/internal/wire"
)

// Cmd sends one command without a data connection and returns its final reply.
// A negative one is an *Error. An argument with CR, LF or NUL is refused.
func (c *Conn) Cmd(ctx context.Context, verb ftp.Verb, arg string) (ftp.Reply, error) {
	if err := c.take(ctx); err != nil {
		return ftp.Reply{}, &Error{Phase: PhaseCommand, Command: ftp.Command{Verb: verb}, Err: err}
	}
	defer c.release()
	return c.cmd(ctx, PhaseCommand, verb, arg)
}

// cmd is Cmd for who has the turn.
func (c *Conn) cmd(ctx context.Context, phase Phase, verb ftp.Verb, arg string) (ftp.Reply, error) {
	command := ftp.Command{Verb: verb, Arg: arg}
	r, err := c.ask(ctx, command)
	if err != nil || r.Code.Negative() {
		return r, &Error{Phase: phase, Command: wire.Redact(command), Reply: r, Err: err}
	}
	return r, nil
}

// ask sends a command and waits for its final reply, whatever that says.
func (c *Conn) ask(ctx context.Context, command ftp.Command) (ftp.Reply, error) {
	if err := c.settle(ctx); err != nil {
		return ftp.Reply{}, err
	}
	if err := c.send(ctx, command); err != nil {
		return ftp.Reply{}, err
	}
	return c.await(ctx)
}

// send writes a command, whose final reply is owed from then on.
func (c *Conn) send(ctx context.Context, command ftp.Command) error {
	encoded, err := c.names().command(command)
	if err != nil {
		return err
	}
	_ = c.wire.SetWriteDeadline(c.deadline(ctx))
	if err := c.wire.WriteCommand(encoded); err != nil {
		if !errors.Is(err, wire.ErrUnsendable) {
			c.breakOff(err)
		}
		return err
	}
	c.owed++
	for _, trace := range traces(ctx, c.cfg.Trace) {
		if trace != nil && trace.Sent != nil {
			trace.Sent(wire.Redact(command))
		}
	}
	return nil
}

// maxPreliminary is how many preliminary replies may come before a final one, and
// maxStray how many that nobody asked for.
const (
	maxPreliminary = 100
	maxStray       = 16
)

// await reads the next final reply.
func (c *Conn) await(ctx context.Context) (ftp.Reply, error) {
	for range maxPreliminary {
		r, err := c.read(ctx)
		if err != nil || !r.Code.Preliminary() {
			return r, err
		}
	}
	c.breakOff(errOutOfPlace)
	return ftp.Reply{}, errOutOfPlace
}

// read reads the next reply, preliminary ones too. When the context ends the
// reply stays owed, and the next command reads it first.
func (c *Conn) read(ctx context.Context) (ftp.Reply, error) {
	_ = c.wire.SetReadDeadline(c.deadline(ctx))
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = c.wire.SetReadDeadline(time.Unix(1, 0))
	})
	r, err := c.wire.ReadReply()
	if _, ok := errors.AsType[*wire.LineError](err); ok {
		err = nil // the reply is whole but for a line that was too long
	}
	if !stop() {
		<-ended // or it would cut the next reading off
		if err != nil {
			return ftp.Reply{}, ctx.Err()
		}
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && isOver(ctx):
		return ftp.Reply{}, context.DeadlineExceeded
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("the server has not answered for %v", c.cfg.timeout())
		c.breakOff(err)
		return ftp.Reply{}, err
	case err != nil:
		c.breakOff(err)
		return ftp.Reply{}, err
	}
	r = c.names().reply(r)
	if !r.Code.Preliminary() && c.owed > 0 {
		c.owed--
	}
	for _, trace := range traces(ctx, c.cfg.Trace) {
		if trace != nil && trace.Received != nil {
			trace.Received(r)
		}
	}
	if r.Code == ftp.CodeClosing {
		c.broken = &Error{Phase: PhaseCommand, Reply: r, Err: errBroken}
	}
	return r, nil
}

// isOver reports a context that has ended, or whose time has come, which it may not
// know yet itself.
func isOver(ctx context.Context) bool {
	end, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(end)
}

// settle reads the replies that are owed from before, and those that have come
// unasked.
func (c *Conn) settle(ctx context.Context) error {
	if c.broken != nil {
		return c.broken
	}
	c.ahead = "" // its reply is read with the others
	if c.noops > 0 || c.marked {
		return c.resync(ctx)
	}
	for c.owed > 0 {
		if _, err := c.await(ctx); err != nil {
			return err
		}
	}
	for strays := 0; c.broken == nil && c.wire.Buffered(); strays++ {
		if strays == maxStray {
			c.breakOff(errOutOfPlace)
		} else if _, err := c.read(ctx); err != nil {
			return err
		}
	}
	return c.broken
}

// patient lets replies take another time than Config.Timeout until it is undone.
func (c *Conn) patient(timeout time.Duration) (undo func()) {
	usual := c.cfg.Timeout
	c.cfg.Timeout = timeout
	return func() { c.cfg.Timeout = usual }
}

// deadline is when a reply must be there.
func (c *Conn) deadline(ctx context.Context) time.Time {
	until := time.Now().Add(c.cfg.timeout())
	if d, ok := ctx.Deadline(); ok && d.Before(until) {
		return d
	}
	return until
}

// breakOff notes that the connection is out of step.
func (c *Conn) breakOff(err error) {
	if c.broken == nil {
		c.broken = fmt.Errorf("%w: %w", errBroken, err)
	}
}
