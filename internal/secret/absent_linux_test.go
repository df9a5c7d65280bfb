package secret_test

import (
	"errors"
	"path/filepath"
	"testing"

	"ferry/internal/secret"
)

// TestNoKeyring finds that there is none, and starts nothing.
func TestNoKeyring(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	if _, err := secret.Get(t.Context(), "al@host:21"); !errors.Is(err, secret.ErrUnavailable) {
		t.Errorf("get: %v", err)
	}
	if err := secret.Set(t.Context(), "al@host:21", "x"); !errors.Is(err, secret.ErrUnavailable) {
		t.Errorf("set: %v", err)
	}
}
