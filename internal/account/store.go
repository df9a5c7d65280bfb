package account

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// What a Store says about a name.
var (
	ErrNotFound = errors.New("there is no such user")
	ErrExists   = errors.New("there is such a user already")
)

// Store keeps users. It may be used from several goroutines at once, and
// what it hands out is the caller's own, with Modes that are not zero, with
// Expires in UTC, and nil for an empty list. Errors about a name wrap ErrNotFound or
// ErrExists; a user that Validate refuses is refused.
type Store interface {
	// Lookup gives the user of a name, with ErrNotFound if there is none. The
	// name may be anything that a peer has sent.
	Lookup(ctx context.Context, name string) (*User, error)
	// List gives every user, in the order of the bytes of their names. After an
	// error there are no more. The loop may change the store; whether it then
	// still comes across what it has changed is not said.
	List(ctx context.Context) iter.Seq2[*User, error]
	// Add takes a new user, with ErrExists if there is one of the name.
	Add(ctx context.Context, u *User) error
	// Update changes a user as one step: change gets the user as it is now, and
	// nobody else changes it until that has been stored. An error of change
	// leaves all as it was, and comes back as it is. The name stays. change must
	// not use the store.
	Update(ctx context.Context, name string, change func(*User) error) error
	// Remove takes the user of a name away, with ErrNotFound if there is none.
	Remove(ctx context.Context, name string) error
}

// NotFound is the ErrNotFound of a name.
func NotFound(name string) error { return fmt.Errorf("user %q: %w", name, ErrNotFound) }

// Exists is the ErrExists of a name.
func Exists(name string) error { return fmt.Errorf("user %q: %w", name, ErrExists) }

// Change applies change to a copy of u and checks the result, as Update does it
// in every store.
func Change(u *User, change func(*User) error) (*User, error) {
	changed := u.Clone()
	if err := change(changed); err != nil {
		return nil, err
	}
	if changed.Name != u.Name {
		return nil, fmt.Errorf("user %q: the name cannot be changed", u.Name)
	}
	if err := changed.Validate(); err != nil {
		return nil, fmt.Errorf("user %q: %w", u.Name, err)
	}
	return changed, nil
}
