package secret

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

var (
	// ErrNotFound is a login without a password in the keyring.
	ErrNotFound = errors.New("the keyring has no password for it")
	// ErrUnavailable is a system, or a session, without a keyring.
	ErrUnavailable = errors.New("there is no keyring")
)

// service is the name under which the keyring shows what is ours.
const service = "ferry"

// patience is how long the keyring may take: a person may have to open it.
const patience = 2 * time.Minute

// Get gives the password of a login, or ErrNotFound, or ErrUnavailable.
func Get(ctx context.Context, login string) (password string, err error) {
	found := make(chan string, 1) // a keyring that answers too late writes to nobody
	err = ask(ctx, func() error {
		password, err := keyring.Get(service, login)
		found <- password
		return err
	})
	if err != nil {
		return "", err
	}
	return <-found, nil
}

// Set keeps a password in the place of an older one.
func Set(ctx context.Context, login, password string) error {
	return ask(ctx, func() error { return keyring.Set(service, login, password) })
}

// Delete forgets a password; ErrNotFound if there is none.
func Delete(ctx context.Context, login string) error {
	return ask(ctx, func() error { return keyring.Delete(service, login) })
}

// ask does something with the keyring, which knows no context: what is given up
// ends with the program.
func ask(ctx context.Context, do func() error) error {
	if err := available(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("the keyring does not answer"))
	defer cancel()
	answer := make(chan error, 1)
	go func() { answer <- do() }()
	select {
	case err := <-answer:
		return named(err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// named gives the errors of the library our names.
func named(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrUnsupportedPlatform), isAbsent(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return fmt.Errorf("keyring: %w", err)
}
