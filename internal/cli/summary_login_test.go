package cli

import (
	"slices"
	"testing"

	"ferry/internal/config"
)

// Whoever may log in is named, and what each sees.
func TestSummaryOfAccounts(t *testing.T) {
	for name, tt := range map[string]struct {
		users              []string
		change             func(*config.Settings)
		directories, login []string
	}{
		"Debian's": {
			nil, func(s *config.Settings) { s.AnonymousEnable, s.LocalEnable = false, true },
			[]string{"each user's home"},
			[]string{"system users: read-only"},
		},
		"guests": {
			nil, func(s *config.Settings) {
				s.AnonymousEnable, s.LocalEnable, s.GuestEnable, s.LocalRoot = false, true, true, "/srv/$USER"
			},
			[]string{"/srv/$USER"},
			[]string{"system users, as the guest ftp: read-only"},
		},
		"everybody": {
			[]string{"carl"},
			func(s *config.Settings) {
				s.AnonRoot, s.LocalRoot, s.LocalEnable, s.VirtualUsersFile, s.WriteEnable = "/pub", "/srv", true, "users.db", true
			},
			[]string{"/pub for anonymous users", "/srv for carl", "each user's own for the users of users.db", "/srv for system users"},
			[]string{"anonymous, with any password: read-only", "carl: read and write", "the users of users.db: as each may", "system users: read and write"},
		},
	} {
		set := config.Defaults()
		tt.change(&set)
		s := summary{settings: &set, users: tt.users}
		if got := s.directories(); !slices.Equal(got, tt.directories) {
			t.Errorf("%s: directories %q", name, got)
		}
		if got := s.logins(); !slices.Equal(got, tt.login) {
			t.Errorf("%s: login %q", name, got)
		}
	}
}
