package ftpserver

import (
	"time"

	"ferry/ftp"
	"ferry/internal/dtp"
)

// TimePolicy limits the phases of a session, besides Policy.Idle and the limits
// of DataPolicy. 0 is no limit.
type TimePolicy struct {
	// Handshake is how long TLS may take to be agreed on with, or taken from, a
	// control connection (tls_handshake_timeout).
	Handshake time.Duration
	// Login is how long a client may take from its first byte to its login,
	// whatever it sends meanwhile (login_timeout). After REIN it counts anew.
	Login time.Duration
	// Session is how long a session may last (session_timeout). A transfer that
	// runs then may end.
	Session time.Duration
	// Transfer is how long a transfer may last, from its command on
	// (transfer_timeout).
	Transfer time.Duration
}

// errTransferTimeout ends a transfer that takes too long altogether.
var errTransferTimeout = &dtp.Error{Cause: ftp.CauseTransferTimeout}

// patience is how long the session waits for a command, and what it dies of
// then: the first of its limits. A zero time is for ever.
func (s *session) patience(now time.Time) (until time.Time, cause ftp.Cause) {
	sooner := func(from time.Time, limit time.Duration, because ftp.Cause) {
		if end := from.Add(limit); limit > 0 && (until.IsZero() || end.Before(until)) {
			until, cause = end, because
		}
	}
	sooner(now, s.policy.Idle, ftp.CauseIdle)
	sooner(s.info.Start, s.policy.Time.Session, ftp.CauseSessionTimeout)
	if s.state != stateIn {
		sooner(s.asking, s.policy.Time.Login, ftp.CauseLoginTimeout)
	}
	return until, cause
}

// timeout is the last reply to a client for which patience is over.
func (s *session) timeout(cause ftp.Cause) ftp.Reply {
	switch cause {
	case ftp.CauseLoginTimeout:
		return ftp.Replyf(ftp.CodeIdleTimeout, "Timeout: no login within %v (%s).", s.policy.Time.Login, cause)
	case ftp.CauseSessionTimeout:
		return ftp.Replyf(ftp.CodeIdleTimeout, "Timeout: a session may last %v (%s).", s.policy.Time.Session, cause)
	default:
		return ftp.Replyf(ftp.CodeIdleTimeout, "Timeout.")
	}
}

// handshakeEnd is when a handshake that begins now must be over: it may not
// take longer than the login may.
func (s *session) handshakeEnd() time.Time {
	now := time.Now()
	var end time.Time
	if limit := s.policy.Time.Handshake; limit > 0 {
		end = now.Add(limit)
	}
	if limit := s.policy.Time.Login; limit > 0 && s.state != stateIn {
		if login := s.asking.Add(limit); end.IsZero() || login.Before(end) {
			end = login
		}
	}
	return end
}

// limitTime calls end when a transfer that begins now has lasted too long; what
// is returned stops the clock.
func (s *session) limitTime(end func()) (stop func()) {
	limit := s.policy.Time.Transfer
	if limit <= 0 {
		return func() {}
	}
	timer := time.AfterFunc(limit, end)
	return func() { timer.Stop() }
}
