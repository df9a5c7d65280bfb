package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"ferry/internal/account/sqlstore"
)

func (u *userCommand) newRemove() *cobra.Command {
	return &cobra.Command{
		Use:     "rm NAME...",
		Aliases: []string{"remove", "delete"},
		Short:   "Remove users",
		Long: `Remove users. Their files stay, and sessions that are open go on.

Those that are there are removed even if another is not.`,
		Example:           "  ferry user rm alice bob",
		ValidArgsFunction: u.completeUser,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("want the NAME of at least one user")
			}
			ctx := cmd.Context()
			store, err := u.open(ctx)
			return with(store, err, func(store *sqlstore.Store) error {
				var failed []error
				for _, name := range args {
					if err := store.Remove(ctx, name); err != nil {
						failed = append(failed, err)
						continue
					}
					fmt.Fprintf(u.stdout, "removed user %s\n", printable(name))
				}
				if len(failed) > 0 {
					return &failure{oneLine(errors.Join(failed...))}
				}
				return nil
			})
		},
	}
}
