package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"ferry/internal/remote"
)

// absolute makes a path of the command line one that counts anywhere.
func absolute(path string) (string, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", &failure{err}
	}
	return whole, nil
}

func (s *siteCommand) newAdd() *cobra.Command {
	var ch siteChange
	cmd := &cobra.Command{
		Use:   "add [flags] NAME URL",
		Short: "Keep a server under a name",
		Long: `Keep a server under a name: letters, digits, - and _. Its URL may have a user, and
a directory in which the paths of the site begin. --password asks for the password,
or takes that of FERRY_PASSWORD in the environment, and keeps it in the keyring of
the system; without it the password is looked for when the site is used.`,
		Example: `  ferry site add work ftpes://alice@ftp.example.com/in --password
  ferry site add plc ftp://plc.example.com --mode port --active-ports 40000-40099 --charset windows-1252
  ferry get work/report.pdf`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := ch.settings()
			if err != nil {
				return err
			}
			settings = append(settings, remote.Setting{Key: remote.URLKey, Value: args[1]})
			return s.apply(cmd.Context(), &ch, args[0], func(sites *remote.Sites) error {
				return sites.Add(args[0], settings...)
			})
		},
	}
	ch.register(cmd)
	return cmd
}

func (s *siteCommand) newSet() *cobra.Command {
	var ch siteChange
	var url string
	cmd := &cobra.Command{
		Use:   "set [flags] NAME",
		Short: "Change the settings of a site",
		Long:  "Change the settings of a site. A setting that is given as \"\" is taken out.",
		Example: `  ferry site set work --mode passive --tls-max 1.2
  ferry site set work --proxy ""
  ferry site set work --url ftpes://alice@ftp2.example.com/in --password`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			settings, err := ch.settings()
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("url") {
				settings = append(settings, remote.Setting{Key: remote.URLKey, Value: url})
			}
			if len(settings) == 0 && !ch.password && !ch.proxyPassword {
				return fmt.Errorf("nothing to set: give a flag, such as --mode passive")
			}
			return s.apply(cmd.Context(), &ch, args[0], func(sites *remote.Sites) error {
				return sites.Set(args[0], settings...)
			})
		},
	}
	ch.register(cmd)
	cmd.Flags().StringVar(&url, "url", "", "the `URL` of the server")
	return cmd
}

// apply makes a change: first on a copy, which shows what is wrong with it before
// anybody is asked for a password, then in the file.
func (s *siteCommand) apply(ctx context.Context, ch *siteChange, name string, change func(*remote.Sites) error) error {
	sites, err := readSites()
	if err != nil {
		return err
	}
	if err := change(sites); err != nil {
		return err
	}
	if err := s.keep(ctx, ch, sites.Find(name)); err != nil {
		return err
	}
	return s.changeAndForget(ctx, change)
}

// changeAndForget changes the file, and forgets the passwords of logins that are
// in it no more.
func (s *siteCommand) changeAndForget(ctx context.Context, change func(*remote.Sites) error) error {
	var before, after remote.Sites
	err := s.change(ctx, func(sites *remote.Sites) error {
		before = *sites
		err := change(sites)
		after = *sites
		return err
	})
	if err != nil {
		return err
	}
	return s.forgetUnused(ctx, &before, &after)
}

func (s *siteCommand) newRename() *cobra.Command {
	return &cobra.Command{
		Use:   "rename NAME NEW",
		Short: "Give a site another name",
		Long: `Give a site another name. It keeps its place in the file, its settings and its
password.`,
		Example:           "  ferry site rename work office",
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: s.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.change(cmd.Context(), func(sites *remote.Sites) error { return sites.Rename(args[0], args[1]) })
		},
	}
}

func (s *siteCommand) newRm() *cobra.Command {
	return &cobra.Command{
		Use:   "rm NAME...",
		Short: "Remove sites",
		Long: `Remove sites, all or none of them, and forget their passwords in the keyring of
the system, if no other site has the same login.`,
		Example:           "  ferry site rm work",
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: s.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.changeAndForget(cmd.Context(), func(sites *remote.Sites) error {
				for _, name := range args {
					if err := sites.Remove(name); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}
