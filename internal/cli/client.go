package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/remote"
)

// client is one run of a command that talks to a server.
type client struct {
	*program
	flags   clientFlags
	known   *ftpclient.FileKnownHosts
	netrc   remote.Netrc
	retries int    // of the pool, as PoolConfig has them
	family  string // of addresses: "ip4" or "ip6"; "" is any
	// memory is which mode worked where; nil until it is needed.
	memory ftpclient.Memory
}

// newClientCommand makes a command of the client: run gets the arguments.
func newClientCommand(p *program, cmd *cobra.Command, run func(ctx context.Context, c *client, args []string) error) *cobra.Command {
	c := &client{program: p}
	c.flags.register(cmd)
	c.offerCompletion(cmd)
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

// parseTarget reads a URL of the command line, or the name of a site, perhaps with
// a path behind it.
func parseTarget(text string) (*remote.Target, error) {
	if strings.Contains(text, "://") {
		return asTarget(remote.Parse(text))
	}
	sites, err := readSites()
	if err != nil {
		return nil, &clientError{"", err}
	}
	return asTarget(sites.Resolve(text))
}

func asTarget(t *remote.Target, err error) (*remote.Target, error) {
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
	f, err := c.flags.at(t)
	if err != nil {
		return nil, err
	}
	if f.plain && t.Scheme != remote.Offered {
		return nil, wrongUsage("%s: is TLS, and --plain is none: use %s", t.Scheme, remote.Offered)
	}
	if err := c.openKnown(); err != nil {
		return nil, err
	}
	via, err := c.route(ctx, t, &f)
	if err != nil {
		return nil, err
	}
	cfg, err := c.config(t, &f, via)
	if err != nil {
		return nil, err
	}
	who, err := c.login(ctx, t, &f)
	if err != nil {
		return nil, err
	}
	if via.proxy != nil {
		who.named()
		who.user, who.password = via.proxy.LoginAs(who.user, who.password, t.Addr())
	}
	if f.connections > 0 {
		size = min(size, f.connections)
	}
	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: via.address, Config: cfg, User: who.user, Password: who.password, Account: who.account, Size: size, Retries: c.retries})
	conn, err := c.first(ctx, &f, via, pool)
	if err != nil {
		if e, ok := errors.AsType[*ftpclient.Error](err); ok && e.Phase == ftpclient.PhaseTLS && t.Scheme == remote.Offered && cfg.TLS == ftpclient.TLSExplicit && !f.wantsTLS() && e.Reply.Code.Negative() {
			err = fmt.Errorf("%w: %w", errNoTLS, err)
		}
		return nil, errors.Join(err, pool.Close())
	}
	pool.Put(conn)
	return pool, nil
}

// first makes the first connection of a pool, asks about a certificate that is
// new, and remembers.
func (c *client) first(ctx context.Context, f *clientFlags, via *route, pool *ftpclient.Pool) (*ftpclient.Conn, error) {
	conn, err := pool.Get(ctx)
	if refused, ok := errors.AsType[*ftpclient.CertificateError](err); ok {
		unknown := untrusted(refused, via, f)
		yes, askErr := c.askTrust(unknown)
		if askErr != nil || !yes {
			return nil, errors.Join(unknown, askErr)
		}
		c.remember(via.address, ftpclient.Fingerprint(refused.Cert))
		conn, err = pool.Get(ctx)
	}
	if err != nil {
		return nil, err
	}
	if conn.TLS() != nil {
		c.remember(via.address, "")
	}
	return conn, nil
}

// config is what the flags say.
func (c *client) config(t *remote.Target, f *clientFlags, via *route) (*ftpclient.Config, error) {
	seen, err := c.known.SeenTLS(via.address)
	if err != nil {
		return nil, err
	}
	mode := ftpclient.TLSIfOffered
	switch {
	case f.plain:
		mode = ftpclient.TLSNever
	case t.Scheme == remote.Implicit:
		mode = ftpclient.TLSImplicit
	case t.Scheme == remote.Explicit, seen, f.wantsTLS():
		mode = ftpclient.TLSExplicit
	}
	cfg := &ftpclient.Config{
		TLS: mode, Modes: f.ladder(), Memory: c.modes(), ActiveMin: f.activePorts.min, ActiveMax: f.activePorts.max,
		ActiveBind: f.bind, Advertise: f.advertise, Timeout: f.timeout, ASCII: t.Type == 'a',
		Charset: f.charset.name, Location: f.zone.location, Trace: c.trace(),
	}
	if err := via.through(cfg); err != nil {
		return nil, err
	}
	if c.family != "" && cfg.Dial == nil {
		cfg.Dial = familyDial(c.family) // a proxy chooses the family itself
	}
	return cfg, c.security(via, f, cfg)
}

// modes is where it is remembered which mode worked with a server, so that the
// next command begins with it.
func (c *client) modes() ftpclient.Memory {
	if c.memory == nil {
		dir, err := os.UserCacheDir()
		if err != nil {
			return nil // every mode is tried then, as with a server that is new
		}
		c.memory = ftpclient.NewFileMemory(filepath.Join(dir, "ferry", "modes.json"))
	}
	return c.memory
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
