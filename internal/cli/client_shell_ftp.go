package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/netx"
	"ferry/internal/shell"
)

// ftpName is the name under which the program behaves as ftp(1) does.
const ftpName = "ftp"

// calledFTP reports that the program was started under that name.
func calledFTP(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return strings.TrimSuffix(strings.ToLower(filepath.Base(args[0])), ".exe") == ftpName
}

// ftpFlags are those of ftp(1) that are not of ferry's.
type ftpFlags struct {
	four, six, active, passive, anonymous, debug, trace, verbose bool
	noEdit, noGlob, noPrompt, noLogin, quiet                     bool
	port                                                         uint16
}

// newFTP makes the command that stands for the whole program when it is called ftp.
func newFTP(p *program) *cobra.Command {
	var f ftpFlags
	c := &client{program: p}
	cmd := &cobra.Command{
		Use:   "ftp [flags] [HOST [PORT] | URL...]",
		Short: "Talk to FTP servers, command by command",
		Long: shellLong + `

This is ferry under the name ftp, with the options of ftp(1). A URL of a file
brings that file into the current directory and ends; one that ends in a slash
opens the directory. "ferry help shell" says more about URLs, logins and
certificates.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	flags := cmd.Flags()
	flags.BoolVarP(&f.four, "ipv4", "4", false, "IPv4 alone")
	flags.BoolVarP(&f.six, "ipv6", "6", false, "IPv6 alone")
	flags.BoolVarP(&f.active, "active", "A", false, "let the server connect for each transfer (EPRT, PORT), and nothing else")
	flags.BoolVarP(&f.passive, "passive", "p", false, "connect to the server for each transfer (EPSV, PASV), and nothing else; without -A and -p all are tried")
	flags.BoolVarP(&f.anonymous, "anonymous", "a", false, "log in as anonymous")
	flags.BoolVarP(&f.debug, "debug", "d", false, "show the dialogue and the modes that are tried")
	flags.BoolVarP(&f.trace, "trace", "t", false, "the same")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show the dialogue")
	flags.BoolVarP(&f.noEdit, "no-editor", "e", false, "read a terminal without the line editor")
	flags.BoolVarP(&f.noGlob, "no-glob", "g", false, "take no name for a pattern")
	flags.BoolVarP(&f.noPrompt, "no-prompt", "i", false, "do not ask about each file of mget, mput and mdelete")
	flags.BoolVarP(&f.noLogin, "no-login", "n", false, "do not log in until the command user")
	flags.BoolVarP(&f.quiet, "no-verbose", "V", false, "do not show the dialogue (the default)")
	flags.Uint16VarP(&f.port, "port", "P", 0, "the `port` of the server")
	cmd.MarkFlagsMutuallyExclusive("ipv4", "ipv6")
	cmd.MarkFlagsMutuallyExclusive("active", "passive")
	cmd.MarkFlagsMutuallyExclusive("verbose", "no-verbose")
	all := &cobra.Command{}
	c.flags.register(all)
	for _, name := range []string{"insecure", "plain", "tls-max", "timeout", "active-ports", "advertise", "bind"} {
		flags.AddFlag(all.Flags().Lookup(name))
	}
	cmd.SetIn(p.stdin)
	cmd.SetOut(p.stdout)
	cmd.SetErr(p.stderr)
	cmd.SetFlagErrorFunc(flagError)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := c.flags.check(); err != nil {
			return err
		}
		return c.runFTP(cmd.Context(), &f, args)
	}
	return cmd
}

// runFTP does what the options and arguments of ftp(1) mean.
func (c *client) runFTP(ctx context.Context, f *ftpFlags, args []string) error {
	c.flags.active, c.flags.passive = f.active, f.passive
	switch {
	case f.debug, f.trace:
		c.flags.verbose = 2
	case f.verbose:
		c.flags.verbose = 1
	}
	switch {
	case f.four:
		c.family = "ip4"
	case f.six:
		c.family = "ip6"
	}
	if f.anonymous {
		c.flags.user = "anonymous"
	}
	cfg := shell.Config{Plain: f.noEdit, NoLogin: f.noLogin, NoPrompt: f.noPrompt, NoGlob: f.noGlob}
	switch {
	case len(args) == 0:
		return c.runShell(ctx, cfg, nil)
	case strings.Contains(args[0], "://"):
		return c.fetchOrOpen(ctx, cfg, args)
	case len(args) > 2:
		return fmt.Errorf("want a host and perhaps a port, or URLs, not %d arguments", len(args))
	}
	host := args[0]
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is6() {
		host = "[" + host + "]"
	}
	port := ""
	if f.port != 0 {
		port = strconv.Itoa(int(f.port))
	}
	if len(args) == 2 {
		port = args[1]
	}
	if port != "" {
		host += ":" + port
	}
	return c.runShell(ctx, cfg, []string{host})
}

// fetchOrOpen brings the files of URLs, or opens the directory of one.
func (c *client) fetchOrOpen(ctx context.Context, cfg shell.Config, urls []string) error {
	targets, err := someURLs(urls)
	if err != nil {
		return err
	}
	if t := targets[0]; len(targets) == 1 && (t.Path == "" || strings.HasSuffix(t.Path, "/")) {
		return c.runShell(ctx, cfg, urls)
	}
	var failed error
	for _, t := range targets {
		if t.Path == "" || strings.HasSuffix(t.Path, "/") {
			return fmt.Errorf("%s is a directory: open it alone", t)
		}
	}
	for _, t := range targets {
		one, server := cfg, *t
		server.Path = ""
		one.Lines = []string{"get " + shell.Quote(t.Path)}
		if err := c.runShell(ctx, one, []string{server.URL()}); err != nil {
			failed = err
		}
	}
	return failed
}

// familyDial makes connections to addresses of one family, "ip4" or "ip6".
func familyDial(family string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, _, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, err
		}
		addrs, err := net.DefaultResolver.LookupNetIP(ctx, family, host)
		if _, other := errors.AsType[*net.AddrError](err); other {
			err = &net.DNSError{Err: "no address of this family", Name: host, IsNotFound: true}
		}
		if err != nil {
			return nil, err
		}
		var failed error
		for _, addr := range addrs {
			conn, err := netx.System{}.Dial(ctx, netx.DialConfig{Remote: netip.AddrPortFrom(addr.Unmap(), uint16(number)), KeepAlive: true})
			if err == nil {
				return conn, nil
			}
			failed = errors.Join(failed, err)
		}
		return nil, failed
	}
}
