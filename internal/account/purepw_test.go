package account

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/vfs"
)

// TestImportPurePW imports what the real pure-pw writes, and logs one of its users in.
func TestImportPurePW(t *testing.T) {
	program, err := filepath.Abs(filepath.Join("..", "..", ".peers", "root", "usr", "bin", "pure-pw"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("in CI nothing may be left out: %v", err)
		}
		t.Skip("there is no pure-pw: run make peers")
	}
	list := filepath.Join(t.TempDir(), "pureftpd.passwd")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	libraries, err := filepath.Glob(filepath.Join(filepath.Dir(program), "..", "lib", "*-linux-gnu"))
	if err != nil {
		t.Fatal(err)
	}
	useradd := func(name, password string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(ctx, program, append([]string{"useradd", name, "-f", list, "-u", "1000", "-g", "1000"}, args...)...)
		cmd.Stdin = strings.NewReader(password + "\n" + password + "\n")
		cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libraries, ":"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("pure-pw: %v: %s", err, out)
		}
	}
	useradd("alice", "secret", "-d", "/srv/ftp/alice", "-c", "Alice A", "-t", "100", "-T", "50", "-n", "500", "-N", "20",
		"-q", "1", "-Q", "10", "-r", "192.0.2.0/24,198.51.100.7", "-R", "192.0.2.13", "-y", "3")
	useradd("bob", "hush", "-D", "/srv/bob", "-z", "0900-1800")

	f, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	done, err := ImportPureDB(t.Context(), f, ImportOptions{File: "list", Base: User{Access: Everywhere(vfs.PermAll)}})
	if err != nil || len(done.Users) != 2 {
		t.Fatalf("ImportPureDB gives %d users, %v\n%s", len(done.Users), err, complaints(done))
	}
	same(t, "complaints", complaints(done), `list:1: user "alice": the ratio 1:10 of uploads to downloads is not kept
list:2: user "bob": was not confined to /srv/bob, and is now
list:2: user "bob": accounts have no hours (900-1800); the user is imported disabled
`)
	checkAlice(t, done.Users[0])
	if u := done.Users[1]; u.Root != "/srv/bob" || u.MaxSessions != 0 || u.UploadRate != 0 || !u.Disabled {
		t.Errorf("bob = %+v", u)
	}
	// Pure-FTPd's hash takes some seconds; from the first login on a cheaper one
	// is there.
	var store Memory
	if err := store.Add(t.Context(), done.Users[0]); err != nil {
		t.Fatal(err)
	}
	u, err := Authenticate(t.Context(), &store, "alice", "secret")
	if err != nil {
		t.Fatalf("alice: %v (%s)", err, done.Users[0].PasswordHash)
	}
	if ok, weak, err := Verify(t.Context(), u.PasswordHash, "secret"); !ok || weak || err != nil {
		t.Errorf("after the login the hash is %s: %v, %v, %v", u.PasswordHash, ok, weak, err)
	}
}
