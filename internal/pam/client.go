package pam

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// Options are how ferry-pam is run.
type Options struct {
	// Path is that of ferry-pam, from Find.
	Path string
	// Stderr takes what the program and PAM's modules complain about; nil
	// drops it.
	Stderr io.Writer
	// MayRestart says whether a program that has ended may be started again
	// for the next login: only while the process has the privileges that it had
	// at first. Nil means never.
	MayRestart func() bool
}

// Client runs ferry-pam. It may be used by many goroutines at once.
type Client struct {
	options Options

	mu      sync.Mutex
	current *process
	closed  bool
}

// Start starts the program and waits for its first word, so that one that does not
// run (a library that is missing, another program) is found at once.
func Start(ctx context.Context, options Options) (*Client, error) {
	p, err := launch(ctx, options)
	if err != nil {
		return nil, err
	}
	return &Client{options: options, current: p}, nil
}

// Close closes all sessions and ends the program.
func (c *Client) Close() error {
	c.mu.Lock()
	p := c.current
	c.closed = true
	c.mu.Unlock()
	return p.close()
}

// Gone is closed when the program that runs now has ended.
func (c *Client) Gone() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current.gone
}

// process is the program that runs, started again where that is allowed.
func (c *Client) process(ctx context.Context) (*process, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.current.gone:
	default:
		return c.current, nil
	}
	if c.closed || c.options.MayRestart == nil || !c.options.MayRestart() {
		return nil, c.current.why()
	}
	p, err := launch(ctx, c.options)
	if err != nil {
		return nil, err
	}
	c.current = p
	return p, nil
}

// Request is a login.
type Request struct {
	// Service is the name of a file in /etc/pam.d (pam_service_name).
	Service string
	User    string
	// Password is not kept; the caller may overwrite it afterwards.
	Password []byte
	// Rhost is the address of the peer; TTY is "ftp" if it is empty.
	Rhost, TTY string
	// OpenSession opens a session too, and Utmp records it in utmp and wtmp
	// (session_support).
	OpenSession, Utmp bool
}

// Account is a user as the C library knows it (nsswitch.conf), also one that
// /etc/passwd does not have.
type Account struct {
	Name     string
	UID, GID uint32
	// Groups are all groups, GID first.
	Groups             []uint32
	Home, Shell, Gecos string
}

// Session is a login that PAM has allowed.
type Session struct {
	// Account is nil for a user that PAM's modules alone know, a guest.
	Account *Account

	process *process
	id      uint64
	ended   <-chan *answer // nil without a PAM session
	once    sync.Once
	err     error
}

// Authenticate asks PAM about a login: the password, the account, the credentials,
// and the session where one is asked for. When ctx ends the login is given up, and
// its process with it.
func (c *Client) Authenticate(ctx context.Context, r Request) (*Session, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	p, err := c.process(ctx)
	if err != nil {
		return nil, err
	}
	tty := r.TTY
	if tty == "" {
		tty = "ftp"
	}
	id, answers, err := p.ask(&request{
		Op: "open", Service: r.Service, User: []byte(r.User), Rhost: r.Rhost, TTY: tty,
		Session: r.OpenSession, Utmp: r.OpenSession && r.Utmp,
	}, r.Password)
	if err != nil {
		return nil, err
	}
	var a *answer
	select {
	case a = <-answers:
	case <-p.gone:
		// What it said before it ended still counts, unless that was nothing.
		select {
		case a = <-answers:
		default:
			return nil, p.why()
		}
	case <-ctx.Done():
		p.giveUp(id)
		return nil, ctx.Err()
	}
	if !a.OK {
		return nil, refusal(r.User, a)
	}
	s := &Session{process: p, id: id}
	if a.Account != nil {
		s.Account = a.Account.plain()
	}
	if r.OpenSession {
		s.ended = answers
	}
	return s, nil
}

// check finds what cannot be asked.
func (r *Request) check() error {
	for what, text := range map[string]string{"service": r.Service, "name": r.User, "address": r.Rhost, "terminal": r.TTY} {
		if len(text) > maxText || strings.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("%w: the %s is too long, or has a NUL", ErrRequest, what)
		}
	}
	switch {
	case r.User == "" || r.Service == "":
		return fmt.Errorf("%w: there is no name, or no service", ErrRequest)
	case strings.Contains(r.Service, "/"):
		return fmt.Errorf("%w: the service is a pathname", ErrRequest)
	case len(r.Password) > maxSecret || slices.Contains(r.Password, 0):
		return &RefusedError{
			User: r.User, Reason: "authentication-failed", Stage: "request",
			Text: fmt.Sprintf("a password longer than %d bytes, or with a NUL", maxSecret),
		}
	}
	return nil
}

// plain is the account with texts.
func (a *account) plain() *Account {
	return &Account{
		Name: string(a.Name), UID: a.UID, GID: a.GID, Groups: a.Groups,
		Home: string(a.Home), Shell: string(a.Shell), Gecos: string(a.Gecos),
	}
}

// Close ends the session and says what PAM complained about. Without a PAM session
// there is nothing to do. It may be called more than once.
func (s *Session) Close() error {
	s.once.Do(func() {
		if s.ended == nil {
			return
		}
		if s.err = s.process.closeSession(s.id); s.err != nil {
			return
		}
		var a *answer
		select {
		case a = <-s.ended:
		case <-s.process.gone:
			select {
			case a = <-s.ended:
			default:
				s.err = s.process.why()
				return
			}
		}
		if a.Reason != "" {
			s.err = fmt.Errorf("closing the PAM session: %s (%s, %s): %q", a.Reason, a.Stage, a.Code, a.Text)
		}
	})
	return s.err
}

// faultOf joins why a program has ended and what it said last.
func faultOf(cause error, said string) error {
	if errors.Is(cause, ErrGone) {
		return cause
	}
	if said = strings.TrimSpace(said); said != "" {
		return fmt.Errorf("%w: %w: it said %q", ErrGone, cause, said)
	}
	return fmt.Errorf("%w: %w", ErrGone, cause)
}
