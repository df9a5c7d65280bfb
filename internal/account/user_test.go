package account

import (
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"ferry/vfs"
)

// valid is a user that Validate has nothing against.
func valid(t *testing.T) *User {
	return &User{Name: "alice", Root: t.TempDir(), Access: Everywhere(vfs.PermAll)}
}

func TestValidate(t *testing.T) {
	prefix := netip.MustParsePrefix
	for _, test := range []struct {
		says  string // "" for nothing
		spoil func(*User)
	}{
		{"", func(*User) {}},
		{"", func(u *User) { u.Name = strings.Repeat("ü", MaxName/2) }},
		{"", func(u *User) { u.Name = `CORP\Bob's "box" <1>` }},
		{"", func(u *User) { u.Name = "ftpuser" }},
		{"", func(u *User) { u.Home = "/" }},
		{"", func(u *User) { u.Access = nil }},
		{"", func(u *User) { u.Access = Access{{"/", 0}, {"/a", vfs.PermAll}, {"/a/b", vfs.PermRead}} }},
		{"", func(u *User) { u.Networks = []netip.Prefix{prefix("0.0.0.0/0"), prefix("::/0")} }},
		{"name: want one", func(u *User) { u.Name = "" }},
		{"longer than 64 bytes", func(u *User) { u.Name = strings.Repeat("a", MaxName+1) }},
		{"not UTF-8", func(u *User) { u.Name = "\xff" }},
		{"control character", func(u *User) { u.Name = "a\nb" }},
		{"control character", func(u *User) { u.Name = "a\x00" }},
		{"control character", func(u *User) { u.Name = "a\u202eb" }},
		{"control character", func(u *User) { u.Name = "a\u0085b" }},
		{"slash or a colon", func(u *User) { u.Name = "a/b" }},
		{"slash or a colon", func(u *User) { u.Name = "a:b" }},
		{"begins or ends", func(u *User) { u.Name = " a" }},
		{"is a directory's", func(u *User) { u.Name = ".." }},
		{"anonymous login", func(u *User) { u.Name = "Anonymous" }},
		{"anonymous login", func(u *User) { u.Name = "ftp" }},
		{"password: this password hash cannot be verified", func(u *User) { u.PasswordHash = "x" }},
		{"comment: want one line", func(u *User) { u.Comment = "a\nb" }},
		{"comment: longer", func(u *User) { u.Comment = strings.Repeat("a", MaxComment+1) }},
		{"expiry: want whole", func(u *User) { u.Expires = time.Unix(1e9, 1) }},
		{"expiry: want a moment", func(u *User) { u.Expires = time.Unix(-1, 0) }},
		{"expiry: want a moment", func(u *User) { u.Expires = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"root: want a directory", func(u *User) { u.Root = "" }},
		{"not an absolute pathname", func(u *User) { u.Root = "srv" }},
		{"root: ", func(u *User) { u.Root += "\x00" }},
		{"home: ", func(u *User) { u.Home = "in" }},
		{"home: ", func(u *User) { u.Home = "/in/" }},
		{"home: ", func(u *User) { u.Home = "/../in" }},
		{`the rule for "in": want an absolute`, func(u *User) { u.Access[0].Path = "in" }},
		{`the rule for "/a/..": want an absolute`, func(u *User) { u.Access[0].Path = "/a/.." }},
		{"semicolons", func(u *User) { u.Access[0].Path = "/a;b" }},
		{"nobody knows", func(u *User) { u.Access[0].Allow = vfs.PermAll + 1 }},
		{`two rules for "/"`, func(u *User) { u.Access = append(u.Access, u.Access[0]) }},
		{"upload rate: want a number", func(u *User) { u.UploadRate = -1 }},
		{"download rate: want a number", func(u *User) { u.DownloadRate = -1 }},
		{"quota of bytes: want a number", func(u *User) { u.QuotaBytes = -1 }},
		{"quota of files: want a number", func(u *User) { u.QuotaFiles = -1 }},
		{"sessions: want a number", func(u *User) { u.MaxSessions = -1 }},
		{"networks: there is one without", func(u *User) { u.Networks = []netip.Prefix{{}} }},
		{"write 192.0.2.0/24", func(u *User) { u.DeniedNetworks = []netip.Prefix{prefix("192.0.2.1/24")} }},
		{"write it as IPv4", func(u *User) { u.Networks = []netip.Prefix{prefix("::ffff:192.0.2.0/120")} }},
		{"modes: want active", func(u *User) { u.Modes = 4 }},
	} {
		u := valid(t)
		test.spoil(u)
		err := u.Validate()
		switch {
		case test.says == "" && err != nil:
			t.Errorf("Validate(%+v) = %v", u, err)
		case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "\n")):
			t.Errorf("Validate = %v, want one error with %q", err, test.says)
		}
	}
	u := valid(t)
	u.Name, u.Home, u.MaxSessions = "a/b", "x", -1
	if err := u.Validate(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("of three mistakes Validate says %v", err)
	}
}

func TestAccessAt(t *testing.T) {
	a := Access{{"/in/box", vfs.PermAll}, {"/", vfs.PermReadOnly}, {"/in", vfs.PermCreate}, {"/none", 0}}
	for name, want := range map[string]vfs.Perm{
		"/": vfs.PermReadOnly, "/x": vfs.PermReadOnly, "/inbox": vfs.PermReadOnly, "/in": vfs.PermCreate,
		"/in/x": vfs.PermCreate, "/in/box": vfs.PermAll, "/in/box/x/y": vfs.PermAll, "/in/boxes": vfs.PermCreate,
		"/none": 0, "/none/x": 0, "/nonesuch": vfs.PermReadOnly,
	} {
		if got := a.At(name); got != want {
			t.Errorf("At(%q) = %v, want %v", name, got, want)
		}
	}
	if got := a[2:].At("/x"); got != 0 {
		t.Errorf("where no rule holds there is %v", got)
	}
	if got := a[1:3].Union(); got != vfs.PermReadOnly|vfs.PermCreate {
		t.Errorf("Union = %v", got)
	}
}

func TestParseAccess(t *testing.T) {
	for text, want := range map[string]string{
		"/:list,read;/in:create":       "/:list,read;/in:create",
		"/: list , read ; /in: create": "/:list,read;/in:create",
		"read-only":                    "/:list,read",
		"all":                          "/:all",
		"read-only,create":             "/:list,read,create",
		"/a/../b/:none":                "/b:none",
		"/12:30:list":                  "/12:30:list",
		"list,read,create,overwrite,append,delete,rename,mkdir,rmdir,chmod,settime": "/:all",
	} {
		a, err := ParseAccess(text)
		if err != nil || a.String() != want {
			t.Errorf("ParseAccess(%q) = %q, %v; want %q", text, a, err, want)
		}
	}
	for text, says := range map[string]string{
		"":                   `there is no permission ""`,
		"write":              `there is no permission "write"`,
		"/in":                "want PATH:PERMISSIONS",
		"in/box:list":        "begins with /",
		"/:list;":            "want PATH:PERMISSIONS",
		"/:list;/:read":      "two rules",
		"/a\x00:list":        "begins with /",
		"/a\n:list":          "control characters",
		"/:list,,read":       `there is no permission ""`,
		"/x:list;y/z:create": "begins with /",
	} {
		if a, err := ParseAccess(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ParseAccess(%q) = %q, %v; want an error with %q", text, a, err, says)
		}
	}
}

func FuzzParseAccess(f *testing.F) {
	for _, seed := range []string{"/:list,read;/in:create", "all", "/12:30:none", "/a/../b:x", ";", "/;:all"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAccess(text)
		if err != nil {
			return
		}
		again, err := ParseAccess(a.String())
		if err != nil || again.String() != a.String() {
			t.Fatalf("ParseAccess(%q) = %q, and of that %q, %v", text, a, again, err)
		}
	})
}

func TestAllowsFrom(t *testing.T) {
	u := &User{}
	for _, test := range []struct {
		networks, denied, addr string
		want                   bool
	}{
		{"", "", "192.0.2.1", true},
		{"", "", "2001:db8::1", true},
		{"192.0.2.0/24", "", "192.0.2.1", true},
		{"192.0.2.0/24", "", "::ffff:192.0.2.1", true},
		{"192.0.2.0/24", "", "192.0.3.1", false},
		{"192.0.2.0/24", "", "2001:db8::1", false},
		{"192.0.2.0/24,2001:db8::/32", "192.0.2.7", "192.0.2.7", false},
		{"192.0.2.0/24,2001:db8::/32", "192.0.2.7", "192.0.2.8", true},
		{"fe80::/10", "", "fe80::1%eth0", true},
		{"", "192.0.2.99/24", "192.0.2.1", false},
		{"", "192.0.2.99/24", "198.51.100.1", true},
	} {
		var err1, err2 error
		u.Networks, err1 = ParseNetworks(test.networks)
		u.DeniedNetworks, err2 = ParseNetworks(test.denied)
		if got := u.AllowsFrom(netip.MustParseAddr(test.addr)); got != test.want || err1 != nil || err2 != nil {
			t.Errorf("with %q less %q, %s: %v, %v, %v", test.networks, test.denied, test.addr, got, err1, err2)
		}
	}
	if u.AllowsFrom(netip.Addr{}) && len(u.Networks) > 0 {
		t.Error("no address at all is allowed")
	}
	for _, text := range []string{"x", "192.0.2.0/33", "192.0.2.0/24,", "fe80::1%eth0", "::ffff:1.2.3.4/120", "192.0.2.0/255.255.255.0"} {
		if list, err := ParseNetworks(text); err == nil {
			t.Errorf("ParseNetworks(%q) = %v", text, list)
		}
	}
}

func TestModes(t *testing.T) {
	for text, want := range map[string]Modes{
		"active": ModeActive, "passive": ModePassive, "active,passive": ModesAll, "passive, active": ModesAll,
	} {
		m, err := ParseModes(text)
		if err != nil || m != want {
			t.Errorf("ParseModes(%q) = %v, %v", text, m, err)
		}
		if again, err := ParseModes(m.String()); again != m || err != nil {
			t.Errorf("ParseModes(%q) = %v, %v", m.String(), again, err)
		}
	}
	for _, text := range []string{"", "pasv", "active,"} {
		if m, err := ParseModes(text); err == nil {
			t.Errorf("ParseModes(%q) = %v", text, m)
		}
	}
	for m, want := range map[Modes][2]bool{0: {true, true}, ModeActive: {true, false}, ModePassive: {false, true}, ModesAll: {true, true}} {
		if m.Active() != want[0] || m.Passive() != want[1] {
			t.Errorf("%d: active %v, passive %v", m, m.Active(), m.Passive())
		}
	}
}

func TestExpired(t *testing.T) {
	end := time.Unix(1e9, 0)
	u := &User{Expires: end}
	if u.Expired(end.Add(-time.Second)) || !u.Expired(end) || !u.Expired(end.Add(time.Second)) {
		t.Error("an account ends at the moment of its expiry")
	}
	if (&User{}).Expired(end) {
		t.Error("without an expiry there is no end")
	}
}

func TestRootOf(t *testing.T) {
	for _, test := range []struct{ pattern, name, want string }{
		{"/srv/%u", "alice", "/srv/alice"},
		{"/srv/%u/%u%%", "bob", "/srv/bob/bob%"},
		{"/srv", "../x", "/srv"},
		{"/srv/%u", "..", ""},
		{"/srv/%u", "a/b", ""},
		{"/srv/%u", ".", ""},
		{"/srv/%d", "alice", ""},
		{"/srv/%", "alice", ""},
		{"/srv/%u", "%u", "/srv/%u"},
	} {
		got, err := RootOf(test.pattern, test.name)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("RootOf(%q, %q) = %q, %v; want %q", test.pattern, test.name, got, err, test.want)
		}
	}
	if runtime.GOOS == "windows" {
		if root, err := RootOf(`C:\srv\%u`, `a\b`); err == nil {
			t.Errorf(`RootOf of a\b = %q`, root)
		}
	}
}
