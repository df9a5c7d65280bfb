package daemon

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/config"
	"ferry/vfs"
)

// database makes a database of users with the password "secret".
func database(t *testing.T, users ...*account.User) string {
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
		u.PasswordHash = hash
		if u.Root == "" {
			u.Root = t.TempDir()
		}
		if u.Access == nil {
			u.Access = account.Everywhere(vfs.PermAll)
		}
		if err := store.Add(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// virtualSettings are settings without anonymous users.
func virtualSettings(t *testing.T, users ...*account.User) config.Settings {
	t.Helper()
	s := settings(t)
	s.AnonymousEnable, s.WriteEnable, s.DelayFailedLogin, s.VirtualUsersFile = false, true, 0, database(t, users...)
	return s
}

// upload stores size bytes, and returns the final reply.
func upload(t *testing.T, conn net.Conn, r *bufio.Reader, name string, size int) string {
	t.Helper()
	_, _ = io.WriteString(conn, "EPSV\r\n")
	line, _ := r.ReadString('\n')
	port, err := ftp.ParseExtPassive(line)
	if err != nil {
		t.Fatal(line)
	}
	data, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "STOR "+name+"\r\n")
	line, _ = r.ReadString('\n')
	if !strings.HasPrefix(line, "150") {
		_ = data.Close()
		return line
	}
	_, _ = data.Write(make([]byte, size))
	_ = data.Close()
	line, err = r.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func TestVirtualUser(t *testing.T) {
	anna := &account.User{Name: "anna", Access: account.Access{{Path: "/", Allow: vfs.PermReadOnly}, {Path: "/in", Allow: vfs.PermList | vfs.PermCreate}}}
	s := virtualSettings(t, anna)
	if err := os.Mkdir(filepath.Join(anna.Root, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r,
		"", "220",
		"USER nobody", "331", "PASS secret", "530 Login incorrect.",
		"USER anna", "331", "PASS wrong", "530 Login incorrect.",
		"USER anna", "331", "PASS secret", "230",
		"TYPE I", "200",
		"MKD new", "550 Permission denied.",
		"DELE in", "550",
		"OPTS MLST perm;", "200",
	)
	for name, want := range map[string]string{"/": " perm=el; /", "/in": " perm=cel; /in"} {
		talk(t, conn, r, "MLST "+name, "250-", "", want, "", "250 End")
	}
	if got := upload(t, conn, r, "up", 10); !strings.HasPrefix(got, "550") {
		t.Errorf("outside of /in: %s", got)
	}
	if got := upload(t, conn, r, "in/up", 10); !strings.HasPrefix(got, "226") {
		t.Errorf("into /in: %s", got)
	}
	if got := upload(t, conn, r, "in/up", 10); !strings.HasPrefix(got, "553") {
		t.Errorf("over a file: %s", got)
	}
	talk(t, conn, r, "DELE in/up", "550 Permission denied.", "QUIT", "221")
}

func TestVirtualLimits(t *testing.T) {
	elsewhere := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	s := virtualSettings(t,
		&account.User{Name: "away", Networks: elsewhere},
		&account.User{Name: "denied", DeniedNetworks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		&account.User{Name: "off", Disabled: true},
		&account.User{Name: "private", TLSRequired: true},
		&account.User{Name: "once", MaxSessions: 1},
		&account.User{Name: "active", Modes: account.ModeActive},
		&account.User{Name: "passive", Modes: account.ModePassive},
	)
	s.SSLEnable, s.ForceLocalLoginsSSL, s.ForceLocalDataSSL, s.MaxLoginFails = true, false, false, 100
	d, conn, r := start(t, Options{Settings: s, Certificates: testSource(t)})
	talk(t, conn, r,
		"", "220",
		"USER away", "331", "PASS secret", "530 Login incorrect.",
		"USER denied", "331", "PASS secret", "530 Login incorrect.",
		"USER off", "331", "PASS secret", "530 Login incorrect.",
		"USER private", "331", "PASS secret", "530 You must use encryption.",
		"USER active", "331", "PASS secret", "230",
		"PASV", "550 Permission denied. (passive-disabled)",
		"REIN", "220",
		"USER passive", "331", "PASS secret", "230",
		"PORT 127,0,0,1,200,10", "550 Permission denied. (port-disabled)",
		"REIN", "220",
		"USER once", "331", "PASS secret", "230",
	)
	second, err := net.Dial("tcp", d.Status().Control[0].String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	sr := bufio.NewReader(second)
	talk(t, second, sr,
		"", "220",
		"USER once", "331", "PASS secret", "530 You are logged in 1 times already, which is the limit.",
	)
	talk(t, conn, r, "REIN", "220")
	talk(t, second, sr, "USER once", "331", "PASS secret", "230", "REIN", "220")
	secure, sr, err := overTLS(t, second, sr, func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 })
	if err != nil {
		t.Fatal(err)
	}
	talk(t, secure, sr,
		"USER private", "331", "PASS secret", "230",
		"EPSV", "229",
		"LIST", "522 Data connections must be encrypted.",
	)
}

func TestVirtualQuota(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "old"), make([]byte, 600), 0o600); err != nil {
		t.Fatal(err)
	}
	s := virtualSettings(t, &account.User{Name: "small", Root: dir, QuotaBytes: 1000, QuotaFiles: 3})
	s.DeleteFailedUploads = true
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220", "USER small", "331", "PASS secret", "230", "TYPE I", "200")
	for _, step := range []struct {
		name string
		size int
		want string
	}{
		{"a", 300, "226"},
		{"b", 200, "552"}, // 600 + 300 + 200
		{"b", 100, "226"},
		{"c", 0, "552"}, // the fourth file
		{"b", 100, "226"},
	} {
		if got := upload(t, conn, r, step.name, step.size); !strings.HasPrefix(got, step.want) {
			t.Errorf("%d bytes to %s: %s", step.size, step.name, got)
		}
	}
	talk(t, conn, r, "DELE old", "250")
	if got := upload(t, conn, r, "d", 600); !strings.HasPrefix(got, "226") {
		t.Errorf("after DELE: %s", got)
	}
}

func TestVirtualReadOnlyServer(t *testing.T) {
	s := virtualSettings(t, &account.User{Name: "anna"})
	s.WriteEnable = false
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220", "USER anna", "331", "PASS secret", "230", "MKD x", "550 Permission denied.")
}
