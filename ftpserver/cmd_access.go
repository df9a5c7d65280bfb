package ftpserver

import (
	"context"
	"errors"
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
	"ferry/vfs"
)

func cmdUser(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	if s.state == stateIn {
		switch {
		case s.user.Anonymous:
			return ftp.Reply{}, ftp.Errorf(ftp.CodeLoginFailed, "Can't change from guest user.")
		case arg == s.user.Name:
			return ftp.Replyf(ftp.CodeGivePassword, "Any password will do."), nil
		}
		return ftp.Reply{}, ftp.Errorf(ftp.CodeLoginFailed, "Can't change to another user.")
	}
	s.state = stateNew
	s.asked = &Login{Name: arg, Peer: s.info.Peer, Local: s.info.Local, TLS: s.connectionState()}
	needPassword, err := s.srv.Accounts.Ask(ctx, *s.asked)
	switch {
	case errors.Is(err, ErrNoAttempt):
		s.asked = nil
		return ftp.Reply{}, err
	case err != nil:
		return s.loginFailed(ctx, err)
	case !needPassword:
		return s.login(ctx, s.asked.TLS != nil)
	}
	s.state = stateNamed
	return ftp.Replyf(ftp.CodeGivePassword, "Please specify the password."), nil
}

func cmdPass(ctx context.Context, s *session, arg string) (ftp.Reply, error) {
	switch s.state {
	case stateIn:
		return ftp.Replyf(ftp.CodeLoginOK, "Already logged in."), nil
	case stateNew:
		return ftp.Reply{}, ftp.Errorf(ftp.CodeBadSequence, "Login with USER first.")
	default:
	}
	s.state = stateNew
	s.asked.Password = arg
	return s.login(ctx, false)
}

// login asks the accounts, and makes the session the user's. certified says that
// TLS stands for the password of a user who is not anonymous.
func (s *session) login(ctx context.Context, certified bool) (ftp.Reply, error) {
	user, err := s.srv.Accounts.Authenticate(ctx, *s.asked)
	if err != nil {
		return s.loginFailed(ctx, err)
	}
	policy := &s.srv.Policy
	if user.Policy != nil {
		policy = user.Policy
	}
	err = s.mayLoginSo(&policy.Security, user.Anonymous)
	if err != nil {
		if user.Leave != nil {
			user.Leave()
		}
		return s.loginFailed(ctx, err)
	}
	s.user = user // from here on it is told when the session leaves it
	if err := pause(ctx, s.srv.LoginDelay); err != nil {
		s.finish(ftp.CauseShutdown, nil)
		return ftp.Reply{}, err
	}
	s.policy, s.state = policy, stateIn
	s.fsys, s.umask = vfs.Restrict(user.FS, user.Access), s.policy.Upload.Umask
	s.perms = permFactsOf(user.Access.Allow)
	s.dir = user.Home
	if s.dir == "" {
		s.dir = "/"
	}
	if user.NewLimiter != nil {
		down := user.NewLimiter(Download)
		s.limit = map[Direction]Limiter{Download: down, Listing: down, Upload: user.NewLimiter(Upload)}
	}
	s.info.User, s.info.Anonymous = user.Name, user.Anonymous
	if user.Anonymous {
		s.info.Ident = s.asked.Password
	}
	s.asked = nil
	code, done := ftp.CodeLoginOK, "Login successful."
	if certified = certified && !user.Anonymous; certified {
		code, done = ftp.CodeLoginVouched, "Login successful, by certificate." // RFC 2228
	}
	if s.trace.Login != nil {
		s.trace.Login(s.info, LoginInfo{User: user.Name, OK: true, Ident: s.info.Ident, Certified: certified})
	}
	return ftp.Reply{Code: code, Lines: append(s.message(ctx), done)}, nil
}

// loginFailed answers a login that was refused, slowly, and not for ever.
func (s *session) loginFailed(ctx context.Context, err error) (ftp.Reply, error) {
	name := s.asked.Name
	s.asked = nil
	if refusal, ok := errors.AsType[*RefusalError](err); ok && refusal.Reply.Code == ftp.CodeClosing {
		s.finish(refusal.Cause, err)
	}
	s.fails++
	if s.trace.Login != nil {
		s.trace.Login(s.info, LoginInfo{User: name, Err: err})
	}
	if err := pause(ctx, s.srv.FailedLoginDelay); err != nil {
		return ftp.Reply{}, err
	}
	if s.srv.MaxLoginFails > 0 && s.fails >= s.srv.MaxLoginFails {
		s.finish(ftp.CauseLoginFailures, err)
	}
	if e, ok := errors.AsType[*ftp.Error](err); ok {
		return ftp.Reply{}, e
	}
	if refusal, ok := errors.AsType[*RefusalError](err); ok {
		return ftp.Reply{}, &ftp.Error{Reply: refusal.Reply, Cause: err}
	}
	return ftp.Reply{}, &ftp.Error{Reply: ftp.Replyf(ftp.CodeLoginFailed, "Login incorrect."), Cause: err}
}

// pause waits, unless the server ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &ftp.Error{Reply: ftp.Replyf(ftp.CodeClosing, "The server is stopping."), Cause: errShutdown}
	}
}

func cmdAcct(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	if s.state != stateIn {
		return ftp.Reply{}, misplaced(s.state)
	}
	return ftp.Replyf(ftp.CodeSuperfluous, "No account needed."), nil
}

// cmdRein starts anew, as right after the greeting (RFC 959 §4.1.1).
func cmdRein(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	if s.sec.conn != nil {
		// It would have to end TLS as well (RFC 4217 §11), and who asks for
		// that had better connect anew.
		return ftp.Reply{}, ftp.Errorf(ftp.CodeNotImplemented, "REIN is not available under TLS.")
	}
	s.dropData()
	s.state, s.policy = stateNew, &s.srv.Policy
	s.asking, s.utf8 = time.Now(), false
	s.leave()
	s.fsys, s.limit, s.umask = nil, nil, 0
	s.dir, s.typ, s.rest, s.renameFrom, s.epsvAll = "/", ftp.TypeASCII, 0, "", false
	s.facts, s.told = defaultFacts, nil
	s.asked = nil
	s.info.User, s.info.Anonymous, s.info.Ident = "", false, ""
	return ftp.Replyf(ftp.CodeReinOK, "Ready for a new user."), nil
}

func cmdQuit(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	s.finish("", nil)
	return ftp.Replyf(ftp.CodeGoodbye, "Goodbye."), nil
}

// cmdAbor comes here only when no transfer runs; watch has the other case. The
// data connection that was agreed is given up (RFC 959 §4.1.3).
func cmdAbor(_ context.Context, s *session, _ string) (ftp.Reply, error) {
	s.dropData()
	return ftp.Replyf(ftp.CodeAborNoTransfer, "No transfer to ABOR."), nil
}

var _ dtp.Limiter = Limiter(nil)
