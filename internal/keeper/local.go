package keeper

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"ferry/ftp"
	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/config"
)

// User is somebody who may log in with a password that was given at start.
type User struct {
	Name     string
	Password string
}

// Local is a keeper in this process.
type Local struct {
	settings config.Settings
	given    map[string][sha256.Size]byte
	virtual  *sqlstore.Store // nil without virtual_users_file
	giver    *giver          // nil without chown_uploads
	stores   stores
}

var _ Keeper = (*Local)(nil)

// Open opens what the settings name. given may log in beside the users of the
// settings.
func Open(ctx context.Context, s config.Settings, given []User) (*Local, error) {
	l := &Local{settings: s, given: make(map[string][sha256.Size]byte)}
	for _, u := range given {
		if s.LocalRoot == "" {
			return nil, fmt.Errorf("user %s has no directory: say which with --dir or local_root", u.Name)
		}
		l.given[u.Name] = sha256.Sum256([]byte(u.Password))
	}
	if len(given) > 0 {
		if err := l.stores.try(s.LocalRoot); err != nil {
			return nil, oops("cannot change directory:"+s.LocalRoot, "local_root", err)
		}
	}
	var err error
	if l.giver, err = newGiver(&s); err != nil {
		return nil, err
	}
	if s.VirtualUsersFile != "" {
		if l.virtual, err = sqlstore.Open(ctx, s.VirtualUsersFile); err != nil {
			return nil, oops("cannot open the database of users", "virtual_users_file", err)
		}
	}
	return l, nil
}

// Close implements Keeper.
func (l *Local) Close() error {
	l.stores.close()
	if l.virtual == nil {
		return nil
	}
	return l.virtual.Close()
}

// Login implements Keeper.
func (l *Local) Login(ctx context.Context, c Credentials) (*Admission, error) {
	g, err := l.decide(ctx, c)
	if err != nil {
		return nil, err
	}
	fsys, leave, err := l.stores.open(g.Root)
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", g.Name, err)
	}
	return &Admission{Grant: *g, FS: fsys, Leave: leave}, nil
}

// decide finds out who it is.
func (l *Local) decide(ctx context.Context, c Credentials) (*Grant, error) {
	if err := l.Ask(ctx, c.Name); err != nil {
		return nil, err
	}
	g, err := l.identify(ctx, c)
	if err != nil {
		return nil, err
	}
	if g.Settings, err = l.SettingsOf(ctx, g.Name); err != nil {
		return nil, err
	}
	return g, nil
}

// identify asks each kind of account in turn. A name that one of them has is
// decided by it alone.
func (l *Local) identify(ctx context.Context, c Credentials) (*Grant, error) {
	if want, ok := l.given[c.Name]; ok || l.virtual == nil {
		got := sha256.Sum256([]byte(c.Password))
		right := subtle.ConstantTimeCompare(got[:], want[:]) == 1 || c.Certified
		if !ok || !right {
			return nil, fmt.Errorf("wrong name or password for %q", c.Name)
		}
		return &Grant{Name: c.Name, Kind: Given, Root: l.settings.LocalRoot, Home: "/"}, nil
	}
	return l.ofDatabase(ctx, c)
}

// ofDatabase lets a virtual user in.
func (l *Local) ofDatabase(ctx context.Context, c Credentials) (*Grant, error) {
	u, err := l.account(ctx, c)
	if err != nil {
		return nil, err
	}
	switch {
	case !u.AllowsFrom(c.Peer):
		return nil, fmt.Errorf("user %q may not come from %s", u.Name, c.Peer)
	case u.TLSRequired && !c.TLS:
		return nil, ftp.Errorf(ftp.CodeNotLoggedIn, "You must use encryption.")
	}
	u.PasswordHash = ""
	return &Grant{Name: u.Name, Kind: Virtual, Root: u.Root, Home: u.HomeDir(), Account: u}, nil
}

// account finds a virtual user, by password or by certificate.
func (l *Local) account(ctx context.Context, c Credentials) (*account.User, error) {
	if c.Certified {
		return account.Admit(ctx, l.virtual, c.Name)
	}
	return account.Authenticate(ctx, l.virtual, c.Name, c.Password)
}

// oops is an error in vsftpd's words, with the option that is at fault.
func oops(message, option string, err error) error {
	if err == nil {
		return fmt.Errorf("500 OOPS: %s (%s)", message, option)
	}
	return fmt.Errorf("500 OOPS: %s (%s): %w", message, option, err)
}
