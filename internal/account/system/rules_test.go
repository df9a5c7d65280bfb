package system

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func list(t *testing.T, text string) *UserList {
	t.Helper()
	l, err := ParseUserList(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestUserList(t *testing.T) {
	for _, test := range []struct {
		text, name string
		has        bool
	}{
		{"alice\nbob\n", "alice", true},
		{"alice\nbob", "bob", true},
		{"alice\r\nbob\r\n", "alice", true},
		{"  alice \t\n", "alice", true},
		{"alice\n", "Alice", false},
		{"alice smith\n", "alice", false},
		{"# alice\n", "alice", false},
		{"", "alice", false},
		{"\n\n", "", false},
		{"anonymous\n", "anonymous", true},
	} {
		l := list(t, test.text)
		if l.Has(test.name) != test.has || l.Denied(test.name, true) != test.has || l.Denied(test.name, false) == test.has {
			t.Errorf("%q, %q: has %v, denied %v, not allowed %v",
				test.text, test.name, l.Has(test.name), l.Denied(test.name, true), l.Denied(test.name, false))
		}
	}
	if (*UserList)(nil).Has("alice") {
		t.Error("a list that is not there has a name")
	}
	if _, err := ReadUserList(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is a list")
	}
	name := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(name, []byte("alice\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := ReadUserList(name); err != nil || !l.Has("alice") {
		t.Errorf("ReadUserList = %v, %v", l, err)
	}
	if err := os.WriteFile(name, make([]byte, longestUserList+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadUserList(name); err == nil {
		t.Error("a list without end is read")
	}
}

func FuzzParseUserList(f *testing.F) {
	f.Add("alice\r\n bob\n#\n\n", "bob")
	f.Fuzz(func(t *testing.T, text, name string) {
		l, err := ParseUserList(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if l.Has(name) && !strings.Contains(text, name) {
			t.Fatalf("%q has %q", text, name)
		}
	})
}

func TestPlace(t *testing.T) {
	const home = "/home/alice"
	open := func(dir, fallback string) Place { return Place{Root: "/", Dir: dir, Fallback: fallback} }
	jail := func(root, dir string) Place { return Place{Confined: true, Root: root, Dir: dir, Fallback: "/"} }
	alice, bob := list(t, "alice\n"), list(t, "bob\n")
	for _, test := range []struct {
		rules      PlaceRules
		name, home string
		want       Place // Root "" for an error
	}{
		{PlaceRules{}, "alice", home, open(home, home)},
		{PlaceRules{}, "alice", "/home/./alice/", open(home, home)},
		{PlaceRules{ChrootLocalUser: true}, "alice", home, jail(home, "/")},
		{PlaceRules{ChrootList: alice}, "alice", home, jail(home, "/")},
		{PlaceRules{ChrootList: bob}, "alice", home, open(home, home)},
		{PlaceRules{ChrootLocalUser: true, ChrootList: alice}, "alice", home, open(home, home)},
		{PlaceRules{ChrootLocalUser: true, ChrootList: bob}, "alice", home, jail(home, "/")},
		// local_root
		{PlaceRules{LocalRoot: "/srv"}, "alice", home, open("/srv", home)},
		{PlaceRules{LocalRoot: "www"}, "alice", home, open("/home/alice/www", home)},
		{PlaceRules{LocalRoot: "../www"}, "alice", home, open("/home/www", home)},
		{PlaceRules{LocalRoot: "/srv/", ChrootLocalUser: true}, "alice", home, jail("/srv", "/")},
		{PlaceRules{LocalRoot: "www", ChrootLocalUser: true}, "alice", home, jail("/home/alice/www", "/")},
		// passwd_chroot_enable
		{PlaceRules{PasswdChroot: true}, "alice", "/home/./alice/in", open("/home/alice/in", "/home")},
		{PlaceRules{PasswdChroot: true, ChrootLocalUser: true}, "alice", "/home/./alice/in", jail("/home", "/alice/in")},
		{PlaceRules{PasswdChroot: true, ChrootLocalUser: true, LocalRoot: "/srv"}, "alice", "/home/./alice", jail("/home", "/alice")},
		{PlaceRules{PasswdChroot: true, ChrootLocalUser: true}, "alice", "/home/./a/./b", jail("/home", "/a/b")},
		{PlaceRules{PasswdChroot: true, ChrootLocalUser: true}, "alice", "/home/alice/.", jail(home, "/")},
		{PlaceRules{PasswdChroot: true, ChrootLocalUser: true}, "alice", "/./home", jail("/home", "/")},
		{PlaceRules{PasswdChroot: true, ChrootLocalUser: true}, "alice", "/home/./../../etc", jail("/home", "/etc")},
		{PlaceRules{ChrootLocalUser: true}, "alice", "/home/./alice", jail(home, "/")},
		// guests
		{PlaceRules{Guest: true}, "alice", "/srv/guests", jail("/srv/guests", "/")},
		{PlaceRules{Guest: true, ChrootLocalUser: true, ChrootList: alice}, "alice", "/srv/guests", jail("/srv/guests", "/")},
		{PlaceRules{Guest: true, LocalPrivileges: true}, "alice", "/srv/guests", open("/srv/guests", "/srv/guests")},
		{PlaceRules{Guest: true, LocalPrivileges: true, ChrootLocalUser: true}, "alice", "/srv/guests", jail("/srv/guests", "/")},
		{PlaceRules{Guest: true, SubToken: "$USER"}, "alice", "/srv/$USER/$USER", jail("/srv/alice/alice", "/")},
		{PlaceRules{Guest: true, SubToken: "$USER", LocalRoot: "/www/$USER"}, "alice", "/srv", jail("/www/alice", "/")},
		{PlaceRules{Guest: true, SubToken: "$USER", PasswdChroot: true}, "alice", "/srv/./$USER", jail("/srv", "/alice")},
		{PlaceRules{Guest: true, SubToken: "$USER"}, "../../etc", "/srv/$USER", Place{}},
		{PlaceRules{Guest: true, SubToken: "$USER"}, "..", "/srv/$USER", Place{}},
		{PlaceRules{Guest: true, SubToken: "$USER"}, ".", "/srv/$USER", Place{}},
		{PlaceRules{Guest: true, SubToken: "$USER"}, "a/b", "/srv/x", jail("/srv/x", "/")},
		{PlaceRules{SubToken: "$USER"}, "", "/srv/$USER", Place{}},
		// homes that are none
		{PlaceRules{ChrootLocalUser: true}, "alice", "", Place{}},
		{PlaceRules{}, "alice", "home", Place{}},
		{PlaceRules{}, "alice", "/home\x00", Place{}},
	} {
		got, err := test.rules.Place(test.name, test.home)
		if got != test.want || (err == nil) != (test.want.Root != "") {
			t.Errorf("%+v of %q at %q = %+v, %v; want %+v", test.rules, test.name, test.home, got, err, test.want)
		}
	}
}

func TestHomeOf(t *testing.T) {
	f := lists(t, Files{Passwd: "bob:x:1:1::/home/bob:\nnone:x:1:1:::\nroot:x:0:0::/:\n"})
	for name, want := range map[string]string{"bob": "/home/bob", "root": "/", "nobody": "", "none": ""} {
		if got, ok := f.HomeOf(name); got != want || ok != (want != "") {
			t.Errorf("the home of %s is %q, %v", name, got, ok)
		}
	}
}
