package system

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// realPassword has a letter that is not ASCII and what shells and lists stumble over.
const realPassword = "p\u00e4ss w0rd:$'\"\\"

// compare logs a user in whose hash a program of the system has made.
func compare(t *testing.T, files Files, name, password, form string) {
	t.Helper()
	s, err := files.shadow(name)
	if err != nil || s == nil || !strings.HasPrefix(s.hash, form) {
		t.Fatalf("the shadow line of %s is %+v (%v), want a hash that begins with %s", name, s, err, form)
	}
	c := &Checker{Files: files}
	if u, err := c.Verify(t.Context(), name, password); err != nil || u.Name != name {
		t.Errorf("%s: %v", s.hash, err)
	}
	if _, err := c.Verify(t.Context(), name, password+"x"); Reason(err) != "wrong-password" {
		t.Errorf("%s with a wrong password: %v", s.hash, err)
	}
}

// run runs a program of the system with an input, and gives what it says.
func run(t *testing.T, input, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdin = strings.NewReader(input)
	var failure strings.Builder
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, failure.String())
	}
	return strings.TrimSpace(string(out))
}

// TestOpenSSLPasswd compares with what openssl passwd makes.
func TestOpenSSLPasswd(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("there is no openssl: install it")
	}
	for form, option := range map[string]string{"$1$": "-1", "$5$": "-5", "$6$": "-6"} {
		hash := run(t, realPassword+"\n", openssl, "passwd", option, "-stdin")
		compare(t, lists(t, Files{
			Passwd: "alice:x:1000:100::/:\n", Shadow: "alice:" + hash + ":19000:0:99999:7:::\n",
		}), "alice", realPassword, form)
	}
}

// TestCrypt compares with crypt(3) itself, at costs that crypt_gensalt(3) has.
func TestCrypt(t *testing.T) {
	perl, err := exec.LookPath("perl")
	if err != nil {
		t.Skip("there is no perl, through which crypt(3) is called: install it")
	}
	for _, setting := range []string{
		"$1$saltsalt$", "$5$rounds=1000$salt$", "$5$sixteen.letters.$", "$6$rounds=2000$s$", "$6$salt$",
		"$2b$05$abcdefghijklmnopqrstuu", "$2y$04$abcdefghijklmnopqrstuu", "$2a$04$abcdefghijklmnopqrstuu",
		"$y$j75$saltsalt$", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$", "$y$j8.$$", "$7$9U..../....salt$",
	} {
		for _, password := range []string{realPassword, strings.Repeat("y", 500)} {
			if len(password) > 72 && (strings.HasPrefix(setting, "$2") || strings.HasPrefix(setting, "$y$j9T") || strings.HasPrefix(setting, "$7$")) {
				continue // bcrypt looks at no more, so one letter more is right too; the others are slow
			}
			hash := run(t, password+"\n"+setting+"\n", perl, "-e",
				`my $p = <STDIN>; my $s = <STDIN>; chomp $p; chomp $s; print crypt($p, $s)`)
			if !strings.HasPrefix(hash, setting) || hash == setting {
				t.Logf("crypt(3) of this machine does not know %s: %q", setting, hash)
				continue
			}
			compare(t, lists(t, Files{
				Passwd: "alice:x:1000:100::/:\n", Shadow: "alice:" + hash + ":::::::\n",
			}), "alice", password, setting)
		}
	}
}

// TestChpasswd lets the system's own programs make the users: useradd,
// usermod, chpasswd and chage, in a mount namespace in which /etc is another.
func TestChpasswd(t *testing.T) {
	if runtime.GOOS != "linux" || os.Getuid() != 0 {
		t.Skip("only root on Linux can put another /etc over the system's")
	}
	for _, program := range []string{"unshare", "chpasswd", "useradd", "usermod", "chage"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s: install passwd and util-linux", program)
		}
	}
	if err := exec.Command("unshare", "--mount", "true").Run(); err != nil && os.Getenv("CI") == "" {
		t.Skipf("there can be no mount namespace: %v", err)
	}
	etc := t.TempDir()
	for name, text := range map[string]string{
		"passwd": "root:x:0:0:root:/root:/bin/bash\n", "group": "root:x:0:\nusers:x:100:\naudio:x:29:\n",
		"shadow": "root:*:19000:0:99999:7:::\n", "gshadow": "root:*::\nusers:!::\naudio:!::\n", "subuid": "", "subgid": "",
		"login.defs": "UMASK 077\nPASS_MAX_DAYS 99999\n", "shells": "/bin/sh\n", "ftpusers": "root\n",
		"nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n",
	} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, realPassword+"\n", "unshare", "--mount", "sh", "-ec", `
		mount --bind "$0" /etc
		read -r password
		for method in SHA512 SHA256 MD5 YESCRYPT; do
			name=$(printf %s "$method" | tr A-Z a-z)
			useradd -M -N -g users -G audio -s /bin/sh -d "/home/$name" "$name"
			printf '%s:%s\n' "$name" "$password" | chpasswd -c "$method" || usermod -p none "$name"
		done
		for name in locked expired aged change; do
			useradd -M -N -g users -s /bin/sh "$name"
			printf '%s:%s\n' "$name" "$password" | chpasswd -c SHA512
		done
		useradd -M -N -g users -s /bin/sh fresh
		usermod -L locked
		chage -E 2001-02-03 expired
		chage -d 2001-02-03 -M 90 -I 14 aged
		chage -d 0 change
	`, etc)
	in := func(name string) string { return filepath.Join(etc, name) }
	files := Files{in("passwd"), in("group"), in("shadow"), in("shells"), in("ftpusers")}
	for name, form := range map[string]string{"sha512": "$6$", "sha256": "$5$", "md5": "$1$", "yescrypt": "$y$"} {
		if s, err := files.shadow(name); err != nil || s == nil || s.hash == "none" {
			t.Logf("chpasswd of this machine makes no %s (%v)", name, err)
			continue
		}
		compare(t, files, name, realPassword, form)
		u, err := files.Lookup(name)
		if err != nil || u.GID != 100 || len(u.Groups) != 2 || u.Groups[1] != 29 || u.Home != "/home/"+name {
			t.Errorf("%s is %+v, %v", name, u, err)
		}
	}
	c := &Checker{Files: files, CheckShell: true}
	for name, want := range map[string]string{
		"locked": "account-locked", "expired": "account-expired", "aged": "password-expired",
		"change": "password-must-change", "fresh": "account-locked", "root": "account-locked",
	} {
		if _, err := c.Verify(t.Context(), name, realPassword); Reason(err) != want {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}
