package ftpclient

import (
	"context"

	"ferry/ftp"
)

// Login logs in. The user "" is anonymous; the account is sent if the server asks
// for one. Then the server's features are asked for.
func (c *Conn) Login(ctx context.Context, user, password, account string) error {
	if user == "" {
		user = "anonymous"
		if password == "" {
			password = "anonymous@"
		}
	}
	if err := c.take(ctx); err != nil {
		return &Error{Phase: PhaseLogin, Err: err}
	}
	defer c.release()
	r, err := c.cmd(ctx, PhaseLogin, "USER", user)
	if err != nil {
		return err
	}
	if r.Code == ftp.CodeGivePassword {
		if r, err = c.cmd(ctx, PhaseLogin, "PASS", password); err != nil {
			return err
		}
	}
	if r.Code == ftp.CodeNeedAccount {
		if r, err = c.cmd(ctx, PhaseLogin, "ACCT", account); err != nil {
			return err
		}
	}
	if !r.Code.Completion() {
		return &Error{Phase: PhaseLogin, Reply: r, Err: errOutOfPlace}
	}
	return c.learn(ctx)
}
