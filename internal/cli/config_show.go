package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"ferry/internal/config"
)

const showLong = `Print the settings that hold after all files and settings were read, in the form
of a vsftpd.conf. Those that are at their default are left out, unless --all is
given.`

func newConfigShow(p *program) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "show [FILE | -oNAME=VALUE]...",
		Short: "Print the settings that hold",
		Long:  showLong,
		Example: `  ferry config show /etc/vsftpd.conf
  ferry config show /etc/vsftpd.conf -oidle_session_timeout=600
  ferry config show --all`,
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, _, err := loadSources(args)
			if err != nil {
				return err
			}
			text, err := config.Format(cfg.Settings, !all)
			if err != nil {
				return &refusal{err}
			}
			if _, err := p.stdout.Write(text); err != nil {
				return &failure{fmt.Errorf("cannot print the settings: %w", err)}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "print those at their default too")
	return cmd
}
