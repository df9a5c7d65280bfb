package ftpclient

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
)

// errNobodyCame is a server that could not connect and has not said so either.
var errNobodyCame = errors.New("the server has neither connected nor answered")

// opening reads the first reply to the command. The server may think about a file
// for longer than about a connection. One that is to connect and cannot says nothing
// meanwhile, often for a minute: it is not waited for beyond step.
func (t *transfer) opening(ctx, step context.Context) (ftp.Reply, error) {
	if t.waiting == nil {
		return t.conn.read(ctx)
	}
	r, err := t.conn.read(step)
	if err != nil && isOver(step) && !isOver(ctx) && t.waiting.Ready() {
		return t.conn.read(ctx)
	}
	return r, err
}

// secure makes the data connection private, within limit.
func (t *transfer) secure(limit time.Duration) error {
	late := time.AfterFunc(limit, func() { _ = t.raw.Close() })
	err := t.stream.SecureAsClient(t.conn.tls, t.conn.control)
	if !late.Stop() && err != nil {
		err = &dtp.Error{Cause: ftp.CauseTLSHandshake, Err: fmt.Errorf("it has not ended in %v", limit)}
	}
	return err
}
