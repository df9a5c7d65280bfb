//go:build unix

package config

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// lateOptions are those that vsftpd 3.0.3, the version to compare with, does not
// know: ferry's own, those of later versions and other spellings.
var lateOptions = []string{
	"ssl_tlsv11", "ssl_tlsv12", "ssl_tlsv13", "ssl_tlsv1_1", "ssl_tlsv1_2", "ssl_tlsv1_3", "ssl_sni_hostname",
	"pasv_turn_timeout", "pasv_bad_peer_timeout", "dot_files", "implicit_ssl_port", "ccc_enable", "virtual_users_file", "atomic_uploads",
	"ssl_cert_login", "ssl_cert_user", "ssl_cert_match", "ssl_cert_pairs", "ssl_alpn_strict",
	"acme_domains", "acme_agree", "acme_email", "acme_directory", "acme_storage", "acme_ca_file", "acme_http_port", "acme_tls_port",
}

// TestAgainstVsftpd compares the first complaint about many texts with that of
// the real vsftpd: the one that FERRY_VSFTPD names, else that of make peers. It
// needs root, as vsftpd does. In CI it must run.
func TestAgainstVsftpd(t *testing.T) {
	program := os.Getenv("FERRY_VSFTPD")
	if program == "" {
		program = "../../.peers/bin/vsftpd"
	}
	if _, err := os.Stat(program); err != nil || os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no vsftpd to compare with, or not root: %v", err)
		}
		t.Skip("no vsftpd to compare with (make peers), or not root")
	}
	var texts [][]byte
	for _, test := range allConftests(t) {
		for _, s := range test.sources {
			if !s.Setting && !bytes.Contains(s.Text, []byte("charset")) && !bytes.Contains(s.Text, []byte("lockout")) {
				texts = append(texts, s.Text)
			}
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		texts = append(texts, mutate(random, texts[random.IntN(len(texts))]))
	}
	compared := 0
	for _, text := range texts {
		if late(text) || len(text) > maxFile {
			continue
		}
		compared++
		want := askVsftpd(t, program, text)
		_, err := Parse(Source{Name: "x", Text: text})
		got := ""
		if all, ok := errors.AsType[Complaints](err); ok {
			got = all[0].Message
		}
		if want := escape(strings.TrimSuffix(want, "\r\n"), 10*maxShown); got != want && !strings.HasSuffix(got, "...") {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
	t.Logf("%d texts compared", compared)
}

func late(text []byte) bool {
	for _, name := range lateOptions {
		if bytes.Contains(text, []byte(name)) {
			return true
		}
	}
	return false
}

// mutate changes a few bytes of text, as a careless editor would.
func mutate(random *rand.Rand, text []byte) []byte {
	const odd = "=# \t\r\n\x00\v\"'0189-+AyYnNo_é"
	text = bytes.Clone(text)
	for range 1 + random.IntN(4) {
		at := random.IntN(len(text) + 1)
		c := odd[random.IntN(len(odd))]
		switch {
		case random.IntN(3) == 0 || at == len(text):
			text = append(text[:at:at], append([]byte{c}, text[at:]...)...)
		case random.IntN(2) == 0:
			text = append(text[:at:at], text[at+1:]...)
		default:
			text[at] = c
		}
	}
	return text
}

// askVsftpd is what vsftpd says about a file: nothing if it accepts it. A last
// setting that is never right keeps it from going on to serve.
func askVsftpd(t *testing.T, program string, text []byte) string {
	t.Helper()
	const end = "500 OOPS: unrecognised variable in config file: !end!\r\n"
	path := filepath.Join(t.TempDir(), "vsftpd.conf")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	// Complaints go to standard input, which is the client's connection.
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs")
	defer func() { _ = ours.Close() }()
	cmd := exec.CommandContext(t.Context(), program, path, "-o!end!=1")
	cmd.Stdin = theirs
	err = cmd.Run()
	if closeErr := theirs.Close(); closeErr != nil {
		t.Fatal(closeErr)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 2 {
		t.Fatalf("%s: %v", program, err)
	}
	said, err := io.ReadAll(ours)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(said), end)
}
