package daemon

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"os"
	"os/user"
	"strings"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/config"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// User is somebody who may log in with a password.
type User struct {
	Name     string
	Password string
}

// accounts lets the anonymous and the users of Options in.
type accounts struct {
	settings *config.Settings
	before   ftpserver.Policy // until somebody has logged in
	anon     *localUser       // nil if there is no anonymous login
	users    map[string]*localUser
	virtual  *virtual // nil if there is no database

	banned, secure map[string]bool // passwords of the anonymous; nil if not asked for
}

// localUser is what one user gets.
type localUser struct {
	store    *osfs.FS
	password [sha256.Size]byte
	user     ftpserver.User
}

var _ ftpserver.Accounts = (*accounts)(nil)

func newAccounts(ctx context.Context, o *Options, adv *advertiser, active ActiveStatus) (*accounts, error) {
	s := &o.Settings
	a := &accounts{
		settings: s, users: make(map[string]*localUser),
		before: policyOf(s, adv, active, true),
	}
	if s.AnonymousEnable {
		root, err := anonRoot(s)
		if err != nil {
			return nil, err
		}
		if a.anon, err = newUser(s, root, &a.before, true, o.AnonymousWrite); err != nil {
			return nil, oops("cannot change directory:"+root, "anon_root", err)
		}
		a.anon.user.Name = s.FTPUsername
		a.anon.user.NewLimiter = sameRate(s.AnonMaxRate)
		if err := a.readEmails(); err != nil {
			return nil, err
		}
		if s.ChownUploads {
			owner, err := lookupOwner(s.ChownUsername)
			if err != nil {
				return nil, err
			}
			a.before.Upload.Owner, a.before.Upload.OwnerMode = owner, fileMode(s.ChownUploadMode)
		}
	}
	policy := policyOf(s, adv, active, false)
	for _, u := range o.Users {
		if s.LocalRoot == "" {
			return nil, fmt.Errorf("user %s has no directory: say which with --dir or local_root", u.Name)
		}
		user, err := newUser(s, s.LocalRoot, &policy, false, false)
		if err != nil {
			return nil, oops("cannot change directory:"+s.LocalRoot, "local_root", err)
		}
		user.password = sha256.Sum256([]byte(u.Password))
		user.user.Name, user.user.NewLimiter = u.Name, sameRate(s.LocalMaxRate)
		a.users[u.Name] = user
	}
	var err error
	if a.virtual, err = newVirtual(ctx, s, policy); err != nil {
		return nil, err
	}
	return a, nil
}

func newUser(s *config.Settings, root string, policy *ftpserver.Policy, anonymous, writeAll bool) (*localUser, error) {
	access, err := accessOf(s, anonymous, writeAll)
	if err != nil {
		return nil, err
	}
	store, err := osfs.New(root, osfs.Options{ReadOnly: access.Allow&^vfs.PermReadOnly == 0})
	if err != nil {
		return nil, err
	}
	return &localUser{store: store, user: ftpserver.User{Anonymous: anonymous, FS: store, Access: access, Policy: policy}}, nil
}

// Close closes the stores.
func (a *accounts) Close() {
	if a.anon != nil {
		_ = a.anon.store.Close()
	}
	for _, u := range a.users {
		_ = u.store.Close()
	}
	if a.virtual != nil {
		a.virtual.Close()
	}
}

// anonRoot is anon_root, else the home of ftp_username.
func anonRoot(s *config.Settings) (string, error) {
	if s.AnonRoot != "" {
		return s.AnonRoot, nil
	}
	u, err := user.Lookup(s.FTPUsername)
	if err != nil {
		return "", fmt.Errorf("500 OOPS: vsftpd: cannot locate user specified in 'ftp_username':%s: %w\nset anon_root to the directory that anonymous users shall see", s.FTPUsername, err)
	}
	return u.HomeDir, nil
}

// readEmails reads the lists of passwords that an anonymous login is checked
// against.
func (a *accounts) readEmails() (err error) {
	if a.settings.DenyEmailEnable {
		if a.banned, err = readLines(a.settings.BannedEmailFile); err != nil {
			return oops("cannot read email file:"+a.settings.BannedEmailFile, "banned_email_file", err)
		}
	}
	if a.settings.SecureEmailListEnable {
		if a.secure, err = readLines(a.settings.EmailPasswordFile); err != nil {
			return oops("cannot read email file:"+a.settings.EmailPasswordFile, "email_password_file", err)
		}
	}
	return nil
}

// readLines reads a file of one entry a line.
func readLines(name string) (map[string]bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	set := make(map[string]bool)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		set[strings.TrimSuffix(lines.Text(), "\r")] = true
	}
	return set, lines.Err()
}

// isAnonymous reports a name that logs in without an account of its own.
func (a *accounts) isAnonymous(name string) bool {
	return a.anon != nil && (strings.EqualFold(name, "ftp") || strings.EqualFold(name, "anonymous"))
}

// Ask implements ftpserver.Accounts.
func (a *accounts) Ask(_ context.Context, l ftpserver.Login) (needPassword bool, err error) {
	s := a.settings
	switch {
	case l.TLS != nil || !s.SSLEnable:
	case a.isAnonymous(l.Name) && s.ForceAnonLoginsSSL:
		return false, ftp.Errorf(ftp.CodeNotLoggedIn, "Anonymous sessions must use encryption.")
	case !a.isAnonymous(l.Name) && s.ForceLocalLoginsSSL:
		// Before the password comes in clear.
		return false, ftp.Errorf(ftp.CodeNotLoggedIn, "Non-anonymous sessions must use encryption.")
	}
	switch {
	case a.isAnonymous(l.Name):
		return !a.settings.NoAnonPassword, nil
	case len(a.users) == 0 && a.virtual == nil && !a.settings.LocalEnable:
		return false, ftp.Errorf(ftp.CodeLoginFailed, "This FTP server is anonymous only.")
	}
	return !certified(s, l), mayName(s, l)
}

// Authenticate implements ftpserver.Accounts.
func (a *accounts) Authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if a.isAnonymous(l.Name) {
		if a.banned[l.Password] {
			return nil, fmt.Errorf("the anonymous password %q is banned", l.Password)
		}
		if a.secure != nil && !a.secure[l.Password] {
			return nil, fmt.Errorf("the anonymous password %q is not in the list", l.Password)
		}
		return &a.anon.user, nil
	}
	user := a.users[l.Name]
	if user == nil && a.virtual != nil {
		return a.virtual.authenticate(ctx, l)
	}
	if user != nil && certified(a.settings, l) {
		return &user.user, nil
	}
	given := sha256.Sum256([]byte(l.Password))
	want := [sha256.Size]byte{}
	if user != nil {
		want = user.password
	}
	if subtle.ConstantTimeCompare(given[:], want[:]) != 1 || user == nil {
		return nil, fmt.Errorf("wrong name or password for %q", l.Name)
	}
	return &user.user, nil
}
