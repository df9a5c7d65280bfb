package account

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"ferry/vfs"
)

// importFunc is one of the three.
type importFunc func(context.Context, io.Reader, ImportOptions) (*Imported, error)

// imported reads a list.
func imported(t *testing.T, f importFunc, text, root string) *Imported {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the directories are those of a Unix")
	}
	done, err := f(t.Context(), strings.NewReader(text), ImportOptions{
		File: "list", Root: root, Base: User{Access: Everywhere(vfs.PermReadOnly), MaxSessions: 9},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range done.Users {
		if err := u.Validate(); err != nil {
			t.Errorf("user %q: %v", u.Name, err)
		}
		if u.Access.String() != "/:list,read" {
			t.Errorf("user %q may %s", u.Name, u.Access)
		}
	}
	return done
}

// complaints are those of a list, a line each.
func complaints(done *Imported) string {
	var b strings.Builder
	for _, c := range done.Complaints {
		b.WriteString(c.String())
		if c.Skipped {
			b.WriteString(" (skipped)")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// roots are the names of users, with their roots and the forms of their hashes.
func roots(done *Imported) string {
	var words []string
	for _, u := range done.Users {
		words = append(words, u.Name+"="+u.Root+"="+Scheme(u.PasswordHash))
	}
	return strings.Join(words, " ")
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n got %s\nwant %s", what, got, want)
	}
}

func TestImportHtpasswd(t *testing.T) {
	done := imported(t, ImportHtpasswd, "\ufeff# users of the old server\r\n"+
		"\r\n"+
		"alice:$apr1$abc$PZF73YJz5hJ9yyI.7OP.R.\r\n"+
		"bob:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"+
		"carl:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n"+
		"dora:abNANd1rDfiNc\n"+
		"eve:plain text\n"+
		"alice:x\n"+
		"no colon\n"+
		"ftp:x\n"+
		"frank:$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.:19000:0:99999:7:::\n"+
		"gus:!:19000", "/srv/%u")
	same(t, "users", roots(done), "alice=/srv/alice=apr1 bob=/srv/bob=bcrypt carl=/srv/carl=sha1 dora=/srv/dora=none eve=/srv/eve=none frank=/srv/frank=sha512crypt gus=/srv/gus=none")
	same(t, "complaints", complaints(done), `list:6: user "dora": this password hash cannot be verified: DES crypt looks at 8 characters of a password and is guessed within hours; set a new one; the user is imported without a password
list:7: user "eve": this password hash cannot be verified: its form is unknown; the user is imported without a password
list:8: user "alice": line 3 has the user already (skipped)
list:9: want NAME:HASH (skipped)
list:10: name: "ftp" is that of the anonymous login (skipped)
list:12: user "gus": this password hash cannot be verified: the password is locked; the user is imported without a password
`)
	if u := done.Users[0]; u.MaxSessions != 9 {
		t.Errorf("the base of users is lost: %+v", u)
	}
}

func TestImportRoot(t *testing.T) {
	const list = "alice:$apr1$abc$PZF73YJz5hJ9yyI.7OP.R.\n"
	same(t, "without a root", complaints(imported(t, ImportHtpasswd, list, "")),
		"list:1: user \"alice\": root: want a directory (skipped)\n")
	same(t, "with a wrong one", complaints(imported(t, ImportHtpasswd, list, "/srv/%n")),
		"list:1: user \"alice\": want only %u, the user's name, and %% in the directory (skipped)\n")
}

const apr1 = "$apr1$abc$PZF73YJz5hJ9yyI.7OP.R."

func TestImportPureDB(t *testing.T) {
	done := imported(t, ImportPureDB, `
# pure-pw
alice:`+apr1+`:1000:1000:Alice A:/srv/ftp/alice/./:51200:102400:1:10:3:500:20971520:::192.0.2.0/24,198.51.100.7:192.0.2.13:
bob:`+apr1+`:1000:1000::/srv/bob::::::::::::
carl:`+apr1+`:1000:1000::/srv/./c/d/:0:0:0:0:0:0:0:::::0900-1800
dora:*:1:1::/./dora
eve:`+apr1+`:1:1::/srv:x
frank:`+apr1+`:1:1
gus:`+apr1+`:1:1:::
hal:`+apr1+`:1:1::rel/./
ivy:`+apr1+`:1:1::/srv/ivy/./::::::::203.0.113.1:203.0.113.2:host.example.com::
jan:`+apr1+`:1:1::/srv/jan/./:::::99999999999
`, "")
	same(t, "users", roots(done), "alice=/srv/ftp/alice=apr1 bob=/srv/bob=apr1 carl=/srv=apr1 dora=/=none ivy=/srv/ivy=apr1")
	same(t, "complaints", complaints(done), `list:3: user "alice": the ratio 1:10 of uploads to downloads is not kept
list:4: user "bob": was not confined to /srv/bob, and is now
list:5: user "carl": accounts have no hours (0900-1800); the user is imported disabled
list:6: user "dora": this password hash cannot be verified: the password is locked; the user is imported without a password
list:7: user "eve": upload rate: "x" is no number (skipped)
list:8: want 6 to 18 fields with colons between them, not 4 (skipped)
list:9: user "gus": root: want a directory (skipped)
list:10: user "hal": root: "rel" is not an absolute pathname (skipped)
list:11: user "ivy": accounts have no addresses of the server (203.0.113.1); the user is imported disabled
list:11: user "ivy": accounts have no addresses of the server (203.0.113.2); the user is imported disabled
list:11: user "ivy": clients: "host.example.com" is no network: want an address, or one with a length, such as 192.0.2.0/24; the user is imported disabled
list:12: user "jan": sessions: 99999999999 are too many (skipped)
`)
	checkAlice(t, done.Users[0])
	if u := done.Users[0]; u.Disabled {
		t.Error("alice is disabled")
	}
	if u := done.Users[1]; u.MaxSessions != 9 || u.Home != "" || u.Disabled {
		t.Errorf("bob = %+v", u)
	}
	if u := done.Users[2]; u.MaxSessions != 9 || u.Home != "/c/d" || !u.Disabled {
		t.Errorf("carl = %+v", u)
	}
	if u := done.Users[3]; u.Home != "/dora" {
		t.Errorf("dora = %+v", u)
	}
	if u := done.Users[4]; !u.Disabled {
		t.Errorf("ivy = %+v", u)
	}
	// A root that is given takes the place of the list's.
	done = imported(t, ImportPureDB, "bob:"+apr1+":1000:1000::/srv/bob\n", "/data/%u")
	same(t, "users", roots(done), "bob=/data/bob=apr1")
	same(t, "complaints", complaints(done), "")
}

// checkAlice looks at the limits that pure-pw was told to give.
func checkAlice(t *testing.T, u *User) {
	t.Helper()
	if u.UploadRate != 50<<10 || u.DownloadRate != 100<<10 || u.MaxSessions != 3 || u.QuotaFiles != 500 || u.QuotaBytes != 20<<20 {
		t.Errorf("the limits are %+v", u)
	}
	if u.Root != "/srv/ftp/alice" || u.Home != "" || u.Comment != "Alice A" {
		t.Errorf("the texts are %+v", u)
	}
	for addr, want := range map[string]bool{"192.0.2.1": true, "192.0.2.13": false, "198.51.100.7": true, "198.51.100.8": false} {
		if u.AllowsFrom(netip.MustParseAddr(addr)) != want {
			t.Errorf("from %s: %v", addr, !want)
		}
	}
}

func TestImportVsftpd(t *testing.T) {
	const oldHash = "$1$abc$iCQ2D3nhptRYi27fDYv2s1"
	done := imported(t, ImportVsftpd, strings.Join([]string{
		"alice", "secret",
		"bob", oldHash,
		"carl", `a\\b\20c`,
		"dora", "",
		"a/b", "secret",
		"eve", `x\`,
		`y\zz`, "secret",
		"alice", "secret",
		"frank", "abNANd1rDfiNc",
		"gus",
	}, "\n"), "/srv/%u")
	same(t, "users", roots(done), "alice=/srv/alice=argon2id bob=/srv/bob=md5crypt carl=/srv/carl=argon2id dora=/srv/dora=none frank=/srv/frank=argon2id")
	same(t, "complaints", complaints(done), `list:7: user "dora": the password is empty; the user is imported without a password
list:9: name: "a/b" has a slash or a colon (skipped)
list:12: user "eve": password: "\\": want \\ for a backslash, or \ and two hexadecimal digits (skipped)
list:13: name: "\\zz": want \\ for a backslash, or \ and two hexadecimal digits (skipped)
list:15: user "alice": line 1 has the user already (skipped)
list:17: user "frank": the password is taken as it is; if it is a hash of DES crypt, which cannot be verified, set a new one
list:19: user "gus": the line with the password is missing (skipped)
`)
	for i, password := range []string{"secret", "secret", `a\b c`} {
		u := done.Users[i]
		if ok, _, err := Verify(t.Context(), u.PasswordHash, password); !ok || err != nil {
			t.Errorf("the password of %s is not %q (%v)", u.Name, password, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ImportVsftpd(ctx, strings.NewReader("a\nb\n"), ImportOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
}

func TestImportFaults(t *testing.T) {
	broken := errors.New("broken pipe")
	for name, f := range map[string]importFunc{"htpasswd": ImportHtpasswd, "puredb": ImportPureDB, "vsftpd": ImportVsftpd} {
		_, err := f(t.Context(), io.MultiReader(strings.NewReader("#\n#\n"), iotest.ErrReader(broken)), ImportOptions{File: "list", Root: t.TempDir()})
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		_, err = f(t.Context(), strings.NewReader("#\n#\n"+strings.Repeat("x", maxImportLine+1)), ImportOptions{File: "list", Root: t.TempDir()})
		if err == nil || !strings.HasPrefix(err.Error(), "list:3: ") {
			t.Errorf("%s with a line without end: %v", name, err)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add("alice:" + apr1 + "\n#\n\nbob:x")
	f.Add("alice:" + apr1 + ":1000:1000:Alice A:/srv/ftp/alice/./:51200:102400:1:10:3:500:20971520:::192.0.2.0/24,198.51.100.7:192.0.2.13:900-1800")
	f.Add("alice\n" + apr1 + "\n\\41\nsecret")
	f.Fuzz(func(t *testing.T, text string) {
		for _, read := range []importFunc{ImportHtpasswd, ImportPureDB} {
			done, err := read(t.Context(), strings.NewReader(text), ImportOptions{File: "list", Base: User{Root: t.TempDir()}})
			if err != nil {
				return
			}
			seen := make(map[string]bool)
			for _, u := range done.Users {
				if err := u.Validate(); err != nil || seen[u.Name] {
					t.Fatalf("user %+v: %v, seen before: %v", u, err, seen[u.Name])
				}
				seen[u.Name] = true
			}
			for _, c := range done.Complaints {
				if c.Line < 1 || c.Line > strings.Count(text, "\n")+1 || c.Text == "" {
					t.Fatalf("complaint %+v", c)
				}
			}
		}
		if plain, err := unescapeDB(text); err == nil {
			again, err := unescapeDB(strings.ReplaceAll(plain, `\`, `\\`))
			if err != nil || again != plain {
				t.Fatalf("unescapeDB(%q) = %q, and of that escaped %q, %v", text, plain, again, err)
			}
		}
	})
}
