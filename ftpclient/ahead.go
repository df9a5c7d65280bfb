package ftpclient

import (
	"context"

	"ferry/ftp"
)

type soonKey struct{}

// Soon gives a context for a transfer behind which another one will come soon. The
// Conn then asks for the next passive port (EPSV or PASV) as soon as a transfer has
// ended well, and reads the answer when it is needed: the server makes the port
// while the caller is busy with the file that has come. A port that nobody uses in
// the end costs nothing: the answer is read before the next command, and dropped.
func Soon(ctx context.Context) context.Context { return context.WithValue(ctx, soonKey{}, true) }

// askAhead asks for the next port behind a transfer in a passive mode.
func (c *Conn) askAhead(ctx context.Context, m Mode) {
	if ctx.Value(soonKey{}) == nil || !m.passive() || c.broken != nil || c.owed > 0 || c.noops > 0 || c.marked || ctx.Err() != nil {
		return
	}
	if c.send(ctx, ftp.Command{Verb: passiveVerb(m)}) == nil { // else the next command finds out
		c.ahead = passiveVerb(m)
	}
}

// askPassive asks for a port, unless that was done ahead.
func (c *Conn) askPassive(ctx context.Context, m Mode) (ftp.Reply, error) {
	verb := passiveVerb(m)
	if c.ahead == verb && c.owed == 1 && c.broken == nil {
		c.ahead = ""
		return c.await(ctx)
	}
	return c.ask(ctx, ftp.Command{Verb: verb})
}

// passiveVerb is the command of a passive mode.
func passiveVerb(m Mode) ftp.Verb {
	if m == EPSV {
		return "EPSV"
	}
	return "PASV"
}
