package account

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Vouched looks up a user for whose name somebody else vouches, such as the authority
// behind a certificate, and checks what Authenticate checks beside the password:
// whether the account is disabled or has expired. It may have no password. The
// rest is for the caller to check.
func Vouched(ctx context.Context, store Store, name string) (*User, error) {
	u, err := store.Lookup(ctx, name)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, &DeniedError{Name: name, Cause: ErrNotFound}
	case err != nil:
		return nil, fmt.Errorf("looking up user %q: %w", name, err)
	case u.Disabled:
		return nil, &DeniedError{Name: name, Cause: ErrDisabled}
	case u.Expired(time.Now()):
		return nil, &DeniedError{Name: name, Cause: ErrExpired}
	}
	return u, nil
}
