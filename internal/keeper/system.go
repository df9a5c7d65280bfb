package keeper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"ferry/internal/account/system"
	"ferry/internal/broker"
	"ferry/internal/config"
	"ferry/internal/pam"
)

// systemUsers are the accounts of the machine (local_enable).
type systemUsers struct {
	checker system.Checker
	pam     *pam.Client // nil: passwords are checked against /etc/shadow
	how     string      // who checks passwords, for the log
}

// pamDir holds the rules of each PAM service.
const pamDir = "/etc/pam.d"

// newSystemUsers chooses who checks passwords: PAM, if its helper is installed, else
// this process by /etc/shadow. The rules of the default service come with the
// package of vsftpd: where they are missing, nobody has asked for PAM. A service
// that was named is PAM's to know, which refuses what has no rules.
func newSystemUsers(ctx context.Context, s *config.Settings) (*systemUsers, error) {
	u := &systemUsers{checker: system.Checker{Files: system.DefaultFiles(), CheckShell: s.CheckShell}}
	path, installed := pam.Find()
	rules := filepath.Join(pamDir, s.PAMServiceName)
	_, err := os.Stat(rules)
	usual := s.PAMServiceName == config.Defaults().PAMServiceName
	if !installed || err != nil && usual {
		if s.SessionSupport {
			return nil, oops("session_support needs PAM: the helper ferry-pam and the rules "+rules, "session_support", err)
		}
		u.how = "by /etc/shadow: ferry-pam is not installed"
		if installed {
			u.how = "by /etc/shadow: there is no " + rules
		}
		return u, nil
	}
	u.how = "by PAM, service " + s.PAMServiceName + " (" + path + ")"
	// It is not started again: this process gives up what it would need for that.
	if u.pam, err = pam.Start(ctx, pam.Options{Path: path, Stderr: os.Stderr}); err != nil {
		return nil, oops("cannot start the helper for PAM", "pam_service_name", err)
	}
	return u, nil
}

func (u *systemUsers) close() error {
	if u == nil || u.pam == nil {
		return nil
	}
	return u.pam.Close()
}

// proof is what a login has proved.
type proof struct {
	// user is who has shown the password, and is allowed in; nil where PAM has
	// taken the name, or a certificate did, and nobody has looked yet.
	user *system.User
	// known is what the C library knows of a name that PAM has taken; it may
	// have users that /etc/passwd has not.
	known *pam.Account
	done  func() // ends the PAM session; may be nil
}

// check checks a password, or what stands for it.
func (u *systemUsers) check(ctx context.Context, s *config.Settings, c Credentials) (p proof, err error) {
	switch {
	case c.Certified:
		return proof{}, nil
	case u.pam == nil:
		p.user, err = u.checker.Verify(ctx, c.Name, c.Password)
		return p, err
	}
	session, err := u.pam.Authenticate(ctx, pam.Request{
		Service: s.PAMServiceName, User: c.Name, Password: []byte(c.Password), Rhost: c.Peer.String(),
		OpenSession: s.SessionSupport, Utmp: true,
	})
	if err != nil {
		return proof{}, err
	}
	return proof{known: session.Account, done: func() { _ = session.Close() }}, nil
}

// find looks up a user whom PAM or a certificate has let in, and asks the system's
// lists all the same: no way in is easier than another.
func (u *systemUsers) find(name string, known *pam.Account) (*system.User, error) {
	who, err := u.checker.Files.Lookup(name)
	switch {
	case err == nil:
	case known == nil || !errors.Is(err, system.ErrNoUser):
		return nil, err
	default:
		who = &system.User{
			Name: known.Name, UID: known.UID, GID: known.GID, Groups: known.Groups, Home: known.Home, Shell: known.Shell,
		}
	}
	return who, u.checker.Allowed(who)
}

// ofSystem lets a system user in, or a guest.
func (l *Local) ofSystem(ctx context.Context, c Credentials) (*decision, error) {
	p, err := l.system.check(ctx, &l.settings, c)
	if err != nil {
		return nil, err
	}
	d := &decision{Grant: Grant{Name: c.Name, Kind: System}, done: p.done}
	if err := l.settle(ctx, d, p); err != nil {
		d.end()
		return nil, err
	}
	return d, nil
}

// settle says who a user becomes and what the user sees, by the settings of that
// user.
func (l *Local) settle(ctx context.Context, d *decision, p proof) (err error) {
	if d.Settings, err = l.SettingsOf(ctx, d.Name); err != nil {
		return err
	}
	s := &l.settings
	if d.Settings != nil {
		s = d.Settings
	}
	var home string
	if s.GuestEnable {
		d.Kind, d.Anonymous = Guest, !s.VirtualUseLocalPrivs
		if err := l.system.checker.AllowedName(d.Name); err != nil {
			return err
		}
		if d.identity, home, err = guestIdentity(s); err != nil {
			return err
		}
	} else {
		who := p.user
		if who == nil {
			if who, err = l.system.find(d.Name, p.known); err != nil {
				return err
			}
		}
		d.identity, home = identityOf(who), who.Home
	}
	return l.place(d, s, home)
}

// place finds the directory that a system user sees. Who is confined is decided
// by the settings of all, as in vsftpd: the file of one user does not change it.
func (l *Local) place(d *decision, s *config.Settings, home string) (err error) {
	rules := system.PlaceRules{
		ChrootLocalUser: l.settings.ChrootLocalUser, PasswdChroot: s.PasswdChrootEnable,
		LocalRoot: s.LocalRoot, SubToken: s.UserSubToken,
		Guest: d.Kind == Guest, LocalPrivileges: s.VirtualUseLocalPrivs,
	}
	if l.settings.ChrootListEnable {
		if rules.ChrootList, err = system.ReadUserList(l.settings.ChrootListFile); err != nil {
			return fmt.Errorf("chroot_list_file: %w", err)
		}
	}
	at, err := rules.Place(d.Name, home)
	if err != nil {
		return err
	}
	d.Root, d.Home, d.Fallback = at.Root, at.Dir, at.Fallback
	return nil
}

func identityOf(u *system.User) *broker.Identity {
	return &broker.Identity{UID: u.UID, GID: u.GID, Groups: u.Groups}
}

// guestIdentity finds guest_username, as whom guests, virtual users and those of
// --user reach their files.
func guestIdentity(s *config.Settings) (*broker.Identity, string, error) {
	u, err := system.DefaultFiles().Lookup(s.GuestUsername)
	switch {
	case err == nil && u.UID == 0:
		err = errors.New("it may not be the superuser")
	case err == nil:
		return identityOf(u), u.Home, nil
	}
	return nil, "", fmt.Errorf("%w\nthe files of virtual users and guests are reached as this user: make one (useradd --system %s) or name another one with guest_username=",
		oops("vsftpd: cannot locate user specified in 'guest_username':"+s.GuestUsername, "guest_username", err), s.GuestUsername)
}
