package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/config"
)

// limits stands between the server and the accounts, whatever kind they are, and
// holds users and strangers to what all of them have in common: how often a
// login may fail, how many sessions a user may have, and the rates that sessions
// share.
type limits struct {
	accounts ftpserver.Accounts
	lockout  *lockout
	connects *connectRate
	total    *sharedRate
	settings *config.Settings
	// of gives the settings of a user who has some of his own, else nil; it may
	// be nil itself.
	of func(ctx context.Context, name string) (*config.Settings, error)

	mu    sync.Mutex
	users map[string]*userShare // those who are logged in
}

// userShare is what the sessions of one user have in common.
type userShare struct {
	sessions int
	rate     *sharedRate
}

var _ ftpserver.Accounts = (*limits)(nil)

func newLimits(s *config.Settings, accounts ftpserver.Accounts) *limits {
	return &limits{
		accounts: accounts,
		lockout:  newLockout(s.LockoutPerIP, s.LockoutPerUser, seconds(s.LockoutWindow), seconds(s.LockoutTime)),
		connects: newConnectRate(s.ConnectRatePerIP, s.ConnectBurstPerIP),
		total:    newSharedRate(s.TotalMaxRate),
		settings: s,
		users:    make(map[string]*userShare),
	}
}

// admit decides about a new connection, at once.
func (l *limits) admit(peer netip.AddrPort) error {
	if err := l.connects.refusal(peer.Addr()); err != nil {
		return err
	}
	return l.lockout.refusal(peer.Addr())
}

// Ask implements ftpserver.Accounts.
func (l *limits) Ask(ctx context.Context, login ftpserver.Login) (needPassword bool, err error) {
	if err := l.lockout.refusal(login.Peer.Addr()); err != nil {
		return false, err
	}
	return l.accounts.Ask(ctx, login)
}

// Authenticate implements ftpserver.Accounts. A locked name is answered like a
// wrong password, and as late: the password is looked at all the same.
func (l *limits) Authenticate(ctx context.Context, login ftpserver.Login) (*ftpserver.User, error) {
	addr := login.Peer.Addr()
	if err := l.lockout.refusal(addr); err != nil {
		return nil, err
	}
	// Who comes by certificate has guessed nothing, and is not locked out by those
	// who have.
	locks := func() bool { return !certified(l.settings, login) && l.lockout.nameLocked(login.Name) }
	locked := locks()
	user, err := l.accounts.Authenticate(ctx, login)
	// Other sessions may have used the last attempt up meanwhile: so who asks
	// many times at once learns no more than who asks one time after the other.
	if refusal := l.lockout.refusal(addr); refusal != nil {
		leave(user)
		return nil, refusal
	}
	if locked || locks() {
		leave(user)
		l.lockout.fail(addr, login.Name)
		return nil, fmt.Errorf("user name %q is locked after too many failed logins", login.Name)
	}
	if err != nil {
		if wrongPassword(err) && ctx.Err() == nil {
			l.lockout.fail(addr, login.Name)
		}
		return nil, err
	}
	l.lockout.succeed(login.Name)
	entered, err := l.enter(ctx, user)
	if err != nil {
		leave(user)
	}
	return entered, err
}

// wrongPassword reports that a login failed for what was guessed: an error with
// a reply of its own says that something else is wrong.
func wrongPassword(err error) bool {
	_, reply := errors.AsType[*ftp.Error](err)
	_, refusal := errors.AsType[*ftpserver.RefusalError](err)
	return !reply && !refusal
}

func leave(user *ftpserver.User) {
	if user != nil && user.Leave != nil {
		user.Leave()
	}
}

// enter counts a session of a user, and gives it its share of the rates.
func (l *limits) enter(ctx context.Context, user *ftpserver.User) (*ftpserver.User, error) {
	if user.Anonymous {
		return l.held(user, nil), nil
	}
	s := l.settings
	if l.of != nil && s.UserConfigDir != "" {
		own, err := l.of(ctx, user.Name)
		if err != nil {
			return nil, err
		}
		if own != nil {
			s = own
		}
	}
	if s.MaxPerUser == 0 && s.UserMaxRate == 0 {
		return l.held(user, nil), nil
	}
	l.mu.Lock()
	share := l.users[user.Name]
	if share == nil {
		share = &userShare{rate: newSharedRate(s.UserMaxRate)}
		l.users[user.Name] = share
	}
	full := s.MaxPerUser > 0 && uint32(share.sessions) >= s.MaxPerUser
	if !full {
		share.sessions++
	}
	l.mu.Unlock()
	if full {
		return nil, ftpserver.NewRefusal(ftp.CodeNotLoggedIn, ftp.CauseTooManySessions,
			fmt.Sprintf("You are logged in %d times already, which is the limit", s.MaxPerUser))
	}
	held := l.held(user, share.rate)
	before := user.Leave
	held.Leave = sync.OnceFunc(func() {
		l.mu.Lock()
		if share.sessions--; share.sessions == 0 {
			delete(l.users, user.Name)
		}
		l.mu.Unlock()
		if before != nil {
			before()
		}
	})
	return held, nil
}

// held is the user with the rates that his sessions share.
func (l *limits) held(user *ftpserver.User, rate *sharedRate) *ftpserver.User {
	if rate == nil && l.total == nil {
		copied := *user
		return &copied
	}
	copied := *user
	copied.NewLimiter = func(d ftpserver.Direction) ftpserver.Limiter {
		var own ftpserver.Limiter
		if user.NewLimiter != nil {
			own = user.NewLimiter(d)
		}
		return chain(own, rate, l.total)
	}
	return &copied
}

// timeOf is how long the phases of a session may last.
func timeOf(s *config.Settings) ftpserver.TimePolicy {
	return ftpserver.TimePolicy{
		Handshake: seconds(s.TLSHandshakeTimeout), Login: seconds(s.LoginTimeout),
		Session: seconds(s.SessionTimeout), Transfer: seconds(s.TransferTimeout),
	}
}
