//go:build unix

package keeper

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/config"
	"ferry/vfs"
)

// virtualUsers are settings with a database of users, whose password is "secret".
func virtualUsers(t *testing.T, users ...*account.User) config.Settings {
	t.Helper()
	name := filepath.Join(t.TempDir(), "users.db")
	store, err := sqlstore.Create(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	hash, err := account.Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		u.PasswordHash, u.Access = hash, account.Everywhere(vfs.PermAll)
		if u.Root == "" {
			u.Root = t.TempDir()
		}
		if err := store.Add(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	s := config.Defaults()
	s.VirtualUsersFile = name
	return s
}

// login tries to log in with the password "secret", and gives what the log would
// say.
func login(t *testing.T, l *Local, name string) string {
	t.Helper()
	in, err := l.Login(t.Context(), Credentials{Name: name, Password: "secret"})
	if err != nil {
		return err.Error()
	}
	in.Leave()
	return ""
}

// Homes of virtual users lie below virtual_root_base, whatever the kernel can do.
func TestVirtualRootBase(t *testing.T) {
	base := t.TempDir()
	s := virtualUsers(t, &account.User{Name: "anna", Root: filepath.Join(base, "anna")}, &account.User{Name: "eve"})
	s.VirtualRootBase = base
	if err := os.Mkdir(filepath.Join(base, "anna"), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := Open(t.Context(), Options{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	l.Confined(false)
	if got := login(t, l, "anna"); got != "" {
		t.Error(got)
	}
	if got := login(t, l, "eve"); !strings.Contains(got, "is not below virtual_root_base ("+base+")") {
		t.Error(got)
	}
	s.VirtualRootBase = filepath.Join(base, "nowhere")
	_, err = Open(t.Context(), Options{Settings: s})
	if err == nil || !strings.Contains(err.Error(), "500 OOPS: cannot change directory:"+s.VirtualRootBase+" (virtual_root_base)") {
		t.Error(err)
	}
}

// Without it the homes at start are in reach, and a later one takes a restart
// where a sandbox restricts paths.
func TestReachAtStart(t *testing.T) {
	s := virtualUsers(t, &account.User{Name: "anna"})
	l, err := Open(t.Context(), Options{Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if err := l.LearnReach(t.Context(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	later := &account.User{Name: "later", Root: t.TempDir(), Access: account.Everywhere(vfs.PermAll)}
	anna, err := l.virtual.Lookup(t.Context(), "anna")
	if err != nil {
		t.Fatal(err)
	}
	later.PasswordHash = anna.PasswordHash
	if err := l.virtual.Add(t.Context(), later); err != nil {
		t.Fatal(err)
	}
	l.Confined(true)
	if got := login(t, l, "anna"); got != "" {
		t.Error(got)
	}
	if got := login(t, l, "later"); !strings.Contains(got, "restart the server") {
		t.Error(got)
	}
	l.Confined(false)
	if got := login(t, l, "later"); got != "" {
		t.Error(got)
	}
}

// A directory that another one has taken the place of is not the one that the
// kernel knows.
func TestReachIsOfDirectoriesNotNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"home/below", "beside", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r, err := below(filepath.Join(dir, "home"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"home": true, "home/below": true, "home/../beside": false, "beside": false, "": false} {
		if got := r.covers(filepath.Join(dir, name)); got != want {
			t.Errorf("%q is covered: %v", name, got)
		}
	}
	symlink(t, filepath.Join(dir, "beside"), filepath.Join(dir, "home", "out"))
	symlink(t, filepath.Join(dir, "home", "below"), filepath.Join(dir, "in"))
	if r.covers(filepath.Join(dir, "home", "out")) || !r.covers(filepath.Join(dir, "in")) {
		t.Error("symbolic links are not followed")
	}
	rename(t, filepath.Join(dir, "home"), filepath.Join(dir, "gone"))
	rename(t, filepath.Join(dir, "other"), filepath.Join(dir, "home"))
	if r.covers(filepath.Join(dir, "home")) {
		t.Error("another directory of the name is covered")
	}
}

func symlink(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
