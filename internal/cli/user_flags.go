package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ferry/internal/account"
	"ferry/vfs"
)

// userFlags are the flags that say what a user is.
type userFlags struct {
	root, home, comment      string
	readOnly                 bool
	access                   account.Access
	uploadRate, downloadRate int64
	quotaBytes, quotaFiles   int64
	maxSessions              int64
	networks, denied         []netip.Prefix
	modes                    account.Modes
	tlsRequired, disabled    bool
	expires                  time.Time

	given func(name string) bool // whether a flag is on the command line
}

// register defines the flags. root says what --root is.
func (f *userFlags) register(cmd *cobra.Command, root string) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.root, "root", "", root)
	flags.StringVar(&f.home, "home", "", "begin in this `path`, as the user sees it (default: /)")
	flags.StringVar(&f.comment, "comment", "", "a `text` for administrators")
	flags.BoolVar(&f.readOnly, "read-only", false, "allow to list and to read, and nothing else: --permissions '/:list,read'")
	flags.Var(parsedFlag[account.Access]{&f.access, "rules", account.ParseAccess}, "permissions",
		"what may be done where: '/:list,read;/in:create'. The longest path that holds a name decides. Permissions are all, none, read-only, or some of "+
			strings.Join(account.PermNames(), ", ")+" (default: /:all)")
	flags.Var(parsedFlag[int64]{&f.uploadRate, "bytes", parseSize}, "upload-rate", "limit uploads of each session to so many bytes a second, such as 1M")
	flags.Var(parsedFlag[int64]{&f.downloadRate, "bytes", parseSize}, "download-rate", "limit downloads of each session to so many bytes a second")
	flags.Var(parsedFlag[int64]{&f.quotaBytes, "bytes", parseSize}, "quota", "limit what lies below the root to so many bytes, such as 10G")
	flags.Var(parsedFlag[int64]{&f.quotaFiles, "number", parseCount}, "quota-files", "limit what lies below the root to so many files")
	flags.Var(parsedFlag[int64]{&f.maxSessions, "number", parseCount}, "max-sessions", "limit how often the user is logged in at once")
	flags.Var(parsedFlag[[]netip.Prefix]{&f.networks, "networks", parseNetworks}, "networks", "let the user come from these networks only, such as 192.0.2.0/24,2001:db8::/32; any for everywhere")
	flags.Var(parsedFlag[[]netip.Prefix]{&f.denied, "networks", parseNetworks}, "denied-networks", "do not let the user come from these; none for no such network")
	flags.Var(parsedFlag[account.Modes]{&f.modes, "modes", account.ParseModes}, "modes", "ways to open data connections: active, passive, or active,passive (default: both)")
	flags.BoolVar(&f.tlsRequired, "tls-required", false, "refuse to log the user in without TLS")
	flags.Var(parsedFlag[time.Time]{&f.expires, "date", parseExpiry}, "expires", "keep the user out from the beginning of this day on, such as 2031-12-31; never for no such day")
	flags.BoolVar(&f.disabled, "disabled", false, "keep the user out")
	f.given = flags.Changed
	cmd.MarkFlagsMutuallyExclusive("read-only", "permissions")
	_ = cmd.MarkFlagDirname("root") // fails only for a flag that there is not
	mustComplete(cmd, "modes", cobra.FixedCompletions([]string{"active", "passive", "active,passive"}, cobra.ShellCompDirectiveNoFileComp))
	for _, name := range []string{
		"home", "comment", "permissions", "upload-rate", "download-rate", "quota", "quota-files", "max-sessions",
		"networks", "denied-networks", "expires",
	} {
		mustComplete(cmd, name, cobra.NoFileCompletions)
	}
}

// parseNetworks reads networks; "any" and "none" are no list.
func parseNetworks(text string) ([]netip.Prefix, error) {
	if text == "any" || text == noLimit {
		return nil, nil
	}
	list, err := account.ParseNetworks(text)
	if err == nil && len(list) == 0 {
		err = errors.New("want networks with commas between them, such as 192.0.2.0/24, or any")
	}
	return list, err
}

// apply changes what is on the command line, and nothing else.
func (f *userFlags) apply(u *account.User) error {
	if f.given("root") {
		if f.root == "" {
			return errors.New("the --root is empty")
		}
		root, err := filepath.Abs(f.root)
		if err != nil {
			return fmt.Errorf("invalid argument %q for \"--root\" flag: %w", printable(f.root), err)
		}
		u.Root = root
	}
	switch {
	case f.given("read-only") && f.readOnly:
		u.Access = account.Everywhere(vfs.PermReadOnly)
	case f.given("read-only"):
		u.Access = account.Everywhere(vfs.PermAll)
	case f.given("permissions"):
		u.Access = f.access
	}
	set(f, "modes", &u.Modes, f.modes)
	set(f, "home", &u.Home, f.home)
	set(f, "comment", &u.Comment, f.comment)
	set(f, "upload-rate", &u.UploadRate, f.uploadRate)
	set(f, "download-rate", &u.DownloadRate, f.downloadRate)
	set(f, "quota", &u.QuotaBytes, f.quotaBytes)
	set(f, "quota-files", &u.QuotaFiles, f.quotaFiles)
	set(f, "max-sessions", &u.MaxSessions, int(f.maxSessions))
	set(f, "networks", &u.Networks, f.networks)
	set(f, "denied-networks", &u.DeniedNetworks, f.denied)
	set(f, "tls-required", &u.TLSRequired, f.tlsRequired)
	set(f, "disabled", &u.Disabled, f.disabled)
	set(f, "expires", &u.Expires, f.expires)
	return nil
}

// set puts the value of a flag to its place if it is on the command line.
func set[T any](f *userFlags, name string, to *T, value T) {
	if f.given(name) {
		*to = value
	}
}
