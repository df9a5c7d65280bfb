package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ferry/ftpclient"
	"ferry/internal/remote"
	"ferry/internal/secret"
)

// jsonSite is a site as --json prints it.
type jsonSite struct {
	Name     string            `json:"name"`
	URL      string            `json:"url"`
	Settings map[string]string `json:"settings,omitempty"`
}

func (s *siteCommand) newList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "Print the sites",
		Long: `Print the sites in the order of their file, a line for each: its name and its URL.
--json prints an object for each, with its settings.`,
		Example: `  ferry site list
  ferry site list --json | jq -r 'select(.settings.proxy) | .name'`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			sites, err := readSites()
			if err != nil {
				return err
			}
			if err := s.list(sites, asJSON); err != nil {
				return &failure{fmt.Errorf("cannot print the sites: %w", err)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object a line: name, url, settings")
	return cmd
}

func (s *siteCommand) list(sites *remote.Sites, asJSON bool) error {
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	encoder := json.NewEncoder(s.stdout)
	encoder.SetEscapeHTML(false)
	for _, site := range sites.All() {
		if !asJSON {
			fmt.Fprintf(table, "%s\t%s\n", site.Name, site.Target)
			continue
		}
		object := jsonSite{Name: site.Name, URL: site.Target.String(), Settings: make(map[string]string)}
		for _, setting := range site.Settings {
			object.Settings[setting.Key] = setting.Value
		}
		if err := encoder.Encode(object); err != nil {
			return err
		}
	}
	return table.Flush()
}

func (s *siteCommand) newShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Print what is kept of a site",
		Long: `Print what is kept of a site, as it stands in the file, and whether the keyring has
its password. The password is never printed.`,
		Example:           "  ferry site show work",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			sites, err := readSites()
			if err != nil {
				return err
			}
			site := sites.Find(args[0])
			if site == nil {
				return fmt.Errorf("there is no site %q: ferry site list prints all", args[0])
			}
			text := fmt.Sprintf("# %s\n[%s]\nurl = %s\n", site.Place, site.Name, site.Target)
			for _, setting := range site.Settings {
				text += fmt.Sprintf("%s = %s\n", setting.Key, printable(setting.Value))
			}
			if login := loginName(site.Target.User, site.Target.Addr()); site.Target.User != "" {
				if _, err := secret.Get(cmd.Context(), login); err == nil {
					text += "# the keyring has the password of " + printable(login) + "\n"
				}
			}
			if _, err := fmt.Fprint(s.stdout, text); err != nil {
				return &failure{fmt.Errorf("cannot print the site: %w", err)}
			}
			return nil
		},
	}
}

func (s *siteCommand) newForget() *cobra.Command {
	return &cobra.Command{
		Use:   "forget HOST[:PORT]|NAME",
		Short: "Forget the certificate of a server",
		Long: `Forget the certificate that was trusted at a server or site, and that it has been
seen with TLS: the next one is asked about as if the server were new. Do so when
its administrator confirms that the certificate has changed.`,
		Example:           "  ferry site forget ftp.example.com",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: s.complete,
		RunE: func(_ *cobra.Command, args []string) error {
			t, err := parseTarget(args[0])
			if err != nil {
				return err
			}
			path, err := knownPath()
			if err != nil {
				return &failure{err}
			}
			found, err := ftpclient.NewFileKnownHosts(path, nil).Forget(t.Addr())
			if err != nil {
				return &failure{err}
			}
			if !found {
				return &failure{fmt.Errorf("nothing is remembered of %s in %s", ftpclient.ServerName(t.Addr()), path)}
			}
			return nil
		},
	}
}
