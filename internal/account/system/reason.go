package system

import (
	"errors"

	"ferry/internal/account"
)

// reasonError is why a user is not let in, with a name for it that stays the
// same, for logs and counters.
type reasonError struct{ name, text string }

func (e *reasonError) Error() string { return e.text }

// Why a user is not let in: the causes of an account.DeniedError.
var (
	ErrNoUser        error = &reasonError{"no-such-user", "there is no such user"}
	ErrWrongPassword error = &reasonError{"wrong-password", "wrong password"}
	ErrNoPassword    error = &reasonError{"no-password", "the user has no password, and logs in with none"}
	ErrLocked        error = &reasonError{"account-locked", "the password is locked (! or * in /etc/shadow)"}
	ErrHash          error = &reasonError{"hash-unknown", "the password's hash cannot be verified"}
	ErrExpired       error = &reasonError{"account-expired", "the account has expired"}
	ErrAged          error = &reasonError{"password-expired", "the password has expired, and was not changed in time"}
	ErrMustChange    error = &reasonError{"password-must-change", "the password must be changed first"}
	ErrFTPUsers      error = &reasonError{"listed-in-ftpusers", "the list of users without FTP (/etc/ftpusers) has the name"}
	ErrRoot          error = &reasonError{"root-refused", "the superuser is let in only where /etc/ftpusers exists and does not list the name"}
	ErrShell         error = &reasonError{"shell-not-listed", "the shell is not in /etc/shells"}
)

// Reason is the lasting name of why a login was refused, such as
// "account-expired"; "" for an error that is no refusal.
func Reason(err error) string {
	if reason, ok := errors.AsType[*reasonError](err); ok {
		return reason.name
	}
	return ""
}

// deny is a refusal of a login.
func deny(name string, cause error) error {
	return &account.DeniedError{Name: name, Cause: cause}
}
