package daemon

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/certs"
	"ferry/internal/config"
	"ferry/internal/peers"
	"ferry/internal/sandbox"
	"ferry/vfs"
)

// confineEnv names the folder of a test process that confines itself: it holds
// for the whole process, and for ever.
const confineEnv = "FERRY_TEST_CONFINE"

// confined is what a test inside of such a process starts from.
type confined struct {
	dir    string
	d      *Daemon
	report sandbox.Report
	log    *bytes.Buffer
}

// TestConfinement runs each test in a process that confines itself, from a binary
// without cgo.
func TestConfinement(t *testing.T) {
	binary := ""
	if os.Getenv(confineEnv) == "" {
		binary = peers.BuildTests(t, "internal/daemon")
	}
	for name, test := range map[string]func(t *testing.T, binary string){
		"server": confinedServer, "losses": confinedServerSaysWhatItLoses, "share": confinedShare, "virtual-users": confinedVirtualUsers,
	} {
		t.Run(name, func(t *testing.T) { test(t, binary) })
	}
}

// inside runs a test of this name in a process of its own. In that process it
// returns the folder; in the first one it returns ok false when all is over.
func inside(t *testing.T, binary string, prepare func(dir string)) (dir string, ok bool) {
	t.Helper()
	if dir := os.Getenv(confineEnv); dir != "" {
		return dir, true
	}
	dir = t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	prepare(dir)
	cmd := exec.Command(binary, "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$", "-test.v")
	cmd.Env = append(os.Environ(), confineEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("in a process of its own: %v\n%s", err, out)
	}
	return "", false
}

// confine starts a daemon, and confines the process.
func confine(t *testing.T, dir string, o Options) *confined {
	t.Helper()
	c := &confined{dir: dir, log: new(bytes.Buffer)}
	o.Log = slog.New(slog.NewTextHandler(c.log, nil))
	o.Listen = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}
	var err error
	if c.d, err = New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if c.report, err = c.d.Confine(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// says wants a piece of the log.
func (c *confined) says(t *testing.T, want string) {
	t.Helper()
	if !strings.Contains(c.log.String(), want) {
		t.Errorf("the log does not say %q, but\n%s", want, c.log)
	}
}

// makeTree makes files and folders (names that end with a slash) below a folder.
func makeTree(t *testing.T, dir string, owner int, names ...string) {
	t.Helper()
	for _, name := range names {
		full := filepath.Join(dir, name)
		var err error
		if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(full, 0o755)
		} else {
			err = os.WriteFile(full, []byte("text"), 0o644)
		}
		if err == nil && os.Geteuid() == 0 {
			err = os.Chown(full, owner, owner)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 && os.Getenv(confineEnv) == "" {
		t.Skip("only root can become somebody else")
	}
}

const nobody = 65534

// nothingElse wants that the process reaches nothing but what it serves.
func (c *confined) nothingElse(t *testing.T) {
	t.Helper()
	if c.report.Landlock == 0 {
		t.Fatalf("Landlock is off: %+v", c.report)
	}
	for _, name := range []string{filepath.Join(c.dir, "outside", "file"), "/proc/self/status", "/bin/true"} {
		f, err := os.Open(name)
		if err == nil {
			_ = f.Close()
		}
		if !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s outside can be opened: %v", name, err)
		}
	}
	if err := os.Rename(filepath.Join(c.dir, "root", "a", "file"), filepath.Join(c.dir, "outside", "file2")); err == nil {
		t.Error("a file can be moved out")
	}
	if err := exec.Command("/bin/true").Run(); err == nil {
		t.Error("a program can be started")
	}
}

// confinedServer becomes nobody, and goes on to do all that a server does.
func confinedServer(t *testing.T, binary string) {
	needRoot(t)
	var cert peers.Certificate
	dir, ok := inside(t, binary, func(dir string) {
		makeTree(t, dir, nobody, "root/", "root/a/", "root/b/", "root/a/file", "log/", "log/xferlog", "cert/")
		makeTree(t, dir, 0, "outside/", "outside/file", "rootlog/")
		cert = peers.NewCertificate(t)
		copyPair(t, cert, dir, 0o644)
	})
	if !ok {
		return
	}
	mv := outsider(t)
	s := config.Defaults()
	s.AnonRoot, s.FTPUsername, s.WriteEnable, s.PortEnable = filepath.Join(dir, "root"), "nobody", true, false
	s.DualLogEnable, s.XferlogFile, s.VsftpdLogFile = true, filepath.Join(dir, "log", "xferlog"), filepath.Join(dir, "rootlog", "vsftpd.log")
	s.SSLEnable, s.RSACertFile, s.RSAPrivateKeyFile = true, filepath.Join(dir, "cert", "cert.pem"), filepath.Join(dir, "cert", "key.pem")
	s.TextUserdbNames, s.UseLocaltime = true, true
	c := confine(t, dir, Options{Settings: s, Become: true, AnonymousWrite: true})
	if r := c.report; r.User != "nobody" || r.UID != nobody || r.Capabilities != 0 || !r.NoNewPrivs || !r.Known || len(r.Off) > 0 || len(r.Missing) > 0 {
		t.Errorf("the report is %+v", r)
	}
	c.says(t, `msg="the process is confined" user=nobody capabilities=none no_new_privs=true landlock="abi `)
	c.nothingElse(t)

	// What a server looks up while it runs.
	if name := userName(0); name != "root" {
		t.Errorf("user 0 is called %q", name)
	}
	if addr, err := resolve(t.Context(), "localhost"); err != nil || !addr.IsLoopback() {
		t.Errorf("localhost is %v, %v", addr, err)
	}
	if _, err := os.Stat("/usr/share/zoneinfo/Europe/Berlin"); err == nil {
		if _, err := time.LoadLocation("Europe/Berlin"); err != nil {
			t.Errorf("time zones: %v", err)
		}
	}

	// Files, renames from one directory to another among them.
	store := c.d.accounts.anon.store
	if err := store.Rename(t.Context(), "/a/file", "/b/moved"); err != nil {
		t.Errorf("rename: %v", err)
	}
	w, err := store.Create(t.Context(), "/b/new", vfs.CreateOptions{})
	if err == nil {
		_, err = w.Write([]byte("text"))
		err = errors.Join(err, w.Commit(t.Context()))
	}
	if err != nil {
		t.Errorf("create: %v", err)
	}
	for _, err := range []error{store.Mkdir(t.Context(), "/b/d", 0o755), store.Rmdir(t.Context(), "/b/d"), store.Remove(t.Context(), "/b/new")} {
		if err != nil {
			t.Error(err)
		}
	}

	// Logs are rotated where nobody may write, and told apart where not.
	mv(s.XferlogFile, s.XferlogFile+".1")
	err = c.d.ReopenLogs()
	if _, missing := os.Stat(s.XferlogFile); missing != nil {
		t.Errorf("the log was not made anew: %v", missing)
	}
	if err == nil || !strings.Contains(err.Error(), "vsftpd.log") || strings.Contains(err.Error(), "xferlog") {
		t.Errorf("the log of root's: %v", err)
	}
	c.says(t, `level=WARN msg="a log file cannot be opened anew by the user that the server runs as: rotate it by copying (copytruncate), or restart the server" file=`+s.VsftpdLogFile)

	// A renewal replaces the files.
	for _, name := range []string{"cert.pem", "key.pem"} {
		mv(filepath.Join(dir, "cert", "next-"+name), filepath.Join(dir, "cert", name))
	}
	if changed, err := c.d.transport.source.Reload(); !changed || err != nil {
		t.Errorf("the certificate was read anew: %v, %v", changed, err)
	}
	if strings.Contains(c.log.String(), "a file of a certificate cannot be read") {
		t.Errorf("the certificate can be read, and the log says\n%s", c.log)
	}
}

// outsider starts a process that renames files when it is asked to, as logrotate
// and certbot do: this one will not be able to.
func outsider(t *testing.T) (mv func(from, to string)) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `while read -r from to; do mv "$from" "$to" && echo done || echo failed; done`)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	answers := bufio.NewReader(out)
	return func(from, to string) {
		t.Helper()
		_, _ = io.WriteString(in, from+" "+to+"\n")
		if answer, err := answers.ReadString('\n'); err != nil || answer != "done\n" {
			t.Fatalf("mv %s %s: %q, %v", from, to, answer, err)
		}
	}
}

// copyPair puts a certificate, and another one to replace it, into dir/cert.
func copyPair(t *testing.T, cert peers.Certificate, dir string, keyMode os.FileMode) {
	t.Helper()
	for prefix, c := range map[string]peers.Certificate{"": cert, "next-": peers.NewCertificate(t)} {
		for name, file := range map[string]string{"cert.pem": c.CertFile, "key.pem": c.KeyFile} {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "cert", prefix+name), text, keyMode); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// confinedServerSaysWhatItLoses names what root could read and the user that
// the server becomes cannot.
func confinedServerSaysWhatItLoses(t *testing.T, binary string) {
	needRoot(t)
	dir, ok := inside(t, binary, func(dir string) {
		makeTree(t, dir, 0, "root/", "root/a/", "root/a/file", "outside/", "outside/file", "cert/")
		copyPair(t, peers.NewCertificate(t), dir, 0o600)
		for _, closed := range []string{"root", "cert"} {
			if err := os.Chmod(filepath.Join(dir, closed), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	})
	if !ok {
		return
	}
	s := config.Defaults()
	s.AnonymousEnable, s.AnonRoot, s.FTPUsername, s.PortEnable = true, filepath.Join(dir, "root"), "nobody", false
	s.SSLEnable, s.RSACertFile, s.RSAPrivateKeyFile = true, filepath.Join(dir, "cert", "cert.pem"), filepath.Join(dir, "cert", "key.pem")
	c := confine(t, dir, Options{Settings: s, Become: true})
	if len(c.report.Missing) > 0 {
		t.Errorf("directories that only root can reach are no part of the rules: %q", c.report.Missing)
	}
	c.says(t, `level=WARN msg="a file of a certificate cannot be read any more by the user that the server runs as: after a renewal, restart the server" file=`+s.RSAPrivateKeyFile)
	c.says(t, `level=WARN msg="a directory cannot be read by the user that the server runs as: clients will find it closed" directory=`+s.AnonRoot)
}

// confinedShare stays root, as `ferry serve --dir` does, without root's power
// over the files of others.
func confinedShare(t *testing.T, binary string) {
	needRoot(t)
	dir, ok := inside(t, binary, func(dir string) {
		makeTree(t, dir, 0, "root/", "root/a/", "root/a/file", "outside/", "outside/file")
		makeTree(t, dir, nobody, "root/theirs")
		if err := os.Chmod(filepath.Join(dir, "root", "theirs"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	if !ok {
		return
	}
	s := config.Defaults()
	s.AnonRoot, s.PortEnable, s.WriteEnable, s.SSLEnable = filepath.Join(dir, "root"), false, true, true
	keep := filepath.Join(dir, "tls")
	source, err := certs.SelfSigned(certs.SelfSignedOptions{Hosts: []string{"localhost"}, Dir: keep})
	if err != nil {
		t.Fatal(err)
	}
	c := confine(t, dir, Options{Settings: s, AnonymousWrite: true, Certificates: source, CertificateDir: keep})
	if r := c.report; r.User != "" || r.UID != 0 || r.Capabilities != 0 || !r.NoNewPrivs {
		t.Errorf("the report is %+v", r)
	}
	c.nothingElse(t)
	// A certificate that ferry has made is renewed by a new file in its place.
	file := filepath.Join(keep, certs.SelfSignedFile)
	if err := errors.Join(os.Rename(file, file+".new"), os.Rename(file+".new", file), os.WriteFile(file+".new", nil, 0o600)); err != nil {
		t.Errorf("the certificate could not be renewed: %v", err)
	}
	for name, want := range map[string]error{"root/a/file": nil, "root/theirs": fs.ErrPermission} {
		if _, err := os.ReadFile(filepath.Join(dir, name)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := os.Open("/etc/shadow"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("/etc/shadow: %v", err)
	}
	if name := userName(0); name != "root" {
		t.Errorf("user 0 is called %q", name)
	}
}

// confinedVirtualUsers restricts the process to what the database says when it
// starts.
func confinedVirtualUsers(t *testing.T, binary string) {
	dir, ok := inside(t, binary, func(dir string) {
		makeTree(t, dir, os.Geteuid(), "root/", "root/a/", "root/a/file", "anna/", "anna/below/", "later/", "outside/", "outside/file", "db/")
		store, err := sqlstore.Create(t.Context(), filepath.Join(dir, "db", "users.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Close() }()
		hash, err := account.Hash(t.Context(), "secret")
		if err != nil {
			t.Fatal(err)
		}
		for name, home := range map[string]string{"anna": "anna", "absent": "absent"} {
			u := &account.User{Name: name, Root: filepath.Join(dir, home), PasswordHash: hash, Access: account.Everywhere(vfs.PermAll)}
			if err := store.Add(t.Context(), u); err != nil {
				t.Fatal(err)
			}
		}
	})
	if !ok {
		return
	}
	s := config.Defaults()
	s.AnonymousEnable, s.WriteEnable, s.PortEnable, s.VirtualUsersFile = false, true, false, filepath.Join(dir, "db", "users.db")
	c := confine(t, dir, Options{Settings: s})
	c.nothingElse(t)
	c.says(t, "a virtual user has no directory, and cannot log in until there is one and the server was restarted")

	// As `ferry user add` would, while the server runs: SQLite needs its journal.
	hash, err := account.Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	users, err := sqlstore.Open(t.Context(), s.VirtualUsersFile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = users.Close() }()
	for name, home := range map[string]string{"below": "anna/below", "later": "later"} {
		u := &account.User{Name: name, Root: filepath.Join(dir, home), PasswordHash: hash, Access: account.Everywhere(vfs.PermAll)}
		if err := users.Add(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	login := func(name string) (*ftpserver.User, error) {
		return c.d.accounts.Authenticate(t.Context(), ftpserver.Login{Name: name, Password: "secret", Peer: netip.MustParseAddrPort("127.0.0.1:1")})
	}
	for _, name := range []string{"anna", "below"} {
		u, err := login(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := u.FS.Mkdir(t.Context(), "/new", 0o755); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = login("later")
	e, ok := errors.AsType[*ftp.Error](err)
	if !ok || e.Reply.Code != ftp.CodeNotLoggedIn || !strings.HasSuffix(e.Reply.Text(), "until it is started again.") || !strings.Contains(err.Error(), filepath.Join(dir, "later")+" is outside of what the process may reach (landlock_enable): restart the server") {
		t.Errorf("a user who came later: %v", err)
	}
}
