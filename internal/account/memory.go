package account

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
)

// Memory is a store that forgets its users with the process. The zero value is
// empty and ready.
type Memory struct {
	mu    sync.Mutex
	users map[string]*User
}

var _ Store = (*Memory)(nil)

// Lookup implements Store.
func (m *Memory) Lookup(ctx context.Context, name string) (*User, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[name]
	if !ok {
		return nil, NotFound(name)
	}
	return u.Clone(), nil
}

// List implements Store.
func (m *Memory) List(ctx context.Context) iter.Seq2[*User, error] {
	return func(yield func(*User, error) bool) {
		m.mu.Lock()
		names := slices.Sorted(maps.Keys(m.users))
		m.mu.Unlock()
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			m.mu.Lock()
			u, ok := m.users[name]
			if ok {
				u = u.Clone()
			}
			m.mu.Unlock()
			if ok && !yield(u, nil) {
				return
			}
		}
	}
}

// Add implements Store.
func (m *Memory) Add(ctx context.Context, u *User) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := u.Validate(); err != nil {
		return fmt.Errorf("user %q: %w", u.Name, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.users[u.Name]; ok {
		return Exists(u.Name)
	}
	if m.users == nil {
		m.users = make(map[string]*User)
	}
	m.users[u.Name] = plain(u)
	return nil
}

// Update implements Store.
func (m *Memory) Update(ctx context.Context, name string, change func(*User) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[name]
	if !ok {
		return NotFound(name)
	}
	changed, err := Change(u, change)
	if err != nil {
		return err
	}
	m.users[name] = plain(changed)
	return nil
}

// Remove implements Store.
func (m *Memory) Remove(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.users[name]; !ok {
		return NotFound(name)
	}
	delete(m.users, name)
	return nil
}

// plain makes a copy in which what says the same looks the same, as it would come
// out of a file.
func plain(u *User) *User {
	c := u.Clone()
	if c.Modes == 0 {
		c.Modes = ModesAll
	}
	if !c.Expires.IsZero() {
		c.Expires = c.Expires.UTC()
	}
	c.Access, c.Networks, c.DeniedNetworks = orNil(c.Access), orNil(c.Networks), orNil(c.DeniedNetworks)
	return c
}

// orNil gives nil for an empty slice.
func orNil[S ~[]E, E any](s S) S {
	if len(s) == 0 {
		return nil
	}
	return s
}
