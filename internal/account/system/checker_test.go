package system

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/internal/account"
)

// secret is the hash of "secret".
const secret = "$1$abc$iCQ2D3nhptRYi27fDYv2s1"

// day is the day on which these tests are.
const day = 20000

func clock() time.Time { return time.Unix(day*24*60*60, 0) }

// TestAllowed has one user for each thing that may be wrong.
func TestAllowed(t *testing.T) {
	for _, test := range []struct {
		shadow, shell, ftpusers string
		want                    error
	}{
		{"19000:0:99999:7:::", "/bin/bash", "root", nil},
		{"19000:0:99999:7:::", "/bin/bash", "root\n alice # no", ErrFTPUsers},
		{"19000:0:99999:7:::", "/bin/bash", "root\r\nalice\r\n", ErrFTPUsers},
		{"19000:0:99999:7:::", "/bin/bash", "#alice\nalice2\nAlice", nil},
		{"19000:0:99999:7:::", "/bin/bash", "", nil},
		{"19000:0:99999:7:::", "/usr/sbin/nologin", "root", ErrShell},
		{"19000:0:99999:7:::", "/bin/bash2", "root", ErrShell},
		{"19000:0:99999:7:::", "bash", "root", ErrShell},
		{"19000:0:99999:7:::", "", "root", nil}, // is /bin/sh
		// The day from which on the account is closed.
		{"19000:0:99999:7::20001:", "/bin/bash", "root", nil},
		{"19000:0:99999:7::20000:", "/bin/bash", "root", ErrExpired},
		{"19000:0:99999:7::1:", "/bin/bash", "root", ErrExpired},
		{"19000:0:99999:7::0:", "/bin/bash", "root", ErrExpired},
		{"19000:0:99999:7::-1:", "/bin/bash", "root", nil},
		{"19000:0:99999:7::soon:", "/bin/bash", "root", ErrExpired},
		// The age of the password.
		{"0:0:99999:7:::", "/bin/bash", "root", ErrMustChange},
		{"19900:0:101:7:::", "/bin/bash", "root", nil},
		{"19900:0:100:7:::", "/bin/bash", "root", ErrMustChange},
		{"19900:0:90:7:30::", "/bin/bash", "root", ErrMustChange},
		{"19900:0:90:7:10::", "/bin/bash", "root", ErrAged},
		{"19900:0:90:7:0::", "/bin/bash", "root", ErrAged},
		{"20100:0:10:7:0::", "/bin/bash", "root", nil}, // changed tomorrow
		{":0:10:7:0::", "/bin/bash", "root", nil},
		{"", "/bin/bash", "root", nil},
		{"19000::::", "/bin/bash", "root", nil},
		{"19000:0:many:7:::", "/bin/bash", "root", ErrExpired},
	} {
		c := &Checker{CheckShell: true, Now: clock, Files: lists(t, Files{
			Passwd: "alice:x:1000:100::/home/alice:" + test.shell + "\n", FTPUsers: test.ftpusers,
			Shadow: "alice:" + secret + ":" + test.shadow + "\n",
			Shells: "# shells\n/bin/sh\n/bin/bash\n",
		})}
		u, err := c.Verify(t.Context(), "alice", "secret")
		if !errors.Is(err, test.want) || (err == nil) != (u != nil) {
			t.Errorf("Verify with %+v = %v, %v", test, u, err)
		}
		// A wrong password is no way to learn about the account, but in the log.
		if _, err := c.Verify(t.Context(), "alice", "Secret"); !errors.Is(err, ErrWrongPassword) {
			t.Errorf("Verify of a wrong password with %+v = %v", test, err)
		}
		// The way of PAM.
		u, err = c.Files.Lookup("alice")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Allowed(u); !errors.Is(err, test.want) {
			t.Errorf("Allowed with %+v = %v", test, err)
		}
		if errors.Is(test.want, ErrShell) {
			c.CheckShell = false
			if err := c.Allowed(u); err != nil {
				t.Errorf("without CheckShell, with %+v: %v", test, err)
			}
		}
	}
}

func TestVerify(t *testing.T) {
	c := &Checker{Now: clock, Files: lists(t, Files{
		Passwd: "root:x:0:0::/root:/bin/bash\nalice:x:1000:100::/:\nbob:x:1001:100::/:\ncarol:*:1002:100::/:\n" +
			"dave:" + secret + ":1003:100::/:\nerin::1004:100::/:\nfrank:x:1005:100::/:\ngrace:x:1006:100::/:\n" +
			"heidi:x:1007:100::/:\nivan:x:1008:100::/:\n",
		Shadow: "root:" + secret + ":19000:0:99999:7:::\nalice:" + secret + ":::::::\nbob:!" + secret + ":::::::\n" +
			"frank::::::::\ngrace:*:::::::\nheidi:abNANd1rDfiNc:::::::\n",
		FTPUsers: "mail\n",
	})}
	for _, test := range []struct {
		name, password string
		want           error
		reason         string
	}{
		{"root", "secret", nil, ""}, // the list that is there does not have root
		{"alice", "secret", nil, ""},
		{"dave", "secret", nil, ""}, // a machine without shadow passwords
		{"alice", "", ErrWrongPassword, "wrong-password"},
		{"alice", "Secret", ErrWrongPassword, "wrong-password"},
		{"alice", strings.Repeat("x", account.MaxPassword+1), ErrWrongPassword, "wrong-password"},
		{"bob", "secret", ErrLocked, "account-locked"},
		{"carol", "secret", ErrLocked, "account-locked"},
		{"grace", "*", ErrLocked, "account-locked"},
		{"erin", "", ErrNoPassword, "no-password"},
		{"frank", "", ErrNoPassword, "no-password"},
		{"frank", "x", ErrNoPassword, "no-password"},
		{"ivan", "x", ErrNoPassword, "no-password"}, // no line in shadow
		{"heidi", "secret", ErrHash, "hash-unknown"},
		{"nobody", "secret", ErrNoUser, "no-such-user"},
		{"", "", ErrNoUser, "no-such-user"},
		{"alice:" + secret, "secret", ErrNoUser, "no-such-user"},
	} {
		u, err := c.Verify(t.Context(), test.name, test.password)
		if !errors.Is(err, test.want) || (err == nil) != (u != nil) || Reason(err) != test.reason {
			t.Errorf("Verify(%q, %.10q) = %v, %v (%s)", test.name, test.password, u, err, Reason(err))
		}
		denied, is := errors.AsType[*account.DeniedError](err)
		if err != nil && (!is || denied.Name != test.name) {
			t.Errorf("Verify(%q) = %#v, want a DeniedError", test.name, err)
		}
	}
	if err := os.Remove(c.Files.FTPUsers); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Verify(t.Context(), "root", "secret"); Reason(err) != "root-refused" {
		t.Errorf("the superuser without a list: %v", err)
	}
	if _, err := c.Verify(t.Context(), "alice", "secret"); err != nil {
		t.Errorf("others without a list: %v", err)
	}
	if err := c.AllowedName("mail"); err != nil {
		t.Errorf("a name without a list: %v", err)
	}
}

// TestFaults shows that a list that cannot be read lets nobody in, and is not
// taken for a refusal.
func TestFaults(t *testing.T) {
	whole := lists(t, Files{
		Passwd: "alice:x:1000:100::/:\n", Group: "g:x:1:\n", Shadow: "alice:" + secret + ":::::::\n",
		Shells: "/bin/sh\n", FTPUsers: "root\n",
	})
	dir := t.TempDir() // cannot be read as a file
	for i, spoil := range []func(*Files){
		func(f *Files) { f.Passwd = dir },
		func(f *Files) { f.Group = dir },
		func(f *Files) { f.Shadow = dir },
		func(f *Files) { f.Shells = dir },
		func(f *Files) { f.FTPUsers = dir },
	} {
		c := &Checker{Files: whole, CheckShell: true}
		spoil(&c.Files)
		u, err := c.Verify(t.Context(), "alice", "secret")
		if _, denied := errors.AsType[*account.DeniedError](err); u != nil || err == nil || denied {
			t.Errorf("%d: Verify = %v, %v", i, u, err)
		}
	}
	c := &Checker{Files: whole}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, name := range []string{"alice", "nobody"} {
		if u, err := c.Verify(ctx, name, "secret"); u != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("with a context that has ended: %v, %v", u, err)
		}
	}
	// Without the file there are two shells.
	c.CheckShell = true
	c.Files.Shells += ".gone"
	for shell, want := range map[string]error{"/bin/sh": nil, "/bin/bash": ErrShell} {
		if err := c.Allowed(&User{Name: "alice", UID: 1, Shell: shell}); !errors.Is(err, want) {
			t.Errorf("without /etc/shells, %s: %v", shell, err)
		}
	}
}

// TestNow uses the clock of the machine if no other is given.
func TestNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		today := time.Now().Unix() / (24 * 60 * 60)
		c := &Checker{Files: lists(t, Files{Shadow: fmt.Sprintf("alice:%s:1:0:99999:7::%d:\n", secret, today+2)})}
		u := &User{Name: "alice", UID: 1}
		if err := c.Allowed(u); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * 24 * time.Hour)
		if err := c.Allowed(u); !errors.Is(err, ErrExpired) {
			t.Errorf("two days later: %v", err)
		}
	})
}

// TestUsualHash shows of whose form the hash for unknown names is.
func TestUsualHash(t *testing.T) {
	const other = "$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz."
	for _, test := range []struct{ shadow, want string }{
		{"", firstDecoy},
		{"root:*:\nmail:!:\nold:abNANd1rDfiNc:\nempty::\n", firstDecoy},
		{"a:" + secret + ":\nb:" + other + ":\n", secret},
		{"a:" + secret + ":\nb:" + other + ":\nc:" + other + ":\n", other},
		{"a:!" + secret + ":\nb:" + other + ":\n", other},
	} {
		got, err := lists(t, Files{Shadow: test.shadow}).usualHash()
		if err != nil || got != test.want {
			t.Errorf("of %q: %s, %v", test.shadow, got, err)
		}
	}
	if account.Scheme(firstDecoy) != "yescrypt" {
		t.Error("the first decoy is no hash")
	}
}
