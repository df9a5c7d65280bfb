package daemon

import (
	"context"
	"fmt"
	"path"
	"strings"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/account/system"
	"ferry/internal/config"
	"ferry/internal/keeper"
	"ferry/vfs"
)

// User is somebody who may log in with a password that was given at start.
type User = keeper.User

// accounts lets the anonymous in, and whom the keeper lets in.
type accounts struct {
	settings  *config.Settings
	before    ftpserver.Policy // until somebody has logged in
	advertise *advertiser
	active    ActiveStatus
	anon      *anonymousLogin // nil if there is no anonymous login
	keeper    keeper.Keeper
	local     *keeper.Local // the keeper, if it is in this process
	named     bool          // somebody beside the anonymous can log in
	usage     usages
	present   presence
}

var _ ftpserver.Accounts = (*accounts)(nil)

func newAccounts(ctx context.Context, o *Options, adv *advertiser, active ActiveStatus) (*accounts, error) {
	s := &o.Settings
	a := &accounts{
		settings: s, advertise: adv, active: active,
		keeper: o.Keeper, named: len(o.Users) > 0 || s.VirtualUsersFile != "" || s.LocalEnable,
	}
	a.before = a.policyOf(s, true)
	var err error
	if s.AnonymousEnable {
		if a.anon, err = newAnonymous(s, o.AnonymousWrite); err != nil {
			return nil, err
		}
	}
	if a.keeper == nil {
		local, err := keeper.Open(ctx, keeper.Options{Settings: *s, Given: o.Users})
		if err != nil {
			a.Close()
			return nil, err
		}
		a.keeper, a.local = local, local
	}
	if a.anon != nil {
		// A mistake in that file is said to who logs in, as it may be mended.
		if own, err := a.keeper.SettingsOf(ctx, s.FTPUsername); err == nil && own != nil {
			a.anon.own = own.AnonRoot
		}
	}
	return a, nil
}

// Close closes the stores.
func (a *accounts) Close() {
	if a.anon != nil {
		_ = a.anon.store.Close()
	}
	if a.keeper != nil {
		_ = a.keeper.Close()
	}
}

// isAnonymous reports a name that logs in without an account of its own.
func (a *accounts) isAnonymous(name string) bool {
	return a.anon != nil && (strings.EqualFold(name, "ftp") || strings.EqualFold(name, "anonymous"))
}

// Ask implements ftpserver.Accounts.
func (a *accounts) Ask(ctx context.Context, l ftpserver.Login) (needPassword bool, err error) {
	s := a.settings
	switch {
	case l.TLS != nil && a.isAnonymous(l.Name) && !s.AllowAnonSSL && !s.ForceAnonLoginsSSL:
		return false, ftp.Errorf(ftp.CodeNotLoggedIn, "Anonymous sessions may not use encryption.")
	case l.TLS != nil || !s.SSLEnable:
	case a.isAnonymous(l.Name) && s.ForceAnonLoginsSSL:
		return false, ftp.Errorf(ftp.CodeNotLoggedIn, "Anonymous sessions must use encryption.")
	case !a.isAnonymous(l.Name) && s.ForceLocalLoginsSSL:
		// Before the password comes in clear.
		return false, ftp.Errorf(ftp.CodeNotLoggedIn, "Non-anonymous sessions must use encryption.")
	}
	if !a.isAnonymous(l.Name) && !a.named {
		return false, &ftp.Error{Reply: ftp.Replyf(ftp.CodeLoginFailed, "This FTP server is anonymous only."), Cause: ftpserver.ErrNoAttempt}
	}
	if err := a.keeper.Ask(ctx, l.Name); err != nil {
		return false, err
	}
	if a.isAnonymous(l.Name) {
		return !s.NoAnonPassword, nil
	}
	return !certified(s, l), mayName(s, l)
}

// Authenticate implements ftpserver.Accounts.
func (a *accounts) Authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if a.isAnonymous(l.Name) {
		return a.letAnonymousIn(ctx, l)
	}
	admission, err := a.keeper.Login(ctx, keeper.Credentials{
		Name: l.Name, Password: l.Password, Peer: l.Peer.Addr(), TLS: l.TLS != nil, Certified: certified(a.settings, l),
	})
	if err != nil {
		return nil, err
	}
	user, err := a.userOf(ctx, admission)
	if err != nil {
		admission.Leave()
		return nil, err
	}
	return user, nil
}

// userOf makes a session's user of what the keeper has granted.
func (a *accounts) userOf(ctx context.Context, in *keeper.Admission) (*ftpserver.User, error) {
	s := a.settings
	if in.Settings != nil {
		s = in.Settings
	}
	access, err := accessOf(s, in.Anonymous, false)
	if err != nil {
		return nil, err
	}
	policy := a.policyOf(s, in.Anonymous)
	policy.Security = securityOf(s, false) // a guest has shown a password all the same
	rate := s.LocalMaxRate
	if in.Anonymous {
		rate = s.AnonMaxRate
	}
	u := &ftpserver.User{
		Name: in.Name, FS: in.FS, Access: access, Policy: &policy, NewLimiter: sameRate(rate), Leave: in.Leave,
	}
	if u.Home, err = homeOf(ctx, in); err != nil {
		return nil, err
	}
	if s.TildeUserEnable && in.Kind == keeper.System && in.Root == "/" {
		u.HomeOf = system.DefaultFiles().HomeOf
	}
	if in.Account != nil {
		if err := a.limit(ctx, u, in, int64(rate)); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// policyOf is how the settings want a session treated.
func (a *accounts) policyOf(s *config.Settings, anonymous bool) ftpserver.Policy {
	p := policyOf(s, a.advertise, a.active, anonymous)
	if anonymous && s.ChownUploads {
		p.Upload.GiveAway = a.keeper.GiveAway
	}
	return p
}

// homeOf is where a session begins: a directory that the user can enter.
func homeOf(ctx context.Context, in *keeper.Admission) (string, error) {
	if in.Kind != keeper.System && in.Kind != keeper.Guest {
		return in.Home, nil // the client is told when it asks for what is there
	}
	var first error
	for _, dir := range []string{in.Home, in.Fallback} {
		e, ok := vfs.As[vfs.Enterer](in.FS)
		if dir == "" || !ok {
			continue
		}
		err := e.Enter(ctx, dir)
		if err == nil {
			return dir, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", &ftp.Error{
		Reply: ftp.Replyf(ftp.CodeLoginFailed, "Cannot change to your directory."),
		Cause: fmt.Errorf("user %q: the directory %s cannot be entered: %w", in.Name, path.Join(in.Root, in.Home), first),
	}
}
