package sqlstore

import (
	"path/filepath"
	"testing"

	"ferry/internal/account"
	"ferry/internal/account/accounttest"
)

// create makes a database that the test closes.
func create(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	accounttest.Run(t, func(t *testing.T) account.Store {
		return create(t, filepath.Join(t.TempDir(), "users.db"))
	})
}
