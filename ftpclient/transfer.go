package ftpclient

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
)

// Result is what a transfer came to. With an error it says how far that was.
type Result struct {
	// Bytes is how many went over the data connection; of a file that was stored
	// the server may have fewer, if that came to a bad end.
	Bytes   int64
	Elapsed time.Duration
	// Mode is how the data connection was made, Private whether under TLS.
	Mode    Mode
	Private bool
	// Settled says that the last word was lost, and that a Pool has found out
	// otherwise that all went well.
	Settled bool
	// Reply is the server's last word; zero if none came.
	Reply ftp.Reply
}

// transfer is one data connection and the command that it is for.
type transfer struct {
	conn    *Conn
	mode    Mode
	command ftp.Command

	raw     net.Conn
	waiting *dtp.Passive
	stream  *dtp.Stream
	began   time.Time
	early   *ftp.Reply // the final reply, where it stood for the 150
	opened  bool       // the server has begun the transfer
	moved   atomic.Int64
	noops   *keeper
}

// begin sends the command, and makes the stream. step limits the making of the
// connection, limit its TLS, and ctx the transfer.
func (t *transfer) begin(ctx, step context.Context, limit time.Duration, rest int64) *Error {
	c := t.conn
	if rest > 0 || c.rested {
		command := ftp.Command{Verb: "REST", Arg: formatInt(rest)}
		c.rested = true
		r, err := c.ask(step, command)
		// A server that refuses to take a REST back has not taken it either.
		if err != nil || r.Code.Negative() && rest > 0 {
			c.rested = err != nil
			return &Error{Phase: PhaseOpen, Command: command, Reply: r, Err: err}
		}
	}
	if err := c.settle(step); err != nil {
		return &Error{Phase: PhaseOpen, Mode: t.mode, Command: t.command, Err: err}
	}
	if err := c.send(step, t.command); err != nil {
		return &Error{Phase: PhaseOpen, Mode: t.mode, Command: t.command, Err: err}
	}
	c.rested = false
	r, err := t.opening(ctx, step)
	switch {
	case err != nil && !isOver(ctx) && c.broken == nil:
		t.opened = true // and ABOR may end it
		return t.failed(PhaseConnect, &dtp.Error{Cause: ftp.CausePassiveNoConnection, Err: errNobodyCame})
	case err != nil || r.Code.Negative():
		return &Error{Phase: PhaseOpen, Mode: t.mode, Command: t.command, Reply: r, Err: err}
	case !r.Code.Preliminary():
		t.early = &r
	}
	t.opened = true
	if t.waiting != nil {
		if t.raw, err = t.waiting.Open(step); err != nil {
			return t.failed(PhaseConnect, err)
		}
	}
	t.stream = dtp.NewStream(ctx, t.raw, dtp.Rules{Stall: c.cfg.stall(), Kernel: true, Moved: &t.moved})
	if c.private {
		if err := t.secure(limit); err != nil {
			return t.failed(PhaseDataTLS, err)
		}
	}
	t.began, t.noops = time.Now(), c.keepAlive()
	return nil
}

// failed makes an error of a phase of the data connection.
func (t *transfer) failed(phase Phase, err error) *Error {
	return &Error{Phase: phase, Mode: t.mode, Command: t.command, Cause: dtp.CauseOf(err), Err: err}
}

// giveUp ends a transfer that is not wanted, or has failed, so that the control
// connection is usable again. It returns what the server said to that.
func (t *transfer) giveUp() ftp.Reply {
	switch {
	case t.stream != nil:
		t.stream.Abort()
	case t.raw != nil:
		_ = t.raw.Close()
	}
	if t.waiting != nil {
		_ = t.waiting.Close()
	}
	t.conn.noops += t.noops.stop()
	switch {
	case t.early != nil:
		return *t.early
	case !t.opened:
		return ftp.Reply{}
	}
	return t.conn.abort()
}

// finish closes the data connection in good order, and reads the final reply.
func (t *transfer) finish(ctx context.Context) (Result, error) {
	c := t.conn
	err := t.stream.Close()
	c.noops += t.noops.stop()
	done := t.result()
	var replyErr error
	if t.early != nil {
		done.Reply = *t.early
	} else {
		done.Reply, replyErr = c.awaitTransfer(ctx)
	}
	switch {
	case replyErr != nil:
		return done, &Error{Phase: PhaseFinal, Mode: t.mode, Command: t.command, Cause: ftp.CauseControlLost, Err: replyErr}
	case !done.Reply.Code.Completion():
		return done, &Error{Phase: PhaseFinal, Mode: t.mode, Command: t.command, Reply: done.Reply, Cause: dtp.CauseOf(err), Err: err}
	case err != nil:
		return done, t.failed(PhaseTransfer, err)
	}
	c.cfg.learnt.modeWorks(t.mode)
	if c.cfg.Memory != nil && c.won != t.mode {
		c.cfg.Memory.Remember(c.place(), t.mode)
	}
	c.won = t.mode
	c.askAhead(ctx, t.mode)
	return done, nil
}

// result is what is known of the transfer without a reply.
func (t *transfer) result() Result {
	return Result{Bytes: t.moved.Load(), Elapsed: time.Since(t.began), Mode: t.mode, Private: t.conn.private}
}

// run carries a transfer out: move moves the bytes.
func (c *Conn) run(ctx context.Context, typ ftp.Type, command ftp.Command, rest int64, move func(*dtp.Stream) error) (Result, error) {
	if err := c.take(ctx); err != nil {
		return Result{}, &Error{Phase: PhaseOpen, Command: command, Err: err}
	}
	defer c.release()
	if err := c.setType(ctx, typ); err != nil {
		return Result{}, err
	}
	t, err := c.open(ctx, command, rest)
	if err != nil {
		return Result{}, err
	}
	if err := t.carry(ctx, move); err != nil {
		done, failed := t.result(), t.cut(ctx, err)
		done.Reply = t.giveUp()
		if failed.Cause != ftp.CauseAborted && done.Reply.Code.Negative() {
			failed.Reply = done.Reply // the server knows better why
		}
		return done, failed
	}
	return t.finish(ctx)
}

// errPanic is a transfer that nobody has ended.
var errPanic = errors.New("a transfer was left by a panic")

// carry moves the bytes. A caller's loop or writer that panics costs the Conn.
func (t *transfer) carry(ctx context.Context, move func(*dtp.Stream) error) error {
	stop := t.report(ctx)
	returned := false
	defer func() {
		stop()
		if !returned {
			t.stream.Abort()
			t.noops.stop()
			t.conn.breakOff(errPanic)
		}
	}()
	err := move(t.stream)
	returned = true
	return err
}

// cut is what ended the moving of bytes: this end, or the connection.
func (t *transfer) cut(ctx context.Context, err error) *Error {
	if local, ok := errors.AsType[*dtp.LocalError](err); ok || ctx.Err() != nil {
		if ok {
			err = local.Err
		}
		return &Error{Phase: PhaseTransfer, Mode: t.mode, Command: t.command, Cause: ftp.CauseAborted, Err: err}
	}
	return t.failed(PhaseTransfer, err)
}

// setType sends TYPE where the server has another one.
func (c *Conn) setType(ctx context.Context, typ ftp.Type) error {
	if c.typ == typ {
		return nil
	}
	if _, err := c.cmd(ctx, PhaseCommand, "TYPE", string(rune(typ))); err != nil {
		return err
	}
	c.typ = typ
	return nil
}

// fileType is the type of files.
func (c *Conn) fileType() ftp.Type {
	if c.cfg.ASCII {
		return ftp.TypeASCII
	}
	return ftp.TypeImage
}

// Retrieve writes the content of a file, from offset on, to w. What was written
// before an error stays written.
func (c *Conn) Retrieve(ctx context.Context, w io.Writer, name string, offset int64) (Result, error) {
	file, _ := w.(*os.File)
	return c.run(ctx, c.fileType(), ftp.Command{Verb: "RETR", Arg: name}, offset, func(s *dtp.Stream) error {
		return s.Receive(w, file, c.fileType())
	})
}

// Store makes a file of all that r has, or goes on with it behind offset bytes:
// what the file has from there on is replaced.
func (c *Conn) Store(ctx context.Context, name string, r io.Reader, offset int64) (Result, error) {
	return c.upload(ctx, ftp.Command{Verb: "STOR", Arg: name}, r, offset)
}

// Append adds all that r has to the end of a file, which is made if it is not
// there.
func (c *Conn) Append(ctx context.Context, name string, r io.Reader) (Result, error) {
	return c.upload(ctx, ftp.Command{Verb: "APPE", Arg: name}, r, 0)
}

func (c *Conn) upload(ctx context.Context, command ftp.Command, r io.Reader, offset int64) (Result, error) {
	file, _ := r.(*os.File)
	return c.run(ctx, c.fileType(), command, offset, func(s *dtp.Stream) error {
		return s.Send(r, file, dtp.SendOptions{Type: c.fileType()})
	})
}
