package peers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Host is a machine of the test's own, as far as a server of system users asks
// for one: its /etc, /run, /var/log and /srv are folders below Dir, mounted
// where the server alone sees them. Only root can start a server so.
//
// /etc has Debian's files for vsftpd as the package brings them (PAM's, ftpusers),
// the users below beside root, daemon, nobody and ftp, and nothing else of
// the machine's.
type Host struct {
	// Dir holds etc, run, log and srv. Files that are in Dir/etc already stay as
	// they are.
	Dir   string
	Users []HostUser
	// DebianConf starts the server with the package's own vsftpd.conf, to which
	// no option is added: port and address are given on the command line.
	DebianConf bool
}

// HostUser is a line of /etc/passwd and one of /etc/shadow. A user's primary
// group has its name and its number.
type HostUser struct {
	Name, Password string
	UID            int
	Home           string // empty: below /srv/home
	Shell          string // empty: /bin/sh; "-": an empty field
	// Hash stands in /etc/shadow instead of a hash of the password (SHA-512);
	// "-": an empty field.
	Hash string
	// Aging is the rest of the line in /etc/shadow, from the day of the last
	// change on; empty: a password that never ages.
	Aging string
	// Groups are further groups as "name:number", made where they do not exist.
	Groups []string
}

// neverAges is the rest of a line in /etc/shadow for an account without end.
const neverAges = "20000:0:99999:7:::"

// The files of /etc that every host has. PAM's are what Debian's pam-auth-update
// writes on a machine without further modules, but for "nodelay": a wrong password
// need not take two seconds.
var hostFiles = map[string]string{
	"nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
	"hosts":         "127.0.0.1 localhost\n::1 localhost\n",
	"shells":        "/bin/sh\n/bin/bash\n",
	"login.defs":    "ENCRYPT_METHOD YESCRYPT\n",
	"pam.d/common-auth": "auth\t[success=1 default=ignore]\tpam_unix.so nullok nodelay\n" +
		"auth\trequisite\t\t\tpam_deny.so\nauth\trequired\t\t\tpam_permit.so\n",
	"pam.d/common-account": "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so\n" +
		"account\trequisite\t\t\tpam_deny.so\naccount\trequired\t\t\tpam_permit.so\n",
	"pam.d/common-session": "session\t[default=1]\t\t\tpam_permit.so\nsession\trequisite\t\t\tpam_deny.so\n" +
		"session\trequired\t\t\tpam_permit.so\nsession\trequired\tpam_unix.so\n",
	"pam.d/other": "auth\trequired\tpam_deny.so\naccount\trequired\tpam_deny.so\nsession\trequired\tpam_deny.so\n",
}

// packagedFiles are those that the package vsftpd brings to /etc.
var packagedFiles = []string{"pam.d/vsftpd", "ftpusers"}

// systemUsers are on every host, without a password.
var systemUsers = []HostUser{
	{Name: "root", UID: 0, Home: "/root", Hash: "*"},
	{Name: "daemon", UID: 1, Home: "/usr/sbin", Shell: "/usr/sbin/nologin", Hash: "*"},
	{Name: "ftp", UID: 40000, Home: "/srv/ftp", Shell: "/usr/sbin/nologin", Hash: "*"},
	{Name: "nobody", UID: 65534, Home: "/nonexistent", Shell: "/usr/sbin/nologin", Hash: "*"},
}

// NeedHost skips the test (fails it when CI=true) where no server can be started
// on a Host.
func NeedHost(t testing.TB) {
	t.Helper()
	NeedConfined(t)
	if !canMount {
		missing(t, "only Linux can give a server an /etc of its own")
	}
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	peers := filepath.Join(root, ".peers")
	for _, name := range packagedFiles {
		if _, err := os.Stat(filepath.Join(peers, "root", "etc", name)); err != nil {
			missing(t, fmt.Sprintf("run make peers: %v", err))
		}
	}
	for _, dir := range []string{peers, os.TempDir()} {
		// Symbolic links are followed: what counts is where the programs are.
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{"/etc/", "/run/", "/srv/", "/var/log/"} {
			if strings.HasPrefix(real+"/", hidden) {
				missing(t, fmt.Sprintf("%s is below %s, which a host hides", real, hidden))
			}
		}
	}
}

// write makes the host's files.
func (h *Host) write(t testing.TB) {
	t.Helper()
	for _, dir := range []string{"etc/pam.d", "run/vsftpd/empty", "log", "srv/ftp", "srv/home"} {
		h.must(t, os.MkdirAll(filepath.Join(h.Dir, dir), 0o755))
	}
	for name, text := range hostFiles {
		h.file(t, name, text, 0o644)
	}
	root, err := moduleRoot()
	h.must(t, err)
	for _, name := range packagedFiles {
		text, err := os.ReadFile(filepath.Join(root, ".peers", "root", "etc", name))
		h.must(t, err)
		h.file(t, name, string(text), 0o644)
	}
	var passwd, shadow strings.Builder
	groups := map[string]string{"root": "0:", "daemon": "1:", "shadow": "42:", "ftp": "40000:", "nogroup": "65534:"}
	order := []string{"root", "daemon", "shadow", "ftp", "nogroup"}
	for _, u := range append(systemUsers, h.Users...) {
		if u.Home == "" {
			u.Home = "/srv/home/" + u.Name
		}
		if u.Shell == "" {
			u.Shell = "/bin/sh"
		}
		if u.Aging == "" {
			u.Aging = neverAges
		}
		if u.Hash == "" {
			u.Hash = hashSHA512(t, u.Password)
		}
		for _, field := range []*string{&u.Shell, &u.Hash} {
			if *field == "-" {
				*field = ""
			}
		}
		fmt.Fprintf(&passwd, "%s:x:%d:%d::%s:%s\n", u.Name, u.UID, u.UID, u.Home, u.Shell)
		fmt.Fprintf(&shadow, "%s:%s:%s\n", u.Name, u.Hash, u.Aging)
		if groups[u.Name] == "" && u.Name != "nobody" {
			groups[u.Name] = strconv.Itoa(u.UID) + ":"
			order = append(order, u.Name)
		}
		for _, further := range u.Groups {
			g, number, _ := strings.Cut(further, ":")
			if groups[g] == "" {
				groups[g] = number + ":"
				order = append(order, g)
			}
			if !strings.HasSuffix(groups[g], ":") {
				groups[g] += ","
			}
			groups[g] += u.Name
		}
	}
	var group strings.Builder
	for _, g := range order {
		fmt.Fprintf(&group, "%s:x:%s\n", g, groups[g])
	}
	h.file(t, "passwd", passwd.String(), 0o644)
	h.file(t, "group", group.String(), 0o644)
	h.file(t, "shadow", shadow.String(), 0o640)
	h.must(t, os.Chown(filepath.Join(h.Dir, "etc", "shadow"), 0, 42))
	h.certificate(t)
}

// certificate puts a certificate and its key where Debian's package ssl-cert does.
func (h *Host) certificate(t testing.TB) {
	t.Helper()
	made := NewCertificate(t)
	for from, to := range map[string]string{
		made.CertFile: "ssl/certs/ssl-cert-snakeoil.pem", made.KeyFile: "ssl/private/ssl-cert-snakeoil.key",
	} {
		text, err := os.ReadFile(from)
		h.must(t, err)
		h.must(t, os.MkdirAll(filepath.Dir(filepath.Join(h.Dir, "etc", to)), 0o755))
		h.file(t, to, string(text), 0o600)
	}
}

// file writes a file below etc, unless it is there.
func (h *Host) file(t testing.TB, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(h.Dir, "etc", filepath.FromSlash(name))
	if _, err := os.Lstat(path); err == nil {
		return
	}
	h.must(t, os.WriteFile(path, []byte(text), mode))
	h.must(t, os.Chmod(path, mode)) // whatever the umask is
}

func (h *Host) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal("make the host's files: ", err)
	}
}

// conf writes vsftpd.conf and returns the server's further arguments: the file's
// name as the server sees it, and what stands behind it.
func (h *Host) conf(text string, port int) ([]string, error) {
	const name = "/etc/vsftpd.conf"
	path := filepath.Join(h.Dir, name)
	if !h.DebianConf {
		return []string{name}, os.WriteFile(path, []byte(text), 0o600)
	}
	root, err := moduleRoot()
	if err != nil {
		return nil, err
	}
	packaged, err := os.ReadFile(filepath.Join(root, ".peers", "root", name))
	if err != nil {
		return nil, err
	}
	args := []string{name, "-olisten_address6=::1", "-olisten_port=" + strconv.Itoa(port)}
	return args, os.WriteFile(path, packaged, 0o644)
}

// hashSHA512 is the password's hash as `openssl passwd -6` makes it.
func hashSHA512(t testing.TB, password string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, Need(t, NameOpenssl), "passwd", "-6", "-stdin")
	cmd.Stdin = strings.NewReader(password + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("hash a password: %v", err)
	}
	return strings.TrimSpace(string(out))
}
