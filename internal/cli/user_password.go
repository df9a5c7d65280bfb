package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"ferry/internal/account"
)

// passwordStdin is the flag of the commands that set a password.
func passwordStdin(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("password-stdin", false, "read the password from standard input, its first line")
}

// newHash gets a new password for a user and makes its hash.
func (u *userCommand) newHash(ctx context.Context, name string, fromStdin bool) (string, error) {
	password, err := u.newPassword(name, fromStdin)
	if err != nil {
		return "", err
	}
	hash, err := account.Hash(ctx, password)
	switch {
	case errors.Is(err, account.ErrPasswordEmpty), errors.Is(err, account.ErrPasswordTooLong):
		return "", err
	case err != nil:
		return "", &failure{err}
	}
	return hash, nil
}

// newPassword reads a password from standard input, from the environment, or
// asks for it on the terminal, twice.
func (u *userCommand) newPassword(name string, fromStdin bool) (string, error) {
	if fromStdin {
		return readPassword(u.stdin)
	}
	if password, ok := environment(name); ok {
		return password, nil
	}
	if !isTerminal(u.stdin) {
		return "", fmt.Errorf("no password: give --password-stdin, set %s%s in the environment, or start on a terminal to be asked", passwordEnv, name)
	}
	both, err := askPasswords(u.stdin, u.stderr, "New password for "+name+": ", "Again: ")
	if err != nil {
		return "", err
	}
	if both[0] != both[1] {
		return "", &failure{errors.New("the two passwords differ")}
	}
	return both[0], nil
}

// readPassword reads the first line.
func readPassword(r io.Reader) (string, error) {
	// Of a longer one the beginning is enough to refuse it.
	lines := bufio.NewScanner(io.LimitReader(r, 2*account.MaxPassword))
	if !lines.Scan() {
		if err := lines.Err(); err != nil {
			return "", &failure{fmt.Errorf("cannot read the password: %w", err)}
		}
		return "", account.ErrPasswordEmpty
	}
	return lines.Text(), nil
}
