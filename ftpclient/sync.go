package ftpclient

import (
	"context"
	"time"

	"ferry/ftp"
)

// Which reply belongs to which command is a matter of counting, and servers do
// not count alike: some answer a NOOP that comes during a transfer at once, others
// behind the 226, others refuse it, and others throw away what they read then;
// and a transfer with its ABOR has one reply or two. PWD shows where all of that
// ends, because its reply has a code of its own.

// noopReply reports a code that may be the answer to a NOOP, and is none to a
// transfer that has begun.
func noopReply(code ftp.Code) bool {
	switch code {
	case ftp.CodeNoopOK, ftp.CodeBadCommand, ftp.CodeBadArgument, ftp.CodeNotImplemented, ftp.CodeBadSequence:
		return true
	default:
		return false
	}
}

// markReply reports a code that can only be the answer to PWD, among those that
// may be on their way.
func markReply(code ftp.Code) bool {
	return code == ftp.CodePathname || code == ftp.CodeDenied || code == ftp.CodeNotLoggedIn
}

// awaitTransfer reads the final reply of a transfer, before which those to NOOP
// may come.
func (c *Conn) awaitTransfer(ctx context.Context) (ftp.Reply, error) {
	for {
		r, err := c.await(ctx)
		if err == nil && c.noops > 0 && noopReply(r.Code) {
			c.noops--
			c.owed++ // it was not the one that is owed
			continue
		}
		return r, err
	}
}

// maxLate is how many replies may come before that to PWD, besides those that
// are owed.
const maxLate = 16

// resync reads all replies that are on their way, however many there are.
func (c *Conn) resync(ctx context.Context) error {
	if !c.marked {
		if err := c.send(ctx, ftp.Command{Verb: "PWD"}); err != nil {
			return err
		}
		c.marked = true
		c.owed, c.noops = c.owed+c.noops, 0
	}
	for range c.owed + maxLate {
		r, err := c.await(ctx)
		switch {
		case err != nil:
			return err
		case c.broken != nil:
			return c.broken
		case markReply(r.Code), c.owed <= 0:
			c.owed, c.marked = 0, false
			return nil
		}
	}
	c.breakOff(errOutOfPlace)
	return c.broken
}

// abortTimeout is how long a server may take to give a transfer up.
const abortTimeout = 10 * time.Second

// abort tells the server to give up the transfer, whose connection is closed
// already, and returns what it says to that first: if the transfer has failed at
// its end, that is why.
func (c *Conn) abort() ftp.Reply {
	if c.broken != nil {
		return ftp.Reply{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), min(abortTimeout, c.cfg.stepTimeout()))
	defer cancel()
	if err := c.send(ctx, ftp.Command{Verb: "ABOR"}); err != nil {
		return ftp.Reply{}
	}
	// Nothing may follow ABOR before its answer: Pure-FTPd throws away what it
	// reads together with it.
	r, err := c.awaitTransfer(ctx)
	if err == nil {
		err = c.resync(ctx)
	}
	if err != nil {
		c.breakOff(err)
	}
	return r
}
