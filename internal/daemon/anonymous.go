package daemon

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"

	"ferry/ftpserver"
	"ferry/internal/config"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// anonymousLogin is the login without an account: its files are those that this
// process can reach.
type anonymousLogin struct {
	store    *osfs.FS
	root     string
	own      string // anon_root in the file of ftp_username, as it was at start
	writeAll bool

	banned, secure map[string]bool // passwords; nil if not asked for
}

func newAnonymous(s *config.Settings, writeAll bool) (_ *anonymousLogin, err error) {
	a := &anonymousLogin{writeAll: writeAll}
	if a.root, err = anonRoot(s); err != nil {
		return nil, err
	}
	if s.DenyEmailEnable {
		if a.banned, err = readLines(s.BannedEmailFile); err != nil {
			return nil, oops("cannot read email file:"+s.BannedEmailFile, "banned_email_file", err)
		}
	}
	if s.SecureEmailListEnable {
		if a.secure, err = readLines(s.EmailPasswordFile); err != nil {
			return nil, oops("cannot read email file:"+s.EmailPasswordFile, "email_password_file", err)
		}
	}
	access, err := accessOf(s, true, writeAll)
	if err != nil {
		return nil, err
	}
	readOnly := access.Allow&^vfs.PermReadOnly == 0 && s.UserConfigDir == ""
	if a.store, err = osfs.New(a.root, osfs.Options{ReadOnly: readOnly, Beside: beside}); err != nil {
		return nil, oops("cannot change directory:"+a.root, "anon_root", err)
	}
	return a, nil
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

// letAnonymousIn checks what was given for a password, and makes the user.
func (a *accounts) letAnonymousIn(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if a.anon.banned[l.Password] {
		return nil, fmt.Errorf("the anonymous password %q is banned", l.Password)
	}
	if a.anon.secure != nil && !a.anon.secure[l.Password] {
		return nil, fmt.Errorf("the anonymous password %q is not in the list", l.Password)
	}
	own, err := a.keeper.SettingsOf(ctx, a.settings.FTPUsername)
	switch {
	case err != nil:
		return nil, err
	case own == nil:
		return a.anonymousUser(a.settings)
	}
	u, err := a.anonymousUser(own)
	if err != nil || own.AnonRoot == a.settings.AnonRoot {
		return u, err
	}
	// The file of the user ftp gives the anonymous a directory of their own.
	store, err := osfs.New(own.AnonRoot, osfs.Options{Beside: beside})
	if err != nil {
		return nil, fmt.Errorf("anon_root of the user %q: %w", a.settings.FTPUsername, err)
	}
	u.FS, u.Leave = store, func() { _ = store.Close() }
	return u, nil
}

// anonymousUser is what the settings make of an anonymous session.
func (a *accounts) anonymousUser(s *config.Settings) (*ftpserver.User, error) {
	access, err := accessOf(s, true, a.anon.writeAll)
	if err != nil {
		return nil, err
	}
	policy := a.policyOf(s, true)
	return &ftpserver.User{
		Name: s.FTPUsername, Anonymous: true, FS: a.anon.store, Access: access, Policy: &policy, NewLimiter: sameRate(s.AnonMaxRate),
	}, nil
}

// beside lets a store work on several threads: all of this process are the same user.
func beside(f func()) { go f() }
