package certs

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// mustReload expects a look without an error.
func mustReload(t *testing.T, source *Source, changed bool) {
	t.Helper()
	if got, err := source.Reload(); err != nil || got != changed {
		t.Fatalf("changed %v, %v; want %v", got, err, changed)
	}
}

// mustKeep expects a look with an error that has a part, and the leaf to stay.
func mustKeep(t *testing.T, source *Source, part string, leaf *signed) {
	t.Helper()
	changed, err := source.Reload()
	if err == nil || changed || !strings.Contains(err.Error(), part) {
		t.Fatalf("changed %v, %v; want an error with %q", changed, err, part)
	}
	mustShow(t, source, leaf)
}

// mustShow expects clients to see a certificate.
func mustShow(t *testing.T, source *Source, leaf *signed) {
	t.Helper()
	cert, err := source.GetCertificate(&tls.ClientHelloInfo{})
	if err != nil || !cert.Leaf.Equal(leaf.cert) {
		t.Fatalf("another certificate, %v", err)
	}
	if leaves := source.Leaves(); !leaves[0].Equal(leaf.cert) {
		t.Fatal("another leaf")
	}
}

func TestReload(t *testing.T) {
	dir := t.TempDir()
	first, second := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
	cert, key := write(t, []string{dir, "cert.pem"}, certPEM(first)), write(t, []string{dir, "key.pem"}, first.keyPEM(t))
	source, err := FromFiles(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	mustReload(t, source, false)

	// As certbot does it: one file after the other.
	replace(t, cert, certPEM(second))
	mustKeep(t, source, "does not belong", first)
	replace(t, key, second.keyPEM(t))
	mustReload(t, source, true)
	mustShow(t, source, second)
	mustReload(t, source, false)

	// In place, and only half of it at first.
	text := first.keyPEM(t)
	write(t, []string{cert}, certPEM(first))
	write(t, []string{key}, text[:len(text)/2])
	mustKeep(t, source, "not written to its end", second)
	write(t, []string{key}, nil)
	mustKeep(t, source, "it is empty", second)
	write(t, []string{key}, text)
	mustReload(t, source, true)
	mustShow(t, source, first)

	// Gone for a while.
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	mustKeep(t, source, "cert.pem", first)
	write(t, []string{cert}, certPEM(first))
	mustReload(t, source, false)

	// A new time alone is no change.
	settle(t, cert, key)
	mustReload(t, source, false)
	mustShow(t, source, first)
}

// TestReloadDoesNotRead makes sure that files that have settled are only looked
// at.
func TestReloadDoesNotRead(t *testing.T) {
	first, second := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
	name := write(t, []string{t.TempDir(), "both.pem"}, first.bothPEM(t))
	settle(t, name)
	source, err := FromFiles(name, "")
	if err != nil {
		t.Fatal(err)
	}
	before := source.current.Load()
	mustReload(t, source, false)
	if source.current.Load() != before {
		t.Error("the files were read again")
	}

	// The same time on another file is another file.
	replace(t, name, second.bothPEM(t))
	settle(t, name)
	mustReload(t, source, true)
	mustShow(t, source, second)
}

// TestReloadSeesYoungFiles: a second write within one step of the file system's
// clock, of the same length, leaves no trace in time or size.
func TestReloadSeesYoungFiles(t *testing.T) {
	first, second := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
	a, b := first.bothPEM(t), second.bothPEM(t)
	for len(a) != len(b) { // the signatures differ in length
		second = ecPair(t, "ftp.example")
		b = second.bothPEM(t)
	}
	name := write(t, []string{t.TempDir(), "both.pem"}, a)
	now := time.Now()
	if err := os.Chtimes(name, now, now); err != nil {
		t.Fatal(err)
	}
	source, err := FromFiles(name, "")
	if err != nil {
		t.Fatal(err)
	}
	write(t, []string{name}, b)
	if err := os.Chtimes(name, now, now); err != nil {
		t.Fatal(err)
	}
	mustReload(t, source, true)
	mustShow(t, source, second)
}

// TestReloadFollowsLinks replaces certificates as certbot (a link per file) and
// Kubernetes (one link to a directory) do.
func TestReloadFollowsLinks(t *testing.T) {
	link := func(t *testing.T, target, name string) {
		t.Helper()
		if err := os.Symlink(target, name+".next"); err != nil {
			t.Skip("no symbolic links here:", err)
		}
		if err := os.Rename(name+".next", name); err != nil {
			t.Fatal(err)
		}
	}
	first, second := ecPair(t, "ftp.example"), ecPair(t, "ftp.example")
	fill := func(t *testing.T, root, version string, s *signed) {
		t.Helper()
		dir := filepath.Join(root, version)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		settle(t, write(t, []string{dir, "tls.crt"}, certPEM(s)), write(t, []string{dir, "tls.key"}, s.keyPEM(t)))
	}

	t.Run("certbot", func(t *testing.T) {
		root := t.TempDir()
		fill(t, root, "1", first)
		fill(t, root, "2", second)
		cert, key := filepath.Join(root, "fullchain.pem"), filepath.Join(root, "privkey.pem")
		link(t, filepath.Join("1", "tls.crt"), cert)
		link(t, filepath.Join("1", "tls.key"), key)
		source, err := FromFiles(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		mustReload(t, source, false)
		link(t, filepath.Join("2", "tls.crt"), cert)
		mustKeep(t, source, "does not belong", first)
		link(t, filepath.Join("2", "tls.key"), key)
		mustReload(t, source, true)
		mustShow(t, source, second)
	})
	t.Run("Kubernetes", func(t *testing.T) {
		root := t.TempDir()
		fill(t, root, "..1", first)
		fill(t, root, "..2", second)
		link(t, "..1", filepath.Join(root, "..data"))
		cert, key := filepath.Join(root, "tls.crt"), filepath.Join(root, "tls.key")
		link(t, filepath.Join("..data", "tls.crt"), cert)
		link(t, filepath.Join("..data", "tls.key"), key)
		source, err := FromFiles(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		mustReload(t, source, false)
		link(t, "..2", filepath.Join(root, "..data"))
		mustReload(t, source, true)
		mustShow(t, source, second)
	})
}

// TestReloadRefusesWorse keeps a certificate in its time against one that is not,
// and replaces one that is out of its time by any.
func TestReloadRefusesWorse(t *testing.T) {
	day := 24 * time.Hour
	lasts := func(from, to time.Duration) *signed {
		return sign(t, "ftp.example", rsaKey(), nil, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to)
		})
	}
	good, ended, older, later := lasts(-day, 100*day), lasts(-10*day, -day), lasts(-20*day, -2*day), lasts(day, 100*day)
	name := write(t, []string{t.TempDir(), "both.pem"}, ended.bothPEM(t))
	source, err := FromFiles(name, "")
	if err != nil {
		t.Fatal(err)
	}
	replace(t, name, older.bothPEM(t))
	mustReload(t, source, true)
	replace(t, name, good.bothPEM(t))
	mustReload(t, source, true)
	replace(t, name, ended.bothPEM(t))
	mustKeep(t, source, "ended on", good)
	replace(t, name, later.bothPEM(t))
	mustKeep(t, source, "begins on", good)
	replace(t, name, good.bothPEM(t))
	mustReload(t, source, false)
}

// TestReloadChangesAllPairsOrNone has one bad pair among two new ones.
func TestReloadChangesAllPairsOrNone(t *testing.T) {
	dir := t.TempDir()
	one, two := ecPair(t, "one.example"), ecPair(t, "two.example")
	a, b := write(t, []string{dir, "1.pem"}, one.bothPEM(t)), write(t, []string{dir, "2.pem"}, two.bothPEM(t))
	source, err := FromPairs([]Pair{{Cert: a}, {Cert: b}})
	if err != nil {
		t.Fatal(err)
	}
	next, last := ecPair(t, "one.example"), ecPair(t, "two.example")
	replace(t, a, next.bothPEM(t))
	replace(t, b, certPEM(last))
	mustKeep(t, source, "2.pem", one)
	replace(t, b, last.bothPEM(t))
	mustReload(t, source, true)
	if leaves := source.Leaves(); !leaves[0].Equal(next.cert) || !leaves[1].Equal(last.cert) {
		t.Error("not both pairs are new")
	}
}

// TestReloadWhileServing changes certificates under clients; the race detector
// looks on.
func TestReloadWhileServing(t *testing.T) {
	pairs := []*signed{ecPair(t, "ftp.example"), ecPair(t, "ftp.example")}
	name := write(t, []string{t.TempDir(), "both.pem"}, pairs[0].bothPEM(t))
	source, err := FromFiles(name, "")
	if err != nil {
		t.Fatal(err)
	}
	var clients sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		clients.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				cert, err := source.GetCertificate(&tls.ClientHelloInfo{})
				if err != nil || !fits(cert.Leaf, cert.PrivateKey.(crypto.Signer)) {
					t.Error("a key of another certificate", err)
					return
				}
				source.Warnings()
			}
		})
	}
	for i := range 20 {
		replace(t, name, pairs[(i+1)%2].bothPEM(t))
		mustReload(t, source, true)
	}
	close(stop)
	clients.Wait()
}
