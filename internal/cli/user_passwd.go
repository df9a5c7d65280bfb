package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
)

func (u *userCommand) newPasswd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "passwd NAME",
		Short: "Give a user a new password",
		Long: `Give a user a new password, which is asked for on the terminal, twice, unless it
is in the environment (FERRY_PASSWORD_NAME) or comes with --password-stdin.`,
		Example:           "  ferry user passwd alice",
		Args:              oneName,
		ValidArgsFunction: u.completeUser,
	}
	fromStdin := passwordStdin(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, name := cmd.Context(), args[0]
		store, err := u.open(ctx)
		return with(store, err, func(store *sqlstore.Store) error {
			if _, err := store.Lookup(ctx, name); err != nil {
				return &failure{err}
			}
			hash, err := u.newHash(ctx, name, *fromStdin)
			if err != nil {
				return err
			}
			if err := store.Update(ctx, name, func(user *account.User) error {
				user.PasswordHash = hash
				return nil
			}); err != nil {
				return &failure{err}
			}
			fmt.Fprintf(u.stdout, "changed the password of user %s\n", printable(name))
			return nil
		})
	}
	return cmd
}
