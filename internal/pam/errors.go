package pam

import (
	"errors"
	"fmt"
)

// Why there is no answer of PAM: faults, not refusals.
var (
	// ErrGone is a program that has ended, and was not started again.
	ErrGone = errors.New("ferry-pam has ended")
	// ErrBusy is too many logins or sessions at once.
	ErrBusy = errors.New("ferry-pam has too much to do")
	// ErrTimeout is a module that takes too long.
	ErrTimeout = errors.New("a PAM module takes too long")
	// ErrCrashed is a process that has ended without an answer.
	ErrCrashed = errors.New("the process of the PAM transaction has ended early")
	// ErrRequest is a name, a password or another text that PAM cannot be asked about.
	ErrRequest = errors.New("PAM cannot be asked about this")
	// ErrBroken is a service that is not there, or a module that cannot be loaded
	// or does not work.
	ErrBroken = errors.New("PAM does not work for this service")
)

// RefusedError is PAM's no. The peer must not learn the cause, which is for the
// log.
type RefusedError struct {
	User string
	// Reason is a name that stays the same: "authentication-failed",
	// "no-such-user", "account-refused", "account-expired", "password-expired",
	// "password-must-change", "permission-denied", "too-many-tries",
	// "authentication-unavailable", "credentials-refused", "session-refused",
	// "prompt-refused", "user-changed", "module-failed".
	Reason string
	// Code is PAM's own name, such as PAM_AUTH_ERR, and Stage the step: start,
	// authenticate, account, credentials, session.
	Code, Stage string
	// Text is what a module complained about, or PAM's sentence for the code. It
	// is the modules' and may hold anything.
	Text string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("user %q: PAM refuses: %s (%s, %s): %q", e.User, e.Reason, e.Stage, e.Code, e.Text)
}

// refusal turns an answer into an error.
func refusal(user string, a *answer) error {
	var fault error
	switch a.Reason {
	case "timeout":
		fault = ErrTimeout
	case "crashed":
		fault = ErrCrashed
	case "busy":
		fault = ErrBusy
	case "bad-request":
		fault = ErrRequest
	case "pam-broken":
		return fmt.Errorf("%w: user %q (%s, %s): %q", ErrBroken, user, a.Stage, a.Code, a.Text)
	default:
		return &RefusedError{User: user, Reason: a.Reason, Code: a.Code, Stage: a.Stage, Text: a.Text}
	}
	return fmt.Errorf("%w: user %q: %q", fault, user, a.Text)
}
