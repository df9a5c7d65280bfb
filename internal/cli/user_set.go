package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
)

func (u *userCommand) newSet() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use:   "set NAME",
		Short: "Change a user",
		Long: `Change what the flags name, and nothing else. A limit ends with none, --expires
with never, --networks with any, and a switch with =false, as in --disabled=false.

Sessions that are open go on as they were.`,
		Example: `  ferry user set alice --quota 20G --expires 2031-12-31
  ferry user set alice --disabled
  ferry user set alice --disabled=false --upload-rate none`,
		Args:              oneName,
		ValidArgsFunction: u.completeUser,
	}
	f.register(cmd, "the `directory` that the user sees as \"/\"")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, name := cmd.Context(), args[0]
		if !anyGiven(cmd) {
			return errors.New("nothing to change: give at least one flag")
		}
		store, err := u.open(ctx)
		return with(store, err, func(store *sqlstore.Store) error {
			var wrong error // of the flags
			var changed account.User
			err := store.Update(ctx, name, func(user *account.User) error {
				if wrong = f.apply(user); wrong == nil {
					wrong = user.Validate()
				}
				changed = *user
				return wrong
			})
			switch {
			case wrong != nil:
				return oneLine(wrong)
			case err != nil:
				return &failure{err}
			}
			if f.given("root") {
				u.warnOfRoot(&changed)
			}
			fmt.Fprintf(u.stdout, "changed user %s\n", printable(name))
			return nil
		})
	}
	return cmd
}

// anyGiven says whether a flag of the command itself is on the command line.
func anyGiven(cmd *cobra.Command) bool {
	given := false
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) { given = given || f.Changed })
	return given
}
