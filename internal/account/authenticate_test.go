package account

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"ferry/vfs"
)

// mustHash is the hash of a password.
func mustHash(t *testing.T, password string) string {
	t.Helper()
	hash, err := Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// stock makes a store with these users.
func stock(t *testing.T, users ...*User) *Memory {
	t.Helper()
	var m Memory
	for _, u := range users {
		u.Root = t.TempDir()
		u.Access = Everywhere(vfs.PermAll)
		if err := m.Add(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	return &m
}

func TestAuthenticate(t *testing.T) {
	hash := mustHash(t, "secret")
	const oldHash = "$1$abc$iCQ2D3nhptRYi27fDYv2s1"
	soon, ago := time.Now().Add(time.Hour).Truncate(time.Second), time.Now().Add(-time.Hour).Truncate(time.Second)
	store := stock(t,
		&User{Name: "alice", PasswordHash: hash, Expires: soon},
		&User{Name: "old", PasswordHash: oldHash},
		&User{Name: "off", PasswordHash: hash, Disabled: true},
		&User{Name: "gone", PasswordHash: hash, Expires: ago},
		&User{Name: "bare"},
		&User{Name: "blank", PasswordHash: "$1$abc$" + string(md5Crypt(nil, []byte("abc"), "$1$"))},
	)
	store.users["broken"] = &User{Name: "broken", PasswordHash: "abNANd1rDfiNc"} // no store would take it
	for _, test := range []struct {
		name, password string
		want           error
	}{
		{"alice", "secret", nil},
		{"alice", "Secret", ErrWrongPassword},
		{"alice", "", ErrWrongPassword},
		{"alice", string(make([]byte, MaxPassword+1)), ErrWrongPassword},
		{"Alice", "secret", ErrNotFound},
		{"", "", ErrNotFound},
		{"off", "secret", ErrDisabled},
		{"off", "x", ErrWrongPassword},
		{"gone", "secret", ErrExpired},
		{"gone", "x", ErrWrongPassword},
		{"bare", "", ErrNoPassword},
		{"bare", "x", ErrNoPassword},
		{"blank", "", ErrWrongPassword},
		{"broken", "secret", ErrHash},
		{"old", "x", ErrWrongPassword},
		{"old", "secret", nil},
		{"old", "secret", nil},
	} {
		u, err := Authenticate(t.Context(), store, test.name, test.password)
		if !errors.Is(err, test.want) || (err == nil) != (u != nil) {
			t.Errorf("Authenticate(%q, %.10q) = %v, %v; want %v", test.name, test.password, u, err, test.want)
		}
		var denied *DeniedError
		if err != nil && (!errors.As(err, &denied) || denied.Name != test.name) {
			t.Errorf("Authenticate(%q, %.10q) = %#v; want a DeniedError", test.name, test.password, err)
		}
	}
	// The old hash has been replaced, and nothing else.
	u, err := store.Lookup(t.Context(), "old")
	if err != nil || Scheme(u.PasswordHash) != "argon2id" {
		t.Errorf("the old hash is still %s (%v)", u.PasswordHash, err)
	}
	if u, err = store.Lookup(t.Context(), "alice"); err != nil || u.PasswordHash != hash {
		t.Errorf("a new hash was replaced (%v)", err)
	}
	if _, _, err := Verify(t.Context(), decoy, "x"); err != nil {
		t.Errorf("the decoy: %v", err)
	}
}

// brokenStore fails in one of its methods.
type brokenStore struct {
	*Memory
	lookup, update error
	updating       func()
}

func (s *brokenStore) Lookup(ctx context.Context, name string) (*User, error) {
	if s.lookup != nil {
		return nil, s.lookup
	}
	return s.Memory.Lookup(ctx, name)
}

func (s *brokenStore) Update(ctx context.Context, name string, change func(*User) error) error {
	if s.updating != nil {
		s.updating()
	}
	if s.update != nil {
		return s.update
	}
	return s.Memory.Update(ctx, name, change)
}

func TestAuthenticateFaults(t *testing.T) {
	fault := errors.New("disk full")
	const oldHash = "$1$abc$iCQ2D3nhptRYi27fDYv2s1"
	store := &brokenStore{Memory: stock(t, &User{Name: "old", PasswordHash: oldHash}), update: fault}

	// A hash that cannot be replaced keeps nobody out.
	u, err := Authenticate(t.Context(), store, "old", "secret")
	if err != nil || u.PasswordHash != oldHash {
		t.Errorf("Authenticate with a store that cannot be written = %+v, %v", u, err)
	}

	// A password that is changed meanwhile stays changed.
	changed := mustHash(t, "new")
	store.update, store.updating = nil, func() {
		if err := store.Memory.Update(t.Context(), "old", func(u *User) error { u.PasswordHash = changed; return nil }); err != nil {
			t.Error(err)
		}
	}
	if _, err := Authenticate(t.Context(), store, "old", "secret"); err != nil {
		t.Error(err)
	}
	if u, err := store.Lookup(t.Context(), "old"); err != nil || u.PasswordHash != changed {
		t.Errorf("the changed password was overwritten (%v)", err)
	}

	store.lookup = fault
	_, err = Authenticate(t.Context(), store, "old", "new")
	var denied *DeniedError
	if !errors.Is(err, fault) || errors.As(err, &denied) {
		t.Errorf("Authenticate with a store that cannot be read = %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	store.lookup = nil
	for _, name := range []string{"old", "nobody"} {
		if _, err := Authenticate(ctx, store, name, "new"); !errors.Is(err, context.Canceled) || errors.As(err, &denied) {
			t.Errorf("Authenticate(%q) with a context that has ended = %v", name, err)
		}
	}
}

// TestAuthenticateStorm logs many in at once, with an old hash and none.
func TestAuthenticateStorm(t *testing.T) {
	store := stock(t, &User{Name: "old", PasswordHash: "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="})
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			if _, err := Authenticate(t.Context(), store, "old", "secret"); err != nil {
				t.Error(err)
			}
			if _, err := Authenticate(t.Context(), store, fmt.Sprint("nobody", i), "secret"); !errors.Is(err, ErrNotFound) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if u, err := store.Lookup(t.Context(), "old"); err != nil || Scheme(u.PasswordHash) != "argon2id" {
		t.Errorf("after all logins: %+v, %v", u, err)
	}
}
