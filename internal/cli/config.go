package cli

import (
	"github.com/spf13/cobra"

	"ferry/internal/config"
)

const configLong = `Look at configuration in the language of vsftpd.conf(5), without serving.

Wherever a FILE is given, -oNAME=VALUE can be too, and several of both: they take
effect in their order, and the later one wins.`

func newConfig(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Check and explain configuration",
		Long:    configLong,
		Example: "  ferry config check /etc/vsftpd.conf\n  ferry config options pasv_address",
		Args:    noSuchCommand,
		RunE:    showHelp,

		SuggestionsMinimumDistance: suggestionDistance,
	}
	cmd.AddCommand(newConfigCheck(p), newConfigShow(p), newConfigOptions(p))
	return cmd
}

// loadSources reads the files and settings; what is wrong with them is a
// refusal.
func loadSources(args []string) (*config.Config, []string, error) {
	sources, err := sourcesOf(args)
	if err != nil {
		return nil, nil, err
	}
	cfg, err := config.Load(sources...)
	if err != nil {
		return cfg, sources, &refusal{err}
	}
	return cfg, sources, nil
}
