package secret_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"ferry/internal/peers"
	"ferry/internal/secret"
)

// TestKeyring is against GNOME's keyring, on a message bus of the test's own.
func TestKeyring(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the keyring of this system is the user's own")
	}
	t.Setenv(peers.Keyring(t))
	const login, other = "al@ftp.example.com:21", "al@ftp.example.com:2121"
	want := func(login, password string, wanted error) {
		t.Helper()
		if got, err := secret.Get(t.Context(), login); got != password || !errors.Is(err, wanted) {
			t.Errorf("%s: %q, %v, want %q, %v", login, got, err, password, wanted)
		}
	}
	want(login, "", secret.ErrNotFound)
	for _, password := range []string{"first", "s\u00e9cond \"'\\\n;="} {
		if err := secret.Set(t.Context(), login, password); err != nil {
			t.Fatal(err)
		}
		want(login, password, nil)
	}
	want(other, "", secret.ErrNotFound)
	if err := secret.Delete(t.Context(), login); err != nil {
		t.Fatal(err)
	}
	if err := secret.Delete(t.Context(), login); !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	want(login, "", secret.ErrNotFound)

	// A user who gives up is not kept.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := secret.Get(ctx, login); !errors.Is(err, context.Canceled) && !errors.Is(err, secret.ErrNotFound) {
		t.Errorf("cancelled: %v", err)
	}
}
