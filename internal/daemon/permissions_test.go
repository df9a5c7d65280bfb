package daemon

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ferry/internal/account"
	"ferry/internal/config"
	"ferry/internal/keeper"
	"ferry/vfs"
)

// A kind is one kind of account: who logs in, and where the tree is that the
// probes are about. A further kind is a further entry of kinds.
type kind struct {
	name string
	user string // for USER; the password is "secret"
	dir  string // of the tree, as the user sees it
	// most is what such an account can have at all.
	most vfs.Perm
	// below says that not the whole account has the permissions, but the
	// directory dir alone.
	below bool
	// options are a server with the account, in which dir lies in root; allow is
	// what it is to have, as far as that is a matter of the account.
	options func(t *testing.T, s *config.Settings, root string, allow vfs.Perm) Options
}

// writable is settings in which every switch of writing is on.
func writable(t *testing.T, root string) config.Settings {
	s := settings(t)
	s.AnonRoot, s.LocalRoot = root, root
	s.WriteEnable, s.AnonUploadEnable, s.AnonMkdirWriteEnable, s.AnonOtherWriteEnable = true, true, true, true
	s.AnonWorldReadableOnly, s.LsRecurseEnable = false, true
	s.DelayFailedLogin, s.AnonUmask, s.LocalUmask = 0, 0o022, 0o022
	return s
}

var kinds = []kind{
	{
		name: "anonymous", user: "anonymous", dir: "/", most: vfs.PermAll &^ vfs.PermChmod, // no switch of vsftpd.conf(5) gives them that
		options: func(_ *testing.T, s *config.Settings, _ string, _ vfs.Perm) Options { return Options{Settings: *s} },
	},
	{
		name: "--user", user: "anna", dir: "/", most: vfs.PermAll,
		options: func(_ *testing.T, s *config.Settings, _ string, _ vfs.Perm) Options {
			return Options{Settings: *s, Users: []User{{Name: "anna", Password: "secret"}}}
		},
	},
	{
		name: "system", user: "anna", dir: "/", most: vfs.PermAll,
		options: func(t *testing.T, s *config.Settings, root string, _ vfs.Perm) Options {
			s.LocalEnable = true
			return Options{Settings: *s, Keeper: grantOf(t, root, keeper.System, false)}
		},
	},
	{
		name: "guest", user: "anna", dir: "/", most: vfs.PermAll &^ vfs.PermChmod, // the rights of anonymous
		options: func(t *testing.T, s *config.Settings, root string, _ vfs.Perm) Options {
			s.LocalEnable, s.GuestEnable = true, true
			return Options{Settings: *s, Keeper: grantOf(t, root, keeper.Guest, true)}
		},
	},
	{
		name: "guest with the rights of users", user: "anna", dir: "/", most: vfs.PermAll,
		options: func(t *testing.T, s *config.Settings, root string, _ vfs.Perm) Options {
			s.LocalEnable, s.GuestEnable, s.VirtualUseLocalPrivs = true, true, true
			return Options{Settings: *s, Keeper: grantOf(t, root, keeper.Guest, false)}
		},
	},
	{
		name: "virtual", user: "anna", dir: "/", most: vfs.PermAll,
		options: func(t *testing.T, s *config.Settings, root string, allow vfs.Perm) Options {
			s.VirtualUsersFile = database(t, &account.User{Name: "anna", Root: root, Access: account.Everywhere(allow)})
			return Options{Settings: *s}
		},
	},
	{
		name: "virtual with a quota", user: "anna", dir: "/", most: vfs.PermAll,
		options: func(t *testing.T, s *config.Settings, root string, allow vfs.Perm) Options {
			s.VirtualUsersFile = database(t, &account.User{Name: "anna", Root: root, Access: account.Everywhere(allow), QuotaBytes: 1 << 30})
			return Options{Settings: *s}
		},
	},
	{
		name: "virtual, a subtree that has less", user: "anna", dir: "/here", most: vfs.PermAll, below: true,
		options: func(t *testing.T, s *config.Settings, root string, allow vfs.Perm) Options {
			access := account.Access{{Path: "/", Allow: vfs.PermAll}, {Path: "/here", Allow: allow}, {Path: "/h", Allow: 0}}
			s.VirtualUsersFile = database(t, &account.User{Name: "anna", Root: filepath.Dir(root), Access: access})
			return Options{Settings: *s}
		},
	},
	{
		name: "virtual, a subtree that has more", user: "anna", dir: "/here", most: vfs.PermAll,
		options: func(t *testing.T, s *config.Settings, root string, allow vfs.Perm) Options {
			access := account.Access{{Path: "/", Allow: 0}, {Path: "/here", Allow: allow}}
			s.VirtualUsersFile = database(t, &account.User{Name: "anna", Root: filepath.Dir(root), Access: access})
			return Options{Settings: *s}
		},
	},
}

// permissions are none, each alone, all but each, and all.
func permissions() []vfs.Perm {
	all := []vfs.Perm{0, vfs.PermAll}
	for p := vfs.Perm(1); p < vfs.PermAll; p <<= 1 {
		all = append(all, p, vfs.PermAll&^p)
	}
	return all
}

// Every verb that takes a pathname, under every permission, by every kind of
// account: what is allowed works, what is not is refused, and leaves the tree as it
// was.
func TestPermissionMatrix(t *testing.T) {
	tree := treeNames{file: "file", free: "new", dir: "dir", full: "full", link: "link"}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			for _, allow := range permissions() {
				t.Run(allow.String(), func(t *testing.T) {
					root := filepath.Join(t.TempDir(), "here")
					if err := os.Mkdir(root, 0o755); err != nil {
						t.Fatal(err)
					}
					tree.build(t, root)
					s := writable(t, root)
					o := k.options(t, &s, root, allow)
					narrow := allow
					if k.below {
						narrow = vfs.PermAll
					}
					p := probeServer(t, o, narrow)(k.user)
					before := state(t, root)
					for _, pr := range probes {
						needs := pr.needs
						if k.below {
							if pr.below != 0 {
								needs = pr.below
							}
							if pr.free {
								needs = 0
							}
						}
						code, all := p.run(pr, tree, k.dir)
						after := state(t, root)
						if !(allow & k.most).Has(needs) {
							refused := pr.refused
							if refused == "" {
								refused = denials
							}
							if !slices.Contains(strings.Fields(refused), code) {
								t.Errorf("%s is not refused: %s", pr.lines, all)
							}
							if strings.Contains(all, "content") {
								t.Errorf("%s is refused, and shows %q", pr.lines, all)
							}
							if after != before {
								t.Errorf("%s is refused, and has changed the tree to\n%s", pr.lines, after)
							}
						} else {
							if code != pr.ok {
								t.Errorf("%s: %s, want %s", pr.lines, all, pr.ok)
							}
							if pr.changes == (after == before) {
								t.Errorf("%s: has changed the tree: %v, want %v", pr.lines, after != before, pr.changes)
							}
						}
						if after != before {
							tree.build(t, root)
						}
					}
				})
			}
		})
	}
}

// The probes know every verb that the server says it has.
func TestProbesAreComplete(t *testing.T) {
	s := writable(t, t.TempDir())
	p := probeServer(t, Options{Settings: s, Users: []User{{Name: "anna", Password: "secret"}}}, vfs.PermAll)("anna")
	_, help := p.do("HELP")
	_, site := p.do("SITE HELP")
	verbs := regexp.MustCompile(`\b[A-Z]{3,5}\b`).FindAllString(strings.ReplaceAll(strings.ReplaceAll(help, "Help OK", ""), "The ", ""), -1)
	verbs = append(verbs, regexp.MustCompile(`\b[A-Z]{3,5}\b`).FindAllString(site, -1)...)
	if len(verbs) < 50 {
		t.Fatalf("HELP knows only %q", verbs)
	}
	probed := make(map[string]bool)
	for _, pr := range probes {
		for line := range strings.SplitSeq(pr.lines, " && ") {
			for word := range strings.FieldsSeq(line) {
				probed[word] = true
			}
		}
	}
	for _, verb := range verbs {
		if !probed[verb] && !slices.Contains(pathless, verb) {
			t.Errorf("no probe has %s: add one, with the permission that it takes", verb)
		}
	}
}
