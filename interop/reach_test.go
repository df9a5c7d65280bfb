package interop_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// clientHome is a user of the client, with nothing remembered and no keyring.
type clientHome struct {
	dir string
	env []string
}

func newClientHome(t *testing.T) *clientHome {
	t.Helper()
	dir := t.TempDir()
	return &clientHome{dir, []string{
		"HOME=" + dir, "XDG_CONFIG_HOME=" + filepath.Join(dir, "config"), "XDG_CACHE_HOME=" + filepath.Join(dir, "cache"),
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(dir, "none"), "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(),
	}}
}

// ferry runs the client with further variables, and gives what it printed.
func (h *clientHome) ferry(t *testing.T, env []string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), peers.BuildFerry(t), args...)
	cmd.Dir, cmd.Env = h.dir, append(append([]string{}, h.env...), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must is ferry where it goes well.
func (h *clientHome) must(t *testing.T, env []string, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, status := h.ferry(t, env, args...)
	if status != 0 {
		t.Fatalf("ferry %s: status %d: %s", strings.Join(args, " "), status, stderr)
	}
	return stdout, stderr
}

// TestClientThroughProxies takes the client through real proxies to real servers,
// plain and with TLS of both kinds, and every data connection with it.
func TestClientThroughProxies(t *testing.T) {
	cert := peers.NewCertificate(t)
	secure := peers.FerryTLS(t, peers.Config{Write: true, Options: []string{"require_ssl_reuse=YES", "strict_ssl_read_eof=YES"}}, cert)
	plain := peers.Vsftpd(t, peers.Config{Write: true})
	_, implicit, err := net.SplitHostPort(secure.Implicit)
	if err != nil {
		t.Fatal(err)
	}
	_, explicit, err := net.SplitHostPort(secure.Addr)
	if err != nil {
		t.Fatal(err)
	}
	servers := []struct{ name, url, ca string }{
		{"plain", "ftp://" + plain.Addr, ""},
		{"explicit", "ftpes://localhost:" + explicit, cert.CertFile},
		{"implicit", "ftps://localhost:" + implicit, cert.CertFile},
	}
	for _, p := range []struct {
		name, scheme, user, password string
		start                        func(testing.TB, string, string) *peers.Proxy
	}{
		{"microsocks", "socks5", "", "", peers.Microsocks},
		{"microsocks with a login", "socks5h", "al", "s:e@c", peers.Microsocks},
		{"tinyproxy", "http", "", "", peers.Tinyproxy},
		{"tinyproxy with a login", "http", "al", "secret", peers.Tinyproxy},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			proxy := p.start(t, p.user, p.password)
			home := newClientHome(t)
			url, env := p.scheme+"://"+proxy.Addr, []string(nil)
			if p.user != "" {
				url = p.scheme + "://" + p.user + "@" + proxy.Addr
				env = append(env, "FERRY_PROXY_PASSWORD="+p.password)
			}
			whole := randomBytes(300_000)
			file := filepath.Join(home.dir, "file")
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			for i, s := range servers {
				flags := []string{"--proxy", url}
				if s.ca != "" {
					flags = append(flags, "--ca", s.ca)
				}
				name := fmt.Sprintf("/%s/%s-%s-%d", peers.Incoming, p.scheme, p.user, i)
				before := len(proxy.Output())
				home.must(t, env, append([]string{"put", file, s.url + name}, flags...)...)
				home.must(t, env, append([]string{"get", s.url + name, "back"}, flags...)...)
				if got, err := os.ReadFile(filepath.Join(home.dir, "back")); err != nil || !bytes.Equal(got, whole) {
					t.Errorf("%s: %d bytes came back, %v", s.name, len(got), err)
				}
				list, _ := home.must(t, env, append([]string{"ls", s.url + "/" + peers.Incoming}, flags...)...)
				if !strings.Contains(list, filepath.Base(name)) {
					t.Errorf("%s: the list is %s", s.name, list)
				}
				// Three control connections, and as many data connections.
				said := proxy.Output()[before:]
				if n := strings.Count(said, "connected to") + strings.Count(said, "CONNECT "); n < 6 {
					t.Errorf("%s: %d connections by the proxy: %s", s.name, n, said)
				}
			}
			if p.user == "" {
				throughProxyFails(t, home, env, url, servers[0].url)
				return
			}
			_, stderr, status := home.ferry(t, []string{"FERRY_PROXY_PASSWORD=wrong"}, "ls", servers[0].url, "--proxy", url)
			if status != 97 || !strings.Contains(stderr, "it refuses its user or password") && !strings.Contains(stderr, "it says: HTTP/1.0 401") {
				t.Errorf("a wrong password: status %d, %s", status, stderr)
			}
		})
	}
}

// TestClientThroughFTPProxy tells a real FTP proxy the server, in passive and in
// active mode.
func TestClientThroughFTPProxy(t *testing.T) {
	s := peers.Vsftpd(t, peers.Config{Write: true})
	proxy, home := peers.FTPProxy(t), newClientHome(t)
	whole := randomBytes(300_000)
	if err := os.WriteFile(filepath.Join(home.dir, "file"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	home.must(t, nil, "site", "add", "far", "ftp://"+s.Addr+"/"+peers.Incoming, "--proxy", "ftp://"+proxy.Addr)
	for _, mode := range []string{"pasv", "port"} {
		_, dialogue := home.must(t, nil, "put", "-v", "--mode", mode, "file", "far/"+mode)
		if !strings.Contains(dialogue, "> USER anonymous@"+s.Addr) {
			t.Errorf("the dialogue is %s", dialogue)
		}
		home.must(t, nil, "get", "--mode", mode, "far/"+mode, "back")
		if got, err := os.ReadFile(filepath.Join(home.dir, "back")); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("%s: %d bytes came back, %v", mode, len(got), err)
		}
	}
	_, stderr, status := home.ferry(t, nil, "ls", "ftpes://"+s.Addr, "--proxy", "ftp://"+proxy.Addr)
	if status != 2 || !strings.Contains(stderr, "reads what is said to the server") {
		t.Errorf("TLS through it: status %d, %s", status, stderr)
	}
}

// throughProxyFails is what must not be, or cannot.
func throughProxyFails(t *testing.T, home *clientHome, env []string, proxy, url string) {
	t.Helper()
	_, stderr, status := home.ferry(t, env, "ls", url, "--proxy", proxy, "--active")
	if status != 2 || !strings.Contains(stderr, "no server connects to this machine through the proxy") {
		t.Errorf("active mode: status %d, %s", status, stderr)
	}
	_, stderr, status = home.ferry(t, env, "ls", "ftp://127.0.0.1:1/", "--proxy", proxy)
	if status != 97 || !strings.Contains(stderr, "does not connect to 127.0.0.1:1") {
		t.Errorf("a server that is not there: status %d, %s", status, stderr)
	}
	// The environment names it too, but for some hosts.
	env = append([]string{"all_proxy=" + proxy}, env...)
	home.must(t, env, "ls", url)
	if _, stderr, status = home.ferry(t, append([]string{"no_proxy=127.0.0.0/8"}, env...), "ls", "ftp://127.0.0.1:1/"); status != 7 {
		t.Errorf("no_proxy: status %d, %s", status, stderr)
	}
	if _, stderr, status = home.ferry(t, env, "ls", "ftp://127.0.0.1:1/", "--proxy", "none"); status != 7 {
		t.Errorf("--proxy none: status %d, %s", status, stderr)
	}
}

// TestClientKeepsPasswords keeps a password in GNOME's keyring, uses it, and
// forgets it with the site.
func TestClientKeepsPasswords(t *testing.T) {
	root := peers.NewRoot(t)
	s := peers.Ferry(t, peers.Config{Root: root, Users: map[string]string{"al": "one secret"}, Options: []string{"local_root=" + root}})
	home := newClientHome(t)
	variable, bus := peers.Keyring(t)
	keyring := []string{variable + "=" + bus}
	refused := func() {
		t.Helper()
		if _, stderr, status := home.ferry(t, keyring, "ls", "ftp://al@"+s.Addr); status != 67 || !strings.Contains(stderr, "no password for al") {
			t.Errorf("status %d, %s", status, stderr)
		}
	}
	refused()
	home.must(t, append(keyring, "FERRY_PASSWORD=one secret"), "site", "add", "work", "ftp://al@"+s.Addr, "--password")
	if err := os.WriteFile(filepath.Join(home.dir, ".netrc"), []byte("machine 127.0.0.1 login al password wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	home.must(t, keyring, "ls", "work")
	if _, stderr, status := home.ferry(t, append(keyring, "FERRY_PASSWORD=wrong"), "ls", "work"); status != 67 {
		t.Errorf("the environment comes first: status %d, %s", status, stderr)
	}
	if err := os.Remove(filepath.Join(home.dir, ".netrc")); err != nil {
		t.Fatal(err)
	}
	home.must(t, keyring, "ls", "ftp://al@"+s.Addr) // it is the login's, not the name's
	if shown, _ := home.must(t, keyring, "site", "show", "work"); !strings.Contains(shown, "the keyring has the password of al@"+s.Addr) || strings.Contains(shown, "secret") {
		t.Errorf("shown is %s", shown)
	}
	text, err := os.ReadFile(filepath.Join(home.dir, "config", "ferry", "sites.conf"))
	if err != nil || strings.Contains(string(text), "secret") {
		t.Errorf("the file is %s, %v", text, err)
	}
	home.must(t, nil, "site", "rename", "work", "office")
	home.must(t, keyring, "site", "add", "second", "ftp://al@"+s.Addr)
	home.must(t, keyring, "site", "rm", "office")
	home.must(t, keyring, "ls", "second") // it needs the password still
	home.must(t, keyring, "site", "rm", "second")
	refused()
}

// TestClientShowsCertificate logs in by a certificate of the client's, without a
// password.
func TestClientShowsCertificate(t *testing.T) {
	cert, mine := peers.NewCertificate(t), newClientCert(t, "al")
	root := peers.NewRoot(t)
	s := peers.FerryTLS(t, peers.Config{
		Root: root, Users: map[string]string{"al": "secret"},
		Options: []string{"local_root=" + root, "validate_cert=YES", "ca_certs_file=" + mine.ca, "ssl_cert_login=YES", "require_ssl_reuse=YES"},
	}, cert)
	home := newClientHome(t)
	home.must(t, nil, "site", "add", "work", "ftpes://al@"+s.Addr, "--ca", cert.CertFile, "--cert", mine.cert, "--key", mine.key)
	if list, _ := home.must(t, nil, "ls", "work"); !strings.Contains(list, peers.Incoming) {
		t.Errorf("the list is %s", list)
	}
	if _, stderr, status := home.ferry(t, nil, "ls", "ftps://al@"+s.Implicit, "--ca", mine.ca, "--cert", mine.cert, "--key", mine.key); status != 60 {
		t.Errorf("another authority: status %d, %s", status, stderr)
	}
	if _, stderr, status := home.ferry(t, nil, "ls", "work", "--cert", mine.cert, "--key", cert.KeyFile); status != 2 || !strings.Contains(stderr, "private key does not match") {
		t.Errorf("another key: status %d, %s", status, stderr)
	}
}
