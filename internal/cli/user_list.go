package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
)

const userListLong = `Print every user on a line, or all there is to know about those that are named.

PASSWORD says in which form the password is kept: argon2id is that of new ones,
others come from another server and last until the user has logged in once. With
none the user cannot log in. Passwords and their hashes are never printed.`

func (u *userCommand) newList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list [NAME]...",
		Aliases: []string{"ls"},
		Short:   "Print users",
		Long:    userListLong,
		Example: `  ferry user list
  ferry user list alice
  ferry user list --json | jq -r '.[] | select(.disabled) | .name'`,
		ValidArgsFunction: u.completeUser,
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := u.open(cmd.Context())
			return with(store, err, func(store *sqlstore.Store) error {
				users, err := usersOf(cmd.Context(), store, args)
				if err != nil {
					return &failure{err}
				}
				switch {
				case asJSON:
					err = writeUserJSON(u.stdout, users)
				case len(args) > 0:
					err = writeUserDetails(u.stdout, users)
				default:
					err = writeUserTable(u.stdout, users)
				}
				if err != nil {
					return &failure{fmt.Errorf("cannot print the users: %w", err)}
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return cmd
}

// usersOf gives the users of these names, every one for no name.
func usersOf(ctx context.Context, store account.Store, names []string) ([]*account.User, error) {
	users := []*account.User{}
	for _, name := range names {
		user, err := store.Lookup(ctx, name)
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	if len(names) > 0 {
		return users, nil
	}
	for user, err := range store.List(ctx) {
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	return users, nil
}

// stateOf says whether a user is kept out.
func stateOf(u *account.User) string {
	switch {
	case u.Disabled:
		return "disabled"
	case u.Expired(time.Now()):
		return "expired"
	}
	return "ok"
}

// writeUserTable prints a line for each user.
func writeUserTable(w io.Writer, users []*account.User) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tPASSWORD\tROOT\tPERMISSIONS")
	for _, u := range users {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", printable(u.Name), stateOf(u), account.Scheme(u.PasswordHash), printable(u.Root), printable(u.Access.String()))
	}
	return table.Flush()
}

// writeUserDetails prints users with a line for each thing, in the words of the
// flags.
func writeUserDetails(w io.Writer, users []*account.User) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, u := range users {
		if i > 0 {
			fmt.Fprintln(table)
		}
		fmt.Fprintf(table, "%s:\n", printable(u.Name))
		for _, line := range [][2]string{
			{"state", stateOf(u)},
			{"password", account.Scheme(u.PasswordHash)},
			{"root", u.Root},
			{"home", u.HomeDir()},
			{"comment", orDash(u.Comment)},
			{"permissions", orDash(u.Access.String())},
			{"upload-rate", formatSize(u.UploadRate)},
			{"download-rate", formatSize(u.DownloadRate)},
			{"quota", formatSize(u.QuotaBytes)},
			{"quota-files", formatCount(u.QuotaFiles)},
			{"max-sessions", formatCount(int64(u.MaxSessions))},
			{"networks", orWord(account.FormatNetworks(u.Networks), "any")},
			{"denied-networks", orWord(account.FormatNetworks(u.DeniedNetworks), noLimit)},
			{"modes", u.Modes.String()},
			{"tls-required", fmt.Sprint(u.TLSRequired)},
			{"expires", formatExpiry(u.Expires)},
			{"disabled", fmt.Sprint(u.Disabled)},
		} {
			fmt.Fprintf(table, "  %s\t%s\n", line[0], printable(line[1]))
		}
	}
	return table.Flush()
}

func orDash(s string) string { return orWord(s, "-") }

// orWord is a text, or a word for none.
func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

// jsonUser is a user as --json prints it. A limit of 0 is none.
type jsonUser struct {
	Name           string     `json:"name"`
	Comment        string     `json:"comment,omitempty"`
	State          string     `json:"state"`
	Password       string     `json:"password"`
	Disabled       bool       `json:"disabled"`
	Expires        *time.Time `json:"expires,omitempty"`
	Root           string     `json:"root"`
	Home           string     `json:"home"`
	Access         []jsonRule `json:"access"`
	UploadRate     int64      `json:"upload_rate"`
	DownloadRate   int64      `json:"download_rate"`
	QuotaBytes     int64      `json:"quota_bytes"`
	QuotaFiles     int64      `json:"quota_files"`
	MaxSessions    int        `json:"max_sessions"`
	Networks       []string   `json:"networks"`
	DeniedNetworks []string   `json:"denied_networks"`
	Modes          []string   `json:"modes"`
	TLSRequired    bool       `json:"tls_required"`
}

// jsonRule is one rule of a user.
type jsonRule struct {
	Path  string   `json:"path"`
	Allow []string `json:"allow"`
}

func writeUserJSON(w io.Writer, users []*account.User) error {
	list := make([]jsonUser, len(users))
	for i, u := range users {
		list[i] = jsonUser{
			Name: u.Name, Comment: u.Comment, State: stateOf(u), Password: account.Scheme(u.PasswordHash),
			Disabled: u.Disabled, Root: u.Root, Home: u.HomeDir(), Access: []jsonRule{},
			UploadRate: u.UploadRate, DownloadRate: u.DownloadRate, QuotaBytes: u.QuotaBytes, QuotaFiles: u.QuotaFiles,
			MaxSessions: u.MaxSessions, Networks: words(account.FormatNetworks(u.Networks)),
			DeniedNetworks: words(account.FormatNetworks(u.DeniedNetworks)), Modes: words(u.Modes.String()), TLSRequired: u.TLSRequired,
		}
		if !u.Expires.IsZero() {
			list[i].Expires = &u.Expires
		}
		for _, r := range u.Access {
			allow := []string{}
			if r.Allow != 0 {
				allow = words(r.Allow.String())
			}
			list[i].Access = append(list[i].Access, jsonRule{r.Path, allow})
		}
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

// words takes a list with commas apart; none is an empty list, not null.
func words(text string) []string {
	if text == "" {
		return []string{}
	}
	return strings.Split(text, ",")
}
