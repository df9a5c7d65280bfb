package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/account/sqlstore"
	"ferry/internal/sys"
)

const userLong = `Keep the virtual users of a server: people who log in with a password of their
own, see a directory of their own as "/", and exist for the server only.

They are in a database, a file of SQLite, which the server looks into at every
login: what changes here holds from the next login on, without a restart. The
server is told of it by virtual_users_file=FILE.

The database is that of --database, else of FERRY_USERS in the environment, else
/etc/ferry/users.db for root and ferry/users.db among the user's own configuration
files (XDG_CONFIG_HOME, ~/.config) for everybody else.

Exit status: 0 when all went well; 1 for a failure, such as a user who is not
there; 2 for wrong usage, with which nothing changes.`

// databaseEnv names the database where the command line does not.
const databaseEnv = "FERRY_USERS"

// userCommand is what the commands about users share.
type userCommand struct {
	*program
	database string // of --database
}

func newUser(p *program) *cobra.Command {
	u := &userCommand{program: p}
	cmd := &cobra.Command{
		Use:   "user",
		Short: "Keep the virtual users of a server",
		Long:  userLong,
		Example: `  ferry user add alice --root /srv/ftp/alice --quota 10G
  ferry user list
  ferry serve /etc/vsftpd.conf -ovirtual_users_file=/etc/ferry/users.db`,
		Args: noSuchCommand,
		RunE: showHelp,

		SuggestionsMinimumDistance: suggestionDistance,
	}
	cmd.PersistentFlags().StringVar(&u.database, "database", "", "the database of users, a `file` (default: FERRY_USERS, else as ferry user --help says)")
	cmd.AddCommand(u.newAdd(), u.newPasswd(), u.newSet(), u.newList(), u.newRemove(), u.newImport())
	return cmd
}

// path is where the database is.
func (u *userCommand) path() (string, error) {
	switch {
	case u.database != "":
		return u.database, nil
	case os.Getenv(databaseEnv) != "":
		return os.Getenv(databaseEnv), nil
	case sys.Euid() == 0:
		return "/etc/ferry/users.db", nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("say with --database where the users are: %w", err)
	}
	return filepath.Join(dir, "ferry", "users.db"), nil
}

// open opens the database, which must exist.
func (u *userCommand) open(ctx context.Context) (*sqlstore.Store, error) {
	path, err := u.path()
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.Open(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &failure{fmt.Errorf("there is no database of users at %s: the first 'ferry user add' makes one", printable(path))}
	case err != nil:
		return nil, &failure{err}
	}
	return store, nil
}

// create opens the database, and makes it where there is none.
func (u *userCommand) create(ctx context.Context) (*sqlstore.Store, error) {
	path, err := u.path()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &failure{fmt.Errorf("cannot make the directory of the database of users: %w", err)}
	}
	store, err := sqlstore.Create(ctx, path)
	if err != nil {
		return nil, &failure{err}
	}
	return store, nil
}

// with does f with the database, and closes it.
func with(store *sqlstore.Store, openErr error, f func(*sqlstore.Store) error) error {
	if openErr != nil {
		return openErr
	}
	err := f(store)
	if closeErr := store.Close(); closeErr != nil && err == nil {
		err = &failure{fmt.Errorf("cannot close the database of users: %w", closeErr)}
	}
	return err
}

// oneLine joins several complaints about one user to a line.
func oneLine(err error) error {
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}

// oneName wants the name of one user as the only argument.
func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("want the NAME of one user, not %d arguments", len(args))
	}
	return nil
}

// completeUser offers the names of users to the shell.
func (u *userCommand) completeUser(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
	var names []string
	store, err := u.open(cmd.Context())
	if err := with(store, err, func(store *sqlstore.Store) error {
		for user, err := range store.List(cmd.Context()) {
			if err != nil {
				return err
			}
			if strings.HasPrefix(user.Name, begin) {
				names = append(names, user.Name)
			}
		}
		return nil
	}); err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
