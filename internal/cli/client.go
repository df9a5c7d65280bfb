package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/remote"
)

// clientPasswordEnv is the password for a server, where nothing nearer has one.
const clientPasswordEnv = "FERRY_PASSWORD"

// errNoPassword is a user without a password, in a script.
var errNoPassword = errors.New("no password")

// client is one run of a command that talks to a server.
type client struct {
	*program
	flags   clientFlags
	known   *remote.Known
	netrc   remote.Netrc
	retries int // of the pool, as PoolConfig has them
	// account is for a server that asks for one, where .netrc has none.
	account string
	family  string // of addresses: "ip4" or "ip6"; "" is any
}

// newClientCommand makes a command of the client: run gets the arguments.
func newClientCommand(p *program, cmd *cobra.Command, run func(ctx context.Context, c *client, args []string) error) *cobra.Command {
	c := &client{program: p}
	c.flags.register(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := c.flags.check(); err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
		defer stop()
		context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
		return run(ctx, c, args)
	}
	return cmd
}

// parseTarget reads a URL of the command line.
func parseTarget(text string) (*remote.Target, error) {
	t, err := remote.Parse(text)
	if err != nil {
		return nil, &clientError{"", err}
	}
	return t, nil
}

// oneURL reads the only argument.
func oneURL(args []string) (*remote.Target, error) {
	if len(args) != 1 {
		return nil, fmt.Errorf("want one URL, such as ftp://ftp.example.com/pub, not %d arguments", len(args))
	}
	return parseTarget(args[0])
}

// withConn does f with a connection that is logged in.
func (c *client) withConn(ctx context.Context, t *remote.Target, f func(*ftpclient.Conn) error) error {
	pool, err := c.open(ctx, t, 1)
	if err != nil {
		return &clientError{t.String(), err}
	}
	defer func() { _ = pool.Close() }()
	conn, err := pool.Get(ctx)
	if err != nil {
		return &clientError{t.String(), err}
	}
	if err := f(conn); err != nil {
		_ = conn.Close() // the first error counts
		return &clientError{t.String(), errors.Join(err, ctx.Err())}
	}
	_ = conn.Quit(ctx) // all is done, whatever the server says to it
	return nil
}

// open makes a pool of up to size connections to a server. The first is made and
// logged in at once: a person may be asked about its certificate, which is then
// known to the others.
func (c *client) open(ctx context.Context, t *remote.Target, size int) (*ftpclient.Pool, error) {
	if c.flags.plain && t.Scheme != remote.Offered {
		return nil, fmt.Errorf("%s: is TLS, and --plain is none: use %s", t.Scheme, remote.Offered)
	}
	user, password, account, err := c.login(t)
	if err != nil {
		return nil, err
	}
	if account == "" {
		account = c.account
	}
	if c.known == nil {
		if c.known, err = remote.OpenKnown(); err != nil {
			return nil, err
		}
	}
	cfg := c.config(t)
	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: t.Addr(), Config: cfg, User: user, Password: password, Account: account, Size: size, Retries: c.retries})
	conn, err := c.first(ctx, t, pool)
	if err != nil {
		if e, ok := errors.AsType[*ftpclient.Error](err); ok && e.Phase == ftpclient.PhaseTLS && t.Scheme == remote.Offered && cfg.TLS == ftpclient.TLSExplicit && e.Reply.Code.Negative() {
			err = fmt.Errorf("%w: %w", errNoTLS, err)
		}
		return nil, errors.Join(err, pool.Close())
	}
	pool.Put(conn)
	return pool, nil
}

// first makes the first connection of a pool, asks about a certificate that is
// new, and remembers.
func (c *client) first(ctx context.Context, t *remote.Target, pool *ftpclient.Pool) (*ftpclient.Conn, error) {
	server := remote.Server(t)
	trusted := c.known.Fingerprint(server)
	conn, err := pool.Get(ctx)
	if refused, ok := errors.AsType[*ftpclient.CertificateError](err); ok {
		unknown := c.untrusted(refused)
		yes, askErr := c.askTrust(t, unknown)
		if askErr != nil || !yes {
			return nil, errors.Join(unknown, askErr)
		}
		trusted = unknown.found
		c.remember(server, trusted)
		conn, err = pool.Get(ctx)
	}
	if err != nil {
		return nil, err
	}
	if conn.TLS() != nil {
		c.remember(server, trusted)
	}
	return conn, nil
}

// remember notes a server that has TLS. That it cannot is no reason to stop.
func (c *client) remember(server, fingerprint string) {
	if err := c.known.Remember(server, fingerprint); err != nil {
		fmt.Fprintf(c.stderr, "ferry: warning: %s cannot be remembered: %v\n", server, err)
	}
}

// config is what the flags say.
func (c *client) config(t *remote.Target) *ftpclient.Config {
	mode := ftpclient.TLSIfOffered
	switch {
	case c.flags.plain:
		mode = ftpclient.TLSNever
	case t.Scheme == remote.Implicit:
		mode = ftpclient.TLSImplicit
	case t.Scheme == remote.Explicit, c.known.TLS(remote.Server(t)):
		mode = ftpclient.TLSExplicit
	}
	f := &c.flags
	cfg := &ftpclient.Config{
		TLS: mode, Modes: f.ladder(), ActiveMin: f.activePorts.min, ActiveMax: f.activePorts.max,
		ActiveBind: f.bind, Advertise: f.advertise, Timeout: f.timeout, ASCII: t.Type == 'a', Trace: c.trace(),
	}
	if c.family != "" {
		cfg.Dial = familyDial(c.family)
	}
	c.security(t, cfg)
	return cfg
}

// trace prints the dialogue.
func (c *client) trace() *ftpclient.Trace {
	trace := &ftpclient.Trace{}
	if c.flags.verbose >= 1 {
		trace.Sent = func(cmd ftp.Command) { fmt.Fprintf(c.stderr, "> %s\n", printable(cmd.String())) }
		trace.Received = func(r ftp.Reply) {
			for _, line := range r.Lines {
				fmt.Fprintf(c.stderr, "< %d %s\n", r.Code, printable(line))
			}
		}
	}
	if c.flags.verbose >= 2 {
		trace.Rung = func(mode ftpclient.Mode, err error) {
			if err == nil {
				fmt.Fprintf(c.stderr, "* data connection: trying %s\n", mode)
				return
			}
			fmt.Fprintf(c.stderr, "* data connection: %s failed: %s\n", mode, printable(shortly(err)))
		}
	}
	return trace
}

// login finds out who logs in: as the URL says, else the flags, else .netrc, else
// anonymous. The password is that of the URL, the environment, .netrc, or asked
// for.
func (c *client) login(t *remote.Target) (user, password, account string, err error) {
	user = t.User
	if user == "" {
		user = c.flags.user
	}
	if strings.ContainsFunc(user, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", "", "", errors.New("the user has a control character")
	}
	if t.HasPassword {
		return user, t.Password, "", nil
	}
	anonymous := strings.EqualFold(user, "anonymous") || strings.EqualFold(user, "ftp")
	if env, ok := os.LookupEnv(clientPasswordEnv); ok && user != "" && !anonymous {
		return user, env, "", nil
	}
	found, ok, err := c.lookUp(t.Host, user)
	switch {
	case err != nil:
		return "", "", "", err
	case ok:
		return found.User, found.Password, found.Account, nil
	case user == "":
		return "", "", "", nil
	case anonymous:
		return user, "anonymous@", "", nil
	case !isTerminal(c.stdin):
		return "", "", "", fmt.Errorf("%w for %s: set %s in the environment, add the login to ~/.netrc, or start on a terminal to be asked", errNoPassword, printable(user), clientPasswordEnv)
	}
	password, err = askPassword(c.stdin, c.stderr, "Password for "+printable(user)+" at "+t.Addr()+": ")
	return user, password, "", err
}

// lookUp looks into .netrc.
func (c *client) lookUp(host, user string) (remote.Login, bool, error) {
	if c.netrc == nil {
		logins, path, exposed, err := remote.ReadNetrc()
		if err != nil {
			return remote.Login{}, false, err
		}
		if exposed && len(logins) > 0 {
			fmt.Fprintf(c.stderr, "ferry: warning: others can read the passwords in %s: chmod 600\n", path)
		}
		if logins == nil {
			logins = remote.Netrc{}
		}
		c.netrc = logins
	}
	found, ok := c.netrc.Find(host, user)
	return found, ok && found.User != "", nil
}
