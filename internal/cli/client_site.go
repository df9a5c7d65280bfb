package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ferry/internal/remote"
	"ferry/internal/secret"
)

const siteLong = `Sites are servers under names. Wherever a URL is taken, NAME is the site's URL and
NAME/PATH a path in its directory; NAME//PATH begins at the root of the server and
NAME/~/PATH at the directory of the login. A site's name wins over a host's:
ftp://NAME/ is the host. Flags of a command win over the settings of the site.

Sites are kept in ferry/sites.conf among the user's configuration files
(XDG_CONFIG_HOME, ~/.config), in lines "key = value" below "[NAME]", with keys that
are those flags. There is never a password in it.`

// siteCommand is the commands about sites.
type siteCommand struct{ *program }

func newSite(p *program) *cobra.Command {
	s := &siteCommand{p}
	cmd := &cobra.Command{
		Use:   "site",
		Short: "Keep servers under names",
		Long:  siteLong,
		Args:  noSuchCommand,
		RunE:  showHelp,
	}
	cmd.AddCommand(s.newAdd(), s.newSet(), s.newList(), s.newShow(), s.newRename(), s.newRm(), s.newForget())
	return cmd
}

// siteChange is what add and set are told.
type siteChange struct {
	flags                   *pflag.FlagSet // of the settings, without the URL
	password, proxyPassword bool
}

// keptFlag is a setting as it is written: checked, and kept as text. An empty one
// takes the setting out.
type keptFlag struct {
	pflag.Value
	text *string
}

// Set implements pflag.Value.
func (f keptFlag) Set(text string) error {
	*f.text = text
	if text == "" {
		return nil
	}
	return f.Value.Set(text)
}

// register adds the flags of a site's settings.
func (ch *siteChange) register(cmd *cobra.Command) {
	ch.flags = pflag.NewFlagSet("site", pflag.ContinueOnError)
	new(clientFlags).ofSites().VisitAll(func(f *pflag.Flag) {
		kept := *f
		kept.Value, kept.DefValue = keptFlag{f.Value, new(string)}, ""
		ch.flags.AddFlag(&kept)
	})
	cmd.Flags().AddFlagSet(ch.flags)
	cmd.Flags().BoolVar(&ch.password, "password", false, "ask for the password of the user, and keep it in the keyring of the system")
	cmd.Flags().BoolVar(&ch.proxyPassword, "proxy-password", false, "the same for the user of the proxy")
}

// settings are the flags that were given. The paths of files are made whole.
func (ch *siteChange) settings() ([]remote.Setting, error) {
	var settings []remote.Setting
	var failed error
	ch.flags.VisitAll(func(f *pflag.Flag) {
		kept, ok := f.Value.(keptFlag)
		if !ok || !f.Changed {
			return
		}
		s := remote.Setting{Key: f.Name, Value: *kept.text}
		if slices.Contains(pathKeys, f.Name) && s.Value != "" {
			var err error
			if s.Value, err = absolute(s.Value); err != nil {
				failed = err
			}
		}
		settings = append(settings, s)
	})
	return settings, failed
}

// check does what a command would with a site, but for the network: what is wrong
// is said now, and not when the site is used.
func (s *siteCommand) check(site *remote.Site) (*remote.Target, clientFlags, error) {
	t := *site.Target
	t.Site = site
	f, err := clientFlags{}.at(&t)
	return &t, f, err
}

// change changes the file of sites, and says what is wrong with it as it is.
func (s *siteCommand) change(ctx context.Context, change func(*remote.Sites) error) error {
	path, err := remote.SitesPath()
	if err != nil {
		return &failure{err}
	}
	err = remote.ChangeSites(ctx, path, change)
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		return &failure{pathErr}
	}
	return err
}

// keep asks for passwords, and gives them to the keyring.
func (s *siteCommand) keep(ctx context.Context, ch *siteChange, site *remote.Site) error {
	t, f, err := s.check(site)
	if err != nil {
		return err
	}
	if ch.password {
		if t.User == "" {
			return fmt.Errorf("--password needs a user: name it in the URL, %s://USER@%s/", t.Scheme, t.Host)
		}
		if err := s.keepOne(ctx, clientPasswordEnv, t.User, t.Addr()); err != nil {
			return err
		}
	}
	if !ch.proxyPassword {
		return nil
	}
	p := f.proxy.proxy
	if p == nil || p.User == "" {
		return errors.New("--proxy-password needs a user of the proxy: name it in --proxy socks5://USER@HOST:PORT")
	}
	return s.keepOne(ctx, proxyPasswordEnv, p.User, p.Addr())
}

func (s *siteCommand) keepOne(ctx context.Context, variable, user, addr string) error {
	password, ok := os.LookupEnv(variable)
	switch {
	case ok:
	case !isTerminal(s.stdin):
		return fmt.Errorf("no password for %s at %s: set %s in the environment, or start on a terminal to be asked", printable(user), addr, variable)
	default:
		var err error
		if password, err = askPassword(s.stdin, s.stderr, "Password for "+printable(user)+" at "+addr+": "); err != nil {
			return err
		}
	}
	if err := secret.Set(ctx, loginName(user, addr), password); err != nil {
		return &failure{fmt.Errorf("the password cannot be kept, and the site was not changed: %w", err)}
	}
	return nil
}

// forgetUnused takes passwords out of the keyring that no site needs any more.
func (s *siteCommand) forgetUnused(ctx context.Context, before, after *remote.Sites) error {
	used := s.logins(after)
	for _, login := range s.logins(before) {
		if slices.Contains(used, login) {
			continue
		}
		err := secret.Delete(ctx, login)
		// Where there is no keyring, there is nothing in it.
		if err != nil && !errors.Is(err, secret.ErrNotFound) && !errors.Is(err, secret.ErrUnavailable) {
			return &failure{fmt.Errorf("the password of %s is still in the keyring: %w", printable(login), err)}
		}
	}
	return nil
}

// logins are those of sites for which there may be a password.
func (s *siteCommand) logins(sites *remote.Sites) []string {
	var logins []string
	for _, site := range sites.All() {
		if site.Target.User != "" {
			logins = append(logins, loginName(site.Target.User, site.Target.Addr()))
		}
		if p, err := parseProxy(site.Get("proxy")); err == nil && p.proxy != nil && p.proxy.User != "" {
			logins = append(logins, loginName(p.proxy.User, p.proxy.Addr()))
		}
	}
	return logins
}

// complete completes the names of sites.
func (s *siteCommand) complete(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	sites, err := readSites()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, site := range sites.All() {
		names = append(names, site.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
