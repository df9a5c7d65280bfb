package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"ferry/internal/account"
)

var _ account.Store = (*Store)(nil)

// Lookup implements account.Store.
func (s *Store) Lookup(ctx context.Context, name string) (*account.User, error) {
	var u *account.User
	err := read(ctx, s.db, func(tx *sql.Tx) (err error) {
		u, err = lookup(ctx, tx, name)
		return err
	})
	if err != nil {
		return nil, fault(name, err)
	}
	return u, nil
}

// lookup gives the user of a name, with all lists.
func lookup(ctx context.Context, tx *sql.Tx, name string) (*account.User, error) {
	u, err := scanUser(tx.QueryRowContext(ctx, "SELECT "+columns+" FROM users WHERE name = ?", name).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, account.NotFound(name)
	case err != nil:
		return nil, err
	}
	return u, readLists(ctx, tx, map[string]*account.User{u.Name: u}, u.Name, u.Name)
}

// pageSize is how many users List reads at a time, so that a slow loop keeps no
// transaction open.
const pageSize = 200

// List implements account.Store.
func (s *Store) List(ctx context.Context) iter.Seq2[*account.User, error] {
	return func(yield func(*account.User, error) bool) {
		after := ""
		for {
			page, err := s.page(ctx, after)
			if err != nil {
				yield(nil, fmt.Errorf("listing users: %w", err))
				return
			}
			for _, u := range page {
				if !yield(u, nil) {
					return
				}
			}
			if len(page) < pageSize {
				return
			}
			after = page[len(page)-1].Name
		}
	}
}

// page reads the users whose names come next.
func (s *Store) page(ctx context.Context, after string) ([]*account.User, error) {
	var page []*account.User
	err := read(ctx, s.db, func(tx *sql.Tx) error {
		users := make(map[string]*account.User)
		if err := each(ctx, tx, func(scan func(...any) error) error {
			u, err := scanUser(scan)
			if err != nil {
				return err
			}
			page, users[u.Name] = append(page, u), u
			return nil
		}, "SELECT "+columns+" FROM users WHERE name > ? ORDER BY name LIMIT ?", after, pageSize); err != nil || len(page) == 0 {
			return err
		}
		return readLists(ctx, tx, users, page[0].Name, page[len(page)-1].Name)
	})
	return page, err
}

// Add implements account.Store.
func (s *Store) Add(ctx context.Context, u *account.User) error {
	if err := u.Validate(); err != nil {
		return fmt.Errorf("user %q: %w", u.Name, err)
	}
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO users ("+columns+
			") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", userArgs(u)...)
		if isTaken(err) {
			return account.Exists(u.Name)
		}
		if err != nil {
			return err
		}
		return insertLists(ctx, tx, u)
	})
	return fault(u.Name, err)
}

// changeError is an error of the function that was given to Update.
type changeError struct{ err error }

func (e *changeError) Error() string { return e.err.Error() }

// Update implements account.Store.
func (s *Store) Update(ctx context.Context, name string, change func(*account.User) error) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		old, err := lookup(ctx, tx, name)
		if err != nil {
			return err
		}
		u, err := account.Change(old, change)
		if err != nil {
			return &changeError{err}
		}
		if _, err := tx.ExecContext(ctx, "UPDATE users SET ("+columns+
			") = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE name = ?", append(userArgs(u), name)...); err != nil {
			return err
		}
		if err := deleteLists(ctx, tx, name); err != nil {
			return err
		}
		return insertLists(ctx, tx, u)
	})
	if refused, ok := errors.AsType[*changeError](err); ok {
		return refused.err
	}
	return fault(name, err)
}

// Remove implements account.Store.
func (s *Store) Remove(ctx context.Context, name string) error {
	err := write(ctx, s.db, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM users WHERE name = ?", name)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return account.NotFound(name)
	})
	return fault(name, err)
}

// fault says whom an error of the database is about; those of account say it
// themselves.
func fault(name string, err error) error {
	if err == nil || errors.Is(err, account.ErrNotFound) || errors.Is(err, account.ErrExists) {
		return err
	}
	return fmt.Errorf("user %q: %w", name, err)
}
