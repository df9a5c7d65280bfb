package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/vfs"
)

const userAddLong = `Add a user. The password is asked for on the terminal, twice, unless it is in the
environment (FERRY_PASSWORD_NAME) or comes with --password-stdin.

Without --read-only and --permissions the user may do everything below the root.
The server's own settings hold as well: with write_enable=NO nobody writes.`

func (u *userCommand) newAdd() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use:   "add NAME --root DIR",
		Short: "Add a user",
		Long:  userAddLong,
		Example: `  ferry user add alice --root /srv/ftp/alice --quota 10G
  ferry user add camera7 --root /srv/cameras --permissions '/:none;/7:list,create' --networks 192.0.2.0/24
  pass show ftp/bob | ferry user add bob --root /srv/ftp/bob --read-only --password-stdin`,
		Args:              oneName,
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	fromStdin := passwordStdin(cmd)
	f.register(cmd, "the `directory` that the user sees as \"/\" (required)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !f.given("root") {
			return errors.New("want the user's directory: --root DIR")
		}
		user := &account.User{Name: args[0], Access: account.Everywhere(vfs.PermAll), Modes: account.ModesAll}
		if err := f.apply(user); err != nil {
			return err
		}
		if err := user.Validate(); err != nil {
			return oneLine(err)
		}
		ctx := cmd.Context()
		store, err := u.create(ctx)
		return with(store, err, func(store *sqlstore.Store) error {
			// Nobody should type a password in vain.
			_, err := store.Lookup(ctx, user.Name)
			switch {
			case err == nil:
				return &failure{account.Exists(user.Name)}
			case !errors.Is(err, account.ErrNotFound):
				return &failure{err}
			}
			if user.PasswordHash, err = u.newHash(ctx, user.Name, *fromStdin); err != nil {
				return err
			}
			if err := store.Add(ctx, user); err != nil {
				return &failure{err}
			}
			u.warnOfRoot(user)
			fmt.Fprintf(u.stdout, "added user %s\n", printable(user.Name))
			return nil
		})
	}
	return cmd
}

// warnOfRoot warns of a directory that is not there yet.
func (u *userCommand) warnOfRoot(user *account.User) {
	info, err := os.Stat(user.Root)
	switch {
	case err != nil:
		fmt.Fprintf(u.stderr, "ferry: warning: %s cannot log in yet: %v\n", printable(user.Name), err)
	case !info.IsDir():
		fmt.Fprintf(u.stderr, "ferry: warning: %s cannot log in yet: %s is not a directory\n", printable(user.Name), printable(user.Root))
	}
}
