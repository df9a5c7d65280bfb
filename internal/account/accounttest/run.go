package accounttest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/internal/account"
	"ferry/vfs"
)

// Hash is that of the password "secret", for users of tests that do not check
// it.
const Hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Full makes a user that has something of everything.
func Full(name string) *account.User {
	return &account.User{
		Name: name, PasswordHash: Hash, Comment: "Größe 7", Disabled: true,
		Expires: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC),
		Root:    "/srv/ftp/" + name, Home: "/in/box",
		Access: account.Access{
			{Path: "/", Allow: vfs.PermReadOnly},
			{Path: "/in", Allow: vfs.PermCreate},
			{Path: "/Ö'x\"", Allow: 0},
			{Path: "/all", Allow: vfs.PermAll},
		},
		UploadRate: 1 << 40, DownloadRate: 2, QuotaBytes: 1<<63 - 1, QuotaFiles: 4, MaxSessions: 5,
		Networks:       []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")},
		DeniedNetworks: []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32")},
		Modes:          account.ModePassive, TLSRequired: true,
	}
}

// Plain makes a user that has no more than it must.
func Plain(name string) *account.User {
	return &account.User{Name: name, Root: "/srv", Modes: account.ModesAll}
}

// Run tests a store; make gives an empty one to each test.
func Run(t *testing.T, empty func(t *testing.T) account.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, account.Store)
	}{
		{"RoundTrip", roundTrip},
		{"SameForm", sameForm},
		{"Missing", missing},
		{"Twice", twice},
		{"Invalid", invalid},
		{"Copies", copies},
		{"Order", order},
		{"ChangeInLoop", changeInLoop},
		{"Update", update},
		{"FailedUpdate", failedUpdate},
		{"Hostile", hostile},
		{"Concurrent", concurrent},
		{"Cancelled", cancelled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, empty(t)) })
	}
}

func add(t *testing.T, s account.Store, users ...*account.User) {
	t.Helper()
	for _, u := range users {
		if err := s.Add(t.Context(), u); err != nil {
			t.Fatalf("Add(%q): %v", u.Name, err)
		}
	}
}

// want compares what the store has with a user.
func want(t *testing.T, s account.Store, u *account.User) {
	t.Helper()
	got, err := s.Lookup(t.Context(), u.Name)
	if err != nil {
		t.Fatalf("Lookup(%q): %v", u.Name, err)
	}
	if !reflect.DeepEqual(got, u) {
		t.Errorf("Lookup(%q)\n got %+v\nwant %+v", u.Name, got, u)
	}
}

// names lists the store.
func names(t *testing.T, s account.Store) string {
	t.Helper()
	var list []string
	for u, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatalf("List: %v", err)
		}
		list = append(list, u.Name)
	}
	return strings.Join(list, " ")
}

func roundTrip(t *testing.T, s account.Store) {
	add(t, s, Full("full"), Plain("plain"))
	want(t, s, Full("full"))
	want(t, s, Plain("plain"))
	listed := 0
	for u, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]*account.User{"full": Full("full"), "plain": Plain("plain")}[u.Name]
		if !reflect.DeepEqual(u, want) {
			t.Errorf("List\n got %+v\nwant %+v", u, want)
		}
		listed++
	}
	if listed != 2 {
		t.Errorf("List gives %d users, want 2", listed)
	}
	if err := s.Remove(t.Context(), "full"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, s); got != "plain" {
		t.Errorf("after Remove there is %q", got)
	}
	// Nothing is left of a user who comes again.
	add(t, s, Plain("full"))
	want(t, s, Plain("full"))
}

// sameForm adds a user in another form than the one that comes out.
func sameForm(t *testing.T, s account.Store) {
	u := Plain("alice")
	u.Modes, u.Expires = 0, time.Date(2031, 2, 3, 5, 5, 6, 0, time.FixedZone("", 3600))
	u.Access, u.Networks, u.DeniedNetworks = account.Access{}, []netip.Prefix{}, []netip.Prefix{}
	add(t, s, u)
	wanted := Plain("alice")
	wanted.Expires = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
	want(t, s, wanted)
	if err := s.Update(t.Context(), "alice", func(now *account.User) error { *now = *u.Clone(); return nil }); err != nil {
		t.Fatal(err)
	}
	want(t, s, wanted)
}

func missing(t *testing.T, s account.Store) {
	add(t, s, Plain("alice"))
	for _, name := range []string{"bob", "Alice", "", "alice ", "alice\x00", "%", "al_ce"} {
		if u, err := s.Lookup(t.Context(), name); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("Lookup(%q) = %v, %v", name, u, err)
		}
		if err := s.Remove(t.Context(), name); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("Remove(%q) = %v", name, err)
		}
		err := s.Update(t.Context(), name, func(*account.User) error {
			t.Errorf("Update(%q) has found somebody", name)
			return nil
		})
		if !errors.Is(err, account.ErrNotFound) {
			t.Errorf("Update(%q) = %v", name, err)
		}
	}
	want(t, s, Plain("alice"))
}

func twice(t *testing.T, s account.Store) {
	add(t, s, Full("alice"))
	if err := s.Add(t.Context(), Plain("alice")); !errors.Is(err, account.ErrExists) {
		t.Errorf("Add of the same name = %v", err)
	}
	want(t, s, Full("alice"))
	add(t, s, Plain("ALICE")) // is another
}

func invalid(t *testing.T, s account.Store) {
	for what, spoil := range map[string]func(*account.User){
		"name":    func(u *account.User) { u.Name = "a/b" },
		"hash":    func(u *account.User) { u.PasswordHash = "secret" },
		"root":    func(u *account.User) { u.Root = "srv" },
		"network": func(u *account.User) { u.Networks = []netip.Prefix{{}} },
	} {
		u := Full("alice")
		spoil(u)
		if err := s.Add(t.Context(), u); err == nil {
			t.Errorf("Add takes a user with a wrong %s", what)
		}
		if got := names(t, s); got != "" {
			t.Fatalf("after Add was refused there is %q", got)
		}
	}
}

func copies(t *testing.T, s account.Store) {
	u := Full("alice")
	add(t, s, u)
	u.Access[0].Allow, u.Networks[0], u.Comment = 0, netip.Prefix{}, "mine"
	want(t, s, Full("alice"))
	got, err := s.Lookup(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	got.Access[0].Allow, got.DeniedNetworks[0], got.Comment = 0, netip.Prefix{}, "mine"
	want(t, s, Full("alice"))
}

func order(t *testing.T, s account.Store) {
	if got := names(t, s); got != "" {
		t.Fatalf("an empty store has %q", got)
	}
	add(t, s, Plain("é"), Plain("b"), Plain("B"), Plain("ab"), Plain("a"), Plain("ä"))
	if got := names(t, s); got != "B a ab b ä é" {
		t.Errorf("List gives %q", got)
	}
	for u, err := range s.List(t.Context()) {
		if err != nil || u.Name != "B" {
			t.Errorf("List begins with %v, %v", u, err)
		}
		break
	}
}

func changeInLoop(t *testing.T, s account.Store) {
	const n = 450 // more than a store reads at a time
	for i := range n {
		add(t, s, Plain(fmt.Sprintf("user%04d", i)))
	}
	seen := 0
	for u, err := range s.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
		if err := s.Remove(t.Context(), u.Name); err != nil {
			t.Fatal(err)
		}
	}
	if got := names(t, s); seen != n || got != "" {
		t.Errorf("the loop has seen %d of %d users, and there is still %q", seen, n, got)
	}
}

func update(t *testing.T, s account.Store) {
	add(t, s, Full("alice"), Full("bob"))
	wanted := Plain("alice")
	wanted.PasswordHash = Hash
	wanted.Access = account.Access{{Path: "/new", Allow: vfs.PermRead}}
	wanted.Networks = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	if err := s.Update(t.Context(), "alice", func(u *account.User) error {
		if !reflect.DeepEqual(u, Full("alice")) {
			t.Errorf("Update shows %+v", u)
		}
		*u = *wanted.Clone()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want(t, s, wanted)
	want(t, s, Full("bob"))
}

func failedUpdate(t *testing.T, s account.Store) {
	add(t, s, Full("alice"))
	why := errors.New("not today")
	err := s.Update(t.Context(), "alice", func(u *account.User) error {
		u.Access[0].Allow, u.Comment = 0, "changed"
		return why
	})
	if err != why { //nolint:errorlint // as it is, says the contract
		t.Errorf("Update gives %v for %v", err, why)
	}
	for what, spoil := range map[string]func(*account.User){
		"name": func(u *account.User) { u.Name = "bob" },
		"home": func(u *account.User) { u.Home = "in/box" },
	} {
		if err := s.Update(t.Context(), "alice", func(u *account.User) error { spoil(u); return nil }); err == nil {
			t.Errorf("Update takes a wrong %s", what)
		}
	}
	want(t, s, Full("alice"))
}

// hostile tries texts that mean something to one who puts queries together.
func hostile(t *testing.T, s account.Store) {
	for _, name := range []string{
		`'; DROP TABLE users; --`, `" OR ""="`, `x' OR '1'='1`, `%`, `_`, `*`, `\`, `?1`, `:name`, `NULL`,
		strings.Repeat("ü", account.MaxName/2), "\xff\xfe", "a\x00b", "../../etc/passwd", strings.Repeat("x", 1<<20),
	} {
		if u, err := s.Lookup(t.Context(), name); !errors.Is(err, account.ErrNotFound) {
			t.Errorf("Lookup(%.40q) = %v, %v", name, u, err)
		}
		if account.ValidateName(name) != nil {
			continue
		}
		add(t, s, Full(name))
		want(t, s, Full(name))
		if err := s.Update(t.Context(), name, func(u *account.User) error { u.Comment = name; return nil }); err != nil {
			t.Errorf("Update(%q): %v", name, err)
		}
		if err := s.Remove(t.Context(), name); err != nil {
			t.Errorf("Remove(%q): %v", name, err)
		}
	}
	if got := names(t, s); got != "" {
		t.Errorf("there is still %q", got)
	}
}

func concurrent(t *testing.T, s account.Store) {
	add(t, s, Plain("alice"))
	const workers, rounds = 6, 10
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			own := fmt.Sprintf("worker%d", w)
			for range rounds {
				if err := errors.Join(
					s.Update(t.Context(), "alice", func(u *account.User) error { u.QuotaFiles++; return nil }),
					s.Add(t.Context(), Full(own)),
					func() error { _, err := s.Lookup(t.Context(), "alice"); return err }(),
					s.Remove(t.Context(), own),
				); err != nil {
					t.Errorf("worker %d: %v", w, err)
				}
			}
		})
	}
	all.Wait()
	wanted := Plain("alice")
	wanted.QuotaFiles = workers * rounds
	want(t, s, wanted)
}

func cancelled(t *testing.T, s account.Store) {
	add(t, s, Plain("alice"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Lookup(ctx, "alice"); !errors.Is(err, context.Canceled) {
		t.Errorf("Lookup = %v", err)
	}
	for u, err := range s.List(ctx) {
		if !errors.Is(err, context.Canceled) || u != nil {
			t.Errorf("List = %v, %v", u, err)
		}
	}
	for what, err := range map[string]error{
		"Add":    s.Add(ctx, Plain("bob")),
		"Update": s.Update(ctx, "alice", func(u *account.User) error { u.Disabled = true; return nil }),
		"Remove": s.Remove(ctx, "alice"),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s = %v", what, err)
		}
	}
	want(t, s, Plain("alice"))
}
