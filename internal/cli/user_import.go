package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/vfs"
)

const userImportLong = `Take over the users of another server, with their passwords.

  htpasswd  NAME:HASH lines of Apache's htpasswd, of shadow(5) and others
  puredb    the text from which pure-pw makes Pure-FTPd's database (pureftpd.passwd)
  vsftpd    the list from which db_load makes the database of vsftpd's virtual
            users: a line with a name, a line with the password, and so on

Hashes stay as they are until the user logs in for the first time, and then give
way to a new one. A user whose hash cannot be verified (DES crypt, locked) has no
password: 'ferry user passwd' sets one.

The flags say what the list does not: each user gets the same, and %u in --root
stands for the name. Only puredb knows directories and limits of its own; --root
takes the place of its directories. What cannot be taken over is said, with the
line. FILE - is standard input.

Exit status: 0 when every line has become a user; 1 when one has not, or its user
is there already, while the others are imported; 2 for wrong usage.`

// importers read the lists of other servers, by --format.
var importers = map[string]func(context.Context, io.Reader, account.ImportOptions) (*account.Imported, error){
	"htpasswd": account.ImportHtpasswd,
	"puredb":   account.ImportPureDB,
	"vsftpd":   account.ImportVsftpd,
}

func (u *userCommand) newImport() *cobra.Command {
	var f userFlags
	var format string
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "import --format FORMAT FILE",
		Short: "Take over the users of another server",
		Long:  userImportLong,
		Example: `  ferry user import --format puredb /etc/pure-ftpd/pureftpd.passwd
  ferry user import --format htpasswd --root /srv/ftp/%u --read-only .htpasswd
  ferry user import --format vsftpd --root /srv/ftp/%u --dry-run virtual_users.txt`,
	}
	formats := slices.Sorted(maps.Keys(importers))
	cmd.Flags().StringVar(&format, "format", "", "what the file is: "+strings.Join(formats, ", ")+" (required)")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would happen, and change nothing")
	f.register(cmd, "the `directory` that each user sees as \"/\"; %u stands for the name (required, but for puredb)")
	mustComplete(cmd, "format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		read := importers[format]
		switch {
		case read == nil:
			return fmt.Errorf("want --format %s, not %q", strings.Join(formats, ", "), printable(format))
		case len(args) != 1:
			return fmt.Errorf("want one FILE, not %d", len(args))
		case !f.given("root") && format != "puredb":
			return errors.New("want the directory of each user: --root DIR/%u")
		}
		opts := account.ImportOptions{File: args[0], Base: account.User{Access: account.Everywhere(vfs.PermAll), Modes: account.ModesAll}}
		if err := f.apply(&opts.Base); err != nil {
			return err
		}
		if opts.Root = opts.Base.Root; opts.Root != "" {
			if _, err := account.RootOf(opts.Root, "name"); err != nil {
				return fmt.Errorf("invalid argument %q for \"--root\" flag: %w", printable(f.root), err)
			}
		}
		list, err := u.readList(cmd.Context(), args[0], read, opts)
		if err != nil {
			return err
		}
		return u.takeOver(cmd.Context(), list, args[0], dryRun)
	}
	return cmd
}

// readList reads a file, or standard input.
func (u *userCommand) readList(ctx context.Context, name string, read func(context.Context, io.Reader, account.ImportOptions) (*account.Imported, error), opts account.ImportOptions) (*account.Imported, error) {
	file := u.stdin
	if name != "-" {
		var err error
		if file, err = os.Open(filepath.Clean(name)); err != nil {
			return nil, &failure{err}
		}
		defer func() { _ = file.Close() }()
	}
	list, err := read(ctx, file, opts)
	if err != nil {
		return nil, &failure{err}
	}
	return list, nil
}

// takeOver adds the users of a list, and says what could not be taken over.
func (u *userCommand) takeOver(ctx context.Context, list *account.Imported, name string, dryRun bool) error {
	skipped := 0
	for _, c := range list.Complaints {
		fmt.Fprintln(u.stderr, printable(c.String()))
		if c.Skipped {
			skipped++
		}
	}
	if dryRun {
		fmt.Fprintf(u.stdout, "%s: would import %d %s, and skip %d\n", printable(name), len(list.Users), plural(len(list.Users), "user"), skipped)
		return skippedError(skipped)
	}
	store, err := u.create(ctx)
	return with(store, err, func(store *sqlstore.Store) error {
		added := 0
		for _, user := range list.Users {
			err := store.Add(ctx, user)
			switch {
			case errors.Is(err, account.ErrExists):
				fmt.Fprintf(u.stderr, "%s: %s\n", printable(name), printable(err.Error()))
				skipped++
				continue
			case err != nil:
				return &failure{err}
			}
			added++
		}
		fmt.Fprintf(u.stdout, "%s: imported %d %s, and skipped %d\n", printable(name), added, plural(added, "user"), skipped)
		return skippedError(skipped)
	})
}

// skippedError is the failure of an import that has left something out.
func skippedError(n int) error {
	if n == 0 {
		return nil
	}
	return &failure{fmt.Errorf("%d %s not imported", n, plural(n, "user"))}
}
