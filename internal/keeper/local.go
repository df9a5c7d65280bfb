package keeper

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"

	"ferry/ftp"
	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/broker"
	"ferry/internal/config"
	"ferry/internal/pam"
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
	system   *systemUsers    // nil without local_enable
	giver    *giver          // nil without chown_uploads
	files    files           // that the other process may have opened
	reach    reach           // complete before the first login
	stores   stores

	// guest is whose rights users have who are not the system's. It is for
	// sessions behind a broker: without one everybody has the rights of this
	// process.
	guest *broker.Identity
}

var _ Keeper = (*Local)(nil)

// Options say what a keeper keeps.
type Options struct {
	Settings config.Settings
	// Given may log in beside the users of the settings.
	Given []User
	// Privileged makes a keeper for Serve: everybody's files are reached as
	// somebody else than this process. System users need that.
	Privileged bool
	// Reading and Appending are files that the other process may have opened, for
	// it cannot any more.
	Reading, Appending []string
}

// Open opens what the settings name.
func Open(ctx context.Context, o Options) (*Local, error) {
	l := &Local{
		settings: o.Settings, given: make(map[string][sha256.Size]byte),
		files: newFiles(o.Reading, o.Appending),
	}
	if err := l.open(ctx, &o); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Local) open(ctx context.Context, o *Options) (err error) {
	s := &l.settings
	for _, u := range o.Given {
		if s.LocalRoot == "" {
			return fmt.Errorf("user %s has no directory: say which with --dir or local_root", u.Name)
		}
		l.given[u.Name] = sha256.Sum256([]byte(u.Password))
	}
	if len(o.Given) > 0 {
		if err := l.stores.try(s.LocalRoot); err != nil {
			return oops("cannot change directory:"+s.LocalRoot, "local_root", err)
		}
	}
	if l.giver, err = newGiver(s); err != nil {
		return err
	}
	if s.VirtualUsersFile != "" {
		if l.virtual, err = sqlstore.Open(ctx, s.VirtualUsersFile); err != nil {
			return oops("cannot open the database of users", "virtual_users_file", err)
		}
		if l.reach, err = below(s.VirtualRootBase); err != nil {
			return oops("cannot change directory:"+s.VirtualRootBase, "virtual_root_base", err)
		}
	}
	if !o.Privileged {
		return nil
	}
	if len(o.Given) > 0 || l.virtual != nil || s.LocalEnable && s.GuestEnable {
		if l.guest, _, err = guestIdentity(s); err != nil {
			return err
		}
	}
	if s.LocalEnable {
		l.system, err = newSystemUsers(ctx, s)
	}
	return err
}

// Close implements Keeper.
func (l *Local) Close() error {
	l.stores.close()
	err := l.system.close()
	if l.virtual != nil {
		err = errors.Join(err, l.virtual.Close())
	}
	return err
}

// Login implements Keeper.
func (l *Local) Login(ctx context.Context, c Credentials) (*Admission, error) {
	d, err := l.decide(ctx, c)
	if err != nil {
		return nil, judged(err)
	}
	fsys, leave, err := l.stores.open(d.Root)
	if err != nil {
		return nil, fmt.Errorf("user %q: %w", d.Name, err)
	}
	return &Admission{Grant: d.Grant, FS: fsys, Leave: leave}, nil
}

// decision is a login that was decided well: what is granted, and as whom.
type decision struct {
	Grant
	identity *broker.Identity
	done     func() // at the end of the session; may be nil
}

// end takes a decision back.
func (d *decision) end() {
	if d.done != nil {
		d.done()
	}
}

// judged tells what was decided about a user from what is wrong here: a file that
// cannot be read, PAM that does not answer. The second is no wrong password, so
// nobody is locked out for it.
func judged(err error) error {
	_, reply := errors.AsType[*ftp.Error](err)
	_, denied := errors.AsType[*account.DeniedError](err)
	_, refused := errors.AsType[*pam.RefusedError](err)
	if reply || denied || refused {
		return err
	}
	return &ftp.Error{Reply: ftp.Replyf(ftp.CodeNotLoggedIn, "Nobody can log in that way now, try again later."), Cause: err}
}

// decide finds out who it is. What the other process may have checked already is
// checked again.
func (l *Local) decide(ctx context.Context, c Credentials) (*decision, error) {
	if err := l.Ask(ctx, c.Name); err != nil {
		return nil, err
	}
	if c.Certified && !l.settings.SSLCertLogin {
		return nil, &account.DeniedError{Name: c.Name, Cause: errors.New("certificates stand for no password here (ssl_cert_login=NO)")}
	}
	if _, ok := l.given[c.Name]; ok || l.virtual == nil && l.system == nil {
		return l.ofStart(ctx, c)
	}
	if l.virtual == nil {
		return l.ofSystem(ctx, c)
	}
	d, err := l.ofDatabase(ctx, c)
	switch {
	case err == nil || l.system == nil:
		return d, err
	case errors.Is(err, account.ErrNotFound):
		return l.ofSystem(ctx, c)
	}
	// A name that there is costs what one costs that there is not.
	_, _ = l.system.checker.Verify(ctx, "", c.Password)
	return nil, err
}

// ofStart lets a user in who was given at start.
func (l *Local) ofStart(ctx context.Context, c Credentials) (*decision, error) {
	want, ok := l.given[c.Name]
	got := sha256.Sum256([]byte(c.Password))
	right := subtle.ConstantTimeCompare(got[:], want[:]) == 1 || c.Certified
	if !ok || !right {
		return nil, &account.DeniedError{Name: c.Name, Cause: account.ErrWrongPassword}
	}
	own, err := l.SettingsOf(ctx, c.Name)
	if err != nil {
		return nil, err
	}
	root := l.settings.LocalRoot
	if own != nil {
		root = own.LocalRoot
	}
	return &decision{
		Grant:    Grant{Name: c.Name, Kind: Given, Root: root, Home: "/", Settings: own},
		identity: l.guest,
	}, nil
}

// ofDatabase lets a virtual user in.
func (l *Local) ofDatabase(ctx context.Context, c Credentials) (*decision, error) {
	u, err := l.account(ctx, c)
	if err != nil {
		return nil, err
	}
	switch {
	case !u.AllowsFrom(c.Peer):
		return nil, &account.DeniedError{Name: u.Name, Cause: fmt.Errorf("may not come from %s", c.Peer)}
	case u.TLSRequired && !c.TLS:
		return nil, ftp.Errorf(ftp.CodeNotLoggedIn, "You must use encryption.")
	}
	if err := l.reach.refuse(u); err != nil {
		return nil, err
	}
	own, err := l.SettingsOf(ctx, u.Name)
	if err != nil {
		return nil, err
	}
	u.PasswordHash = ""
	return &decision{
		Grant:    Grant{Name: u.Name, Kind: Virtual, Root: u.Root, Home: u.HomeDir(), Account: u, Settings: own},
		identity: l.guest,
	}, nil
}

// account finds a virtual user, by password or by certificate.
func (l *Local) account(ctx context.Context, c Credentials) (*account.User, error) {
	if c.Certified {
		return account.Vouched(ctx, l.virtual, c.Name)
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
