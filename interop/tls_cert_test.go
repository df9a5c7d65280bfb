package interop_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ferry/internal/peers"
)

// clientCert is a certificate of a client with its authority, in files (PEM).
type clientCert struct{ ca, cert, key string }

// newClientCert makes an authority, and a certificate for a user.
func newClientCert(t *testing.T, user string) clientCert {
	t.Helper()
	dir := t.TempDir()
	c := clientCert{ca: filepath.Join(dir, "ca.pem"), cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	caKey, caErr := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, keyErr := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err := errors.Join(caErr, keyErr); err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		Subject: pkix.Name{CommonName: "clients"}, SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	leaf := &x509.Certificate{
		Subject: pkix.Name{CommonName: user}, SerialNumber: big.NewInt(2), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
	}
	caDER, caErr := x509.CreateCertificate(rand.Reader, authority, authority, caKey.Public(), caKey)
	leafDER, leafErr := x509.CreateCertificate(rand.Reader, leaf, authority, key.Public(), caKey)
	keyDER, keyErr := x509.MarshalPKCS8PrivateKey(key)
	if err := errors.Join(caErr, leafErr, keyErr); err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		c.ca: {Type: "CERTIFICATE", Bytes: caDER}, c.cert: {Type: "CERTIFICATE", Bytes: leafDER}, c.key: {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// certErrand is what a client does that has a certificate and no password: it
// uploads the file five times as up-0 to up-4 in dir, in one session.
type certErrand struct {
	way
	clientCert
	host, port, dir, file, home string
}

// certClients are real clients that can show a certificate.
var certClients = []struct {
	name, program string
	// only says in which ways it is tried: those in which it can resume.
	only func(w way) bool
	run  func(ctx context.Context, program string, e certErrand) (string, error)
}{
	{"curl", peers.NameCurl, func(w way) bool { return !w.wantsReuse(tls.VersionTLS12) }, func(ctx context.Context, program string, e certErrand) (string, error) {
		version := "tls-max = 1.2\ntlsv1.2"
		if e.tls() == "1.3" {
			version = "tlsv1.3"
		}
		var sections []string
		for i := range 5 {
			sections = append(sections, fmt.Sprintf("silent\nshow-error\nverbose\ninsecure\nssl-reqd\n%s\nuser = %q\ncert = %q\nkey = %q\nupload-file = %q\nurl = %q\n",
				version, certUser+":", e.cert, e.key, e.file, fmt.Sprintf("ftp://%s/%s/up-%d", net.JoinHostPort(e.host, e.port), e.dir, i)))
		}
		return peers.Command{Path: program, Args: []string{"-q", "--config", "-"}, Stdin: strings.Join(sections, "next\n"), Home: e.home}.Run(ctx)
	}},
	{"lftp", peers.NameLftp, nil, func(ctx context.Context, program string, e certErrand) (string, error) {
		script := []string{
			"debug 5", "set net:timeout 30", "set net:max-retries 1", "set ftp:ssl-force yes", "set ftp:ssl-protect-data yes",
			"set ssl:verify-certificate no", "set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS" + e.tls(),
			"set ssl:cert-file " + e.cert, "set ssl:key-file " + e.key,
			fmt.Sprintf("open -u %s,none ftp://%s", certUser, net.JoinHostPort(e.host, e.port)),
		}
		for i := range 5 {
			script = append(script, fmt.Sprintf("put %s -o %s/up-%d", e.file, e.dir, i))
		}
		return peers.Command{Path: program, Args: []string{"--norc", "-c", strings.Join(script, "; ")}, Home: e.home}.Run(ctx)
	}},
	{"ftplib", peers.NamePython, func(w way) bool { return !w.reuse }, pythonWithCert("plain")},
	{"ftplib+reuse", peers.NamePython, nil, pythonWithCert("reuse")},
}

const certUser = "anna"

func pythonWithCert(kind string) func(context.Context, string, certErrand) (string, error) {
	return func(ctx context.Context, program string, e certErrand) (string, error) {
		script, err := filepath.Abs(filepath.Join("testdata", "certlogin.py"))
		if err != nil {
			return "", err
		}
		return peers.Command{
			Path: program, Args: []string{script, kind, e.tls(), e.host, e.port, certUser, e.cert, e.key, e.file, e.dir}, Home: e.home,
		}.Run(ctx)
	}
}

// Real clients log in by certificate, get no question for a password, and their
// data connections resume, or show the certificate again.
func TestFerryTLSLoginByCertificate(t *testing.T) {
	root, cert := peers.NewRoot(t), newClientCert(t, certUser)
	content := make([]byte, 200_000)
	_, _ = rand.Read(content)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, reuse := range []string{"YES", "NO"} {
		server := peers.FerryTLS(t, peers.Config{
			Root: root, Write: true, Users: map[string]string{certUser: "a password that nobody is told"},
			Options: []string{
				"local_root=" + root, "validate_cert=YES", "ca_certs_file=" + cert.ca, "ssl_cert_login=YES", "require_ssl_reuse=" + reuse,
			},
		}, peers.NewCertificate(t))
		host, port, err := net.SplitHostPort(server.Addr)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range certClients {
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				w := way{version: version, reuse: reuse == "YES"}
				if c.only != nil && !c.only(w) {
					continue
				}
				t.Run(c.name+" "+w.String(), func(t *testing.T) {
					dir := peers.Incoming + "/" + strings.NewReplacer(" ", "-").Replace(c.name+" "+w.String())
					onDisk := filepath.Join(root, filepath.FromSlash(dir))
					if err := errors.Join(os.Mkdir(onDisk, 0o777), os.Chmod(onDisk, 0o777)); err != nil { // whatever the umask
						t.Fatal(err)
					}
					program := peers.Need(t, c.program)
					ctx, cancel := context.WithTimeout(t.Context(), cellLimit)
					defer cancel()
					e := certErrand{w, cert, host, port, dir, file, t.TempDir()}
					trace, err := c.run(ctx, program, e)
					if err != nil {
						t.Errorf("%v\n%s\n%s", err, trace, server.Output())
					}
					for i := range 5 {
						got, err := os.ReadFile(filepath.Join(onDisk, fmt.Sprintf("up-%d", i)))
						if err != nil || string(got) != string(content) {
							t.Errorf("up-%d: %d bytes, %v", i, len(got), err)
						}
					}
					if !strings.Contains(trace, "232 Login successful, by certificate.") {
						t.Errorf("the login is none by certificate:\n%s", trace)
					}
				})
			}
		}
		if strings.Contains(server.Output(), `"reply":522`) {
			t.Errorf("data connections were refused:\n%s", server.Output())
		}
	}
}

// s_client shows a certificate, and is let in; without one it is asked for the
// password.
func TestFerryTLSLoginByOpenssl(t *testing.T) {
	root, cert, own := peers.NewRoot(t), newClientCert(t, certUser), peers.NewCertificate(t)
	server := peers.FerryTLS(t, peers.Config{
		Root: root, Users: map[string]string{certUser: "secret"},
		Options: []string{"local_root=" + root, "validate_cert=YES", "ca_certs_file=" + cert.ca, "ssl_cert_login=YES"},
	}, own)
	for _, w := range []way{{version: tls.VersionTLS12}, {version: tls.VersionTLS13}, {version: tls.VersionTLS13, implicit: true}} {
		for want, args := range map[string][]string{"232": {"-cert", cert.cert, "-key", cert.key}, "331": nil} {
			codes, output, err := sClient(t, w, server, own, args, "USER "+certUser, "QUIT")
			if err != nil || len(codes) != 2 || codes[0] != want {
				t.Errorf("%v with %q: %q, %v\n%s", w, args, codes, err, output)
			}
		}
	}
}

// Certificates are chosen by the host name that s_client asks for; a name that is
// not served, another protocol than FTP, and none where one must be named, end the
// handshake.
func TestFerryTLSHostsByOpenssl(t *testing.T) {
	openssl := peers.Need(t, peers.NameOpenssl)
	first, second := peers.NewHostCertificate(t, "ftp.example.com"), peers.NewHostCertificate(t, "files.example.com")
	server := peers.FerryTLS(t, peers.Config{Options: []string{
		fmt.Sprintf("ssl_cert_pairs=%s,%s", second.CertFile, second.KeyFile),
		"ssl_sni_hostname=ftp.example.com,files.example.com", "ssl_alpn_strict=YES",
	}}, first)
	for _, tt := range []struct {
		host string
		alpn string
		want string // the name in the certificate; "" ends the handshake
	}{
		{"ftp.example.com", "ftp", "ftp.example.com"},
		{"files.example.com", "ftp", "files.example.com"},
		{"FILES.example.com", "h2,ftp", "files.example.com"},
		{"other.example.com", "ftp", ""},
		{"", "ftp", ""},
		{"ftp.example.com", "h2,http/1.1", ""},
		{"ftp.example.com", "", ""},
	} {
		args := []string{"s_client", "-crlf", "-starttls", "ftp", "-connect", server.Addr, "-noservername"}
		if tt.host != "" {
			args = append(args[:len(args)-1], "-servername", tt.host)
		}
		if tt.alpn != "" {
			args = append(args, "-alpn", tt.alpn)
		}
		ctx, cancel := context.WithTimeout(t.Context(), cellLimit)
		output, err := peers.Command{Path: openssl, Args: args, Stdin: "QUIT\n", Home: t.TempDir()}.Run(ctx)
		cancel()
		got := ""
		if m := shownSubject.FindStringSubmatch(output); m != nil && strings.Contains(output, "ALPN protocol: ftp") {
			got = m[1]
		}
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%+v: %q, %v\n%s", tt, got, err, output)
		}
	}
}

// shownSubject is the common name of the certificate that s_client was shown.
var shownSubject = regexp.MustCompile(`(?m)^subject=CN = (\S+)$`)
