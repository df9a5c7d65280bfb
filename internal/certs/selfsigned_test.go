package certs

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestSelfSigned(t *testing.T) {
	source, err := SelfSigned(SelfSignedOptions{
		Hosts: []string{"FTP.Example.", "*.example.org", "192.0.2.1", "[2001:db8::1]", "fe80::1%eth0", "ftp.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := source.Warnings(); len(got) != 0 {
		t.Errorf("warnings: %q", got)
	}
	leaf := source.Leaves()[0]
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	for name, good := range map[string]bool{
		"ftp.example": true, "a.example.org": true, "192.0.2.1": true, "2001:db8::1": true, "fe80::1": true,
		"other.example": false, "192.0.2.2": false,
	} {
		_, err := leaf.Verify(x509.VerifyOptions{Roots: roots})
		if err != nil {
			t.Fatal(err)
		}
		if ip := net.ParseIP(name); ip != nil {
			name = "[" + name + "]"
		}
		if err := leaf.VerifyHostname(name); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if leaf.IsCA || leaf.Subject.CommonName != "ftp.example" || len(leaf.DNSNames) != 2 || len(leaf.IPAddresses) != 3 {
		t.Errorf("authority %v, subject %v, names %v, addresses %v", leaf.IsCA, leaf.Subject, leaf.DNSNames, leaf.IPAddresses)
	}
	// What clients accept at most is 398 days.
	if got := leaf.NotAfter.Sub(leaf.NotBefore); got < DefaultLifetime || got > 398*24*time.Hour {
		t.Errorf("valid for %v", got)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		seen := handshake(t, source, &tls.Config{MaxVersion: version})
		if !seen.PeerCertificates[0].Equal(leaf) {
			t.Error("the client sees another certificate")
		}
	}
	mustReload(t, source, false)
}

func TestSelfSignedOptions(t *testing.T) {
	source, err := SelfSigned(SelfSignedOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
		if err := source.Leaves()[0].VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	long := strings.Repeat("a", 60) + ".example.org"
	if source, err = SelfSigned(SelfSignedOptions{Hosts: []string{long}}); err != nil {
		t.Fatal(err)
	}
	if leaf := source.Leaves()[0]; leaf.Subject.CommonName != "" || leaf.VerifyHostname(long) != nil {
		t.Errorf("subject %v", leaf.Subject)
	}
	for _, bad := range []SelfSignedOptions{
		{Hosts: []string{""}},
		{Hosts: []string{"a b"}},
		{Hosts: []string{"a..b"}},
		{Hosts: []string{"bücher.example"}},
		{Hosts: []string{"a.*.example"}},
		{Hosts: []string{strings.Repeat("a", 64)}},
		{Hosts: []string{strings.Repeat("a.", 127) + "a"}},
		{Hosts: []string{"ftp.example:21"}},
		{Lifetime: -1},
		{RenewBefore: -1},
	} {
		if _, err := SelfSigned(bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
}

// TestSelfSignedIsKept wants one fingerprint for as long as it serves.
func TestSelfSignedIsKept(t *testing.T) {
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(root, "state", "tls")
		start := func(hosts ...string) string {
			t.Helper()
			source, err := SelfSigned(SelfSignedOptions{Hosts: hosts, Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if got := source.Warnings(); len(got) != 0 {
				t.Errorf("warnings: %q", got)
			}
			return Fingerprint(source.Leaves()[0])
		}
		first := start("ftp.example", "192.0.2.1")
		if runtime.GOOS != "windows" {
			for name, want := range map[string]os.FileMode{SelfSignedFile: 0o600, "": os.ModeDir | 0o700} {
				if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != want {
					t.Errorf("%s: %v, %v", name, info.Mode(), err)
				}
			}
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%d files: %v", len(entries), err)
		}
		if got := start("192.0.2.1"); got != first {
			t.Error("another certificate although the kept one serves")
		}
		time.Sleep(DefaultLifetime - DefaultRenewBefore - time.Minute)
		if got := start("ftp.example"); got != first {
			t.Error("another certificate too early")
		}
		time.Sleep(2 * time.Minute)
		second := start("ftp.example")
		if second == first {
			t.Error("no new certificate before the end")
		}
		third := start("ftp.example", "other.example")
		if third == second {
			t.Error("no new certificate for another name")
		}
		if err := os.Remove(filepath.Join(dir, SelfSignedFile)); err != nil {
			t.Fatal(err)
		}
		if start("ftp.example") == third {
			t.Error("no new certificate after the old one was removed")
		}
	})
}

// TestSelfSignedOutlivesAWrongClock starts a machine without a clock of its own,
// before and after it has learnt the time.
func TestSelfSignedOutlivesAWrongClock(t *testing.T) {
	opts := SelfSignedOptions{Hosts: []string{"ftp.example"}, Dir: t.TempDir()}
	kept, err := SelfSigned(opts) // in the present
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) { // in the year 2000
		source, err := SelfSigned(opts)
		if err != nil {
			t.Fatal(err)
		}
		if !source.Leaves()[0].Equal(kept.Leaves()[0]) {
			t.Error("another certificate")
		}
		if got := source.Warnings(); len(got) != 1 || !strings.Contains(got[0], "is the clock right?") {
			t.Errorf("warnings: %q", got)
		}
		other := opts
		other.Dir = t.TempDir()
		if source, err = SelfSigned(other); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * 365 * 24 * time.Hour)
		mustReload(t, source, true)
		if got := source.Warnings(); len(got) != 0 {
			t.Errorf("warnings: %q", got)
		}
	})
}

// TestSelfSignedShared: a process loads what another one has made in the same
// directory, and makes the file again when it is removed under it.
func TestSelfSignedShared(t *testing.T) {
	opts := SelfSignedOptions{Hosts: []string{"ftp.example"}, Dir: t.TempDir()}
	one, err := SelfSigned(opts)
	if err != nil {
		t.Fatal(err)
	}
	opts.Hosts = append(opts.Hosts, "other.example")
	two, err := SelfSigned(opts)
	if err != nil {
		t.Fatal(err)
	}
	mustReload(t, one, true)
	if !one.Leaves()[0].Equal(two.Leaves()[0]) {
		t.Error("two certificates from one directory")
	}
	if err := os.Remove(filepath.Join(opts.Dir, SelfSignedFile)); err != nil {
		t.Fatal(err)
	}
	mustReload(t, two, true)
	mustReload(t, one, true)
	if !one.Leaves()[0].Equal(two.Leaves()[0]) {
		t.Error("two certificates from one directory")
	}
}

// TestSelfSignedReplacesOnlyItsOwn leaves alone what somebody put there.
func TestSelfSignedReplacesOnlyItsOwn(t *testing.T) {
	mine := ecPair(t, "ftp.example")
	for _, text := range [][]byte{mine.bothPEM(t), []byte("notes"), certPEM(mine)} {
		dir := t.TempDir()
		name := write(t, []string{dir, SelfSignedFile}, text)
		if _, err := SelfSigned(SelfSignedOptions{Hosts: []string{"other.example"}, Dir: dir}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error: %v", err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != string(text) {
			t.Errorf("%s has changed: %v", name, err)
		}
	}
	// A directory that cannot be made.
	name := write(t, []string{t.TempDir(), "file"}, nil)
	if _, err := SelfSigned(SelfSignedOptions{Dir: filepath.Join(name, "dir")}); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("error: %v", err)
	}
}

// TestFingerprint compares with openssl(1).
func TestFingerprint(t *testing.T) {
	source, err := SelfSigned(SelfSignedOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	file := source.current.Load().pairs[0].pair.Cert
	got := Fingerprint(source.Leaves()[0])
	if len(got) != 32*3-1 || strings.Trim(got, "0123456789ABCDEF:") != "" || strings.Count(got, ":") != 31 {
		t.Errorf("fingerprint %q", got)
	}
	out, err := exec.CommandContext(t.Context(), "openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha256").Output()
	if err != nil {
		t.Skip("no openssl to compare with:", err)
	}
	if _, want, _ := strings.Cut(strings.TrimSpace(string(out)), "="); got != want {
		t.Errorf("fingerprint %q, openssl says %q", got, want)
	}
}
