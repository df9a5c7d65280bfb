package keeper

import (
	"context"
	"net/netip"
	"os"

	"ferry/ftp"
	"ferry/internal/account"
	"ferry/internal/config"
	"ferry/vfs"
)

// Keeper lets users in. Its methods may be called from several goroutines at
// once.
type Keeper interface {
	// Ask is told a name before there is a password. An error refuses it
	// already; it does not depend on whether the account exists, but for what
	// the administrator has written into a list of names.
	Ask(ctx context.Context, name string) error
	// Login decides a login. An error that is an *ftp.Error brings its own
	// reply, any other is a wrong password to the peer.
	Login(ctx context.Context, c Credentials) (*Admission, error)
	// SettingsOf are the settings of a user with a file in user_config_dir, and
	// nil for any other.
	SettingsOf(ctx context.Context, name string) (*config.Settings, error)
	// GiveAway makes a file that an anonymous session has stored chown_username's,
	// with the mode chown_upload_mode.
	GiveAway(ctx context.Context, f *os.File) error
	// Close ends what the keeper holds open. Sessions that it has admitted may
	// go on with what is open.
	Close() error
}

// Credentials are what a client has shown.
type Credentials struct {
	// Name and Password are the arguments of USER and PASS.
	Name     string `json:"name"`
	Password string `json:"password"`
	// Certified says that the client's certificate was verified and names this
	// user: no password is asked for.
	Certified bool `json:"certified,omitempty"`
	// Peer is the client's address.
	Peer netip.Addr `json:"peer"`
	// TLS says that the control connection is under TLS.
	TLS bool `json:"tls,omitempty"`
}

// Kind is where an account comes from.
type Kind string

// The kinds.
const (
	Given   Kind = "given"   // --user
	Virtual Kind = "virtual" // virtual_users_file
	System  Kind = "system"  // local_enable
	Guest   Kind = "guest"   // local_enable with guest_enable
)

// Grant is what a login gets.
type Grant struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Root is the directory that the user sees as "/", Home the first working
	// directory as the user sees it. If that cannot be entered it is Fallback;
	// "" is none.
	Root     string `json:"root"`
	Home     string `json:"home"`
	Fallback string `json:"fallback,omitempty"`
	// Anonymous says that the rights of anonymous sessions hold: for guests
	// without virtual_use_local_privs.
	Anonymous bool `json:"anonymous,omitempty"`
	// Account has the limits of a virtual user; nil for others. It has no hash.
	Account *account.User `json:"account,omitempty"`
	// Settings are those of this user alone; nil if the server's hold.
	Settings *config.Settings `json:"settings,omitempty"`
}

// Admission is a login that was let in.
type Admission struct {
	Grant
	// FS is the directory Root, with the user's own rights where the keeper is
	// behind a broker and with those of this process otherwise.
	FS vfs.FS
	// Leave ends the use of FS. It is called once.
	Leave func()
}

// refused makes an error with a reply of its own, as vsftpd words it.
func refused(text string, cause error) error {
	return &ftp.Error{Reply: ftp.Replyf(ftp.CodeLoginFailed, "%s", text), Cause: cause}
}
