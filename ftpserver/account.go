package ftpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"net/netip"

	"ferry/vfs"
)

// Login is somebody who asks to be let in.
type Login struct {
	// Name is the argument of USER, Password that of PASS (an e-mail address, by
	// custom, where the login is anonymous).
	Name, Password string
	// Peer and Local are the two ends of the control connection.
	Peer, Local netip.AddrPort
	// TLS is the state of the control connection's TLS, nil if it is in clear.
	TLS *tls.ConnectionState
}

// ErrNoAttempt is the Cause of an *ftp.Error by which Ask turns a name away that
// nobody could log in with: it counts as no failed login, and is answered at once.
var ErrNoAttempt = errors.New("there are no logins of that kind")

// Accounts decides who may log in. Its methods are called from many sessions at
// once.
type Accounts interface {
	// Ask is called on USER. needPassword false logs the user in at once; if the
	// user is not anonymous, that is because TLS vouches for the name. An
	// error refuses the name already now; one that is an *ftp.Error brings its
	// own reply, any other gives "530 Login incorrect.". So that nobody can
	// find out names, it should not depend on whether the account exists.
	Ask(ctx context.Context, l Login) (needPassword bool, err error)
	// Authenticate is called on PASS, or after Ask if no password is needed.
	// Errors are as in Ask.
	Authenticate(ctx context.Context, l Login) (*User, error)
}

// User is who has logged in, and what they get.
type User struct {
	// Name is for logs; Anonymous marks a login without an account of its own.
	Name      string
	Anonymous bool
	// FS is the user's store; the session wraps it with vfs.Restrict and Access,
	// and never uses it directly.
	FS     vfs.FS
	Access vfs.Policy
	// Home is the first working directory; "" is "/".
	Home string
	// HomeOf is the home of a user of the system, for pathnames that begin with
	// ~ and a name (tilde_user_enable); nil knows none.
	HomeOf func(name string) (dir string, ok bool)
	// Policy replaces the server's for this session; nil does not.
	Policy *Policy
	// NewLimiter makes the limiter of one session's transfers in one direction, in bytes; a
	// listing is a download. nil, and a nil Limiter, are no limit.
	NewLimiter func(Direction) Limiter
	// Leave is called once when the session is no longer the user's; nil is not.
	Leave func()
}

// Limiter holds bytes back to a rate. golang.org/x/time/rate.Limiter is one.
type Limiter interface {
	// WaitN waits until n bytes may pass; n is at most Burst.
	WaitN(ctx context.Context, n int) error
	// Burst is the most that may pass at once, at least 1.
	Burst() int
}
