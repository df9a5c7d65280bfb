package account

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Why a user is not let in, beside ErrNotFound: the cause of a DeniedError.
var (
	ErrWrongPassword = errors.New("wrong password")
	ErrNoPassword    = errors.New("the user has no password")
	ErrDisabled      = errors.New("the user is disabled")
	ErrExpired       = errors.New("the account has expired")
)

// DeniedError is a login that the account does not allow. The peer must not
// learn the cause, which is for the log. Other errors of Authenticate are faults
// of the store.
type DeniedError struct {
	Name  string
	Cause error
}

func (e *DeniedError) Error() string { return fmt.Sprintf("user %q: %v", e.Name, e.Cause) }

// Unwrap gives the cause.
func (e *DeniedError) Unwrap() error { return e.Cause }

// decoy is a hash of the cost of new ones, for which no password is known.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$ZmVycnkgZGVjb3kgMDAwMA$3J1pJ5M0V7b0z3xkq0oJ0cJmJ0n3o8pX1mC6u2y9zqE"

// Authenticate looks up a user, checks the password, and then whether the
// account is disabled or has expired. Networks, sessions and all the rest are for
// the caller to check.
//
// Every login costs at least one new hash, also of a name that nobody has or has
// no password, so that the time tells nothing about names. One whose hash is of
// an older form costs that on top, until the user has logged in: then a new hash
// takes its place, unless somebody has changed the password meanwhile. If the
// new hash cannot be stored the login counts nevertheless, and the next one
// tries again.
func Authenticate(ctx context.Context, store Store, name, password string) (*User, error) {
	u, err := store.Lookup(ctx, name)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, deny(ctx, name, password, ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("looking up user %q: %w", name, err)
	case u.PasswordHash == "":
		return nil, deny(ctx, name, password, ErrNoPassword)
	case password == "": // though an imported hash may be one of it
		return nil, deny(ctx, name, password, ErrWrongPassword)
	}
	ok, weak, err := Verify(ctx, u.PasswordHash, password)
	switch {
	case errors.Is(err, ErrHash):
		return nil, deny(ctx, name, password, err)
	case err != nil:
		return nil, err
	case !ok && weak:
		return nil, deny(ctx, name, password, ErrWrongPassword)
	case !ok:
		return nil, &DeniedError{Name: name, Cause: ErrWrongPassword}
	case u.Disabled:
		return nil, &DeniedError{Name: name, Cause: ErrDisabled}
	case u.Expired(time.Now()):
		return nil, &DeniedError{Name: name, Cause: ErrExpired}
	case weak:
		if err := rehash(ctx, store, u, password); err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return u, nil
}

// deny denies a login after the work of a new hash.
func deny(ctx context.Context, name, password string, cause error) error {
	if _, _, err := Verify(ctx, decoy, password); err != nil {
		return err
	}
	return &DeniedError{Name: name, Cause: cause}
}

// rehash puts a new hash of the password in the place of the old one, in u too.
func rehash(ctx context.Context, store Store, u *User, password string) error {
	hash, err := Hash(ctx, password)
	if err != nil {
		return err
	}
	old := u.PasswordHash
	return store.Update(ctx, u.Name, func(now *User) error {
		if now.PasswordHash == old { // else somebody has changed it
			now.PasswordHash, u.PasswordHash = hash, hash
		}
		return nil
	})
}
