package acme

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/internal/certs"
	"ferry/internal/peers"
)

const day = 24 * 60 * 60

// options order at the authority for tests, by the challenges of both kinds.
func options(t *testing.T, p *peers.Pebble, domains ...string) Options {
	t.Helper()
	return Options{
		Domains: domains, Email: "admin@example.com", Directory: p.Directory, RootsFile: p.RootsFile,
		Storage: filepath.Join(t.TempDir(), "acme"), HTTPPort: uint16(p.HTTPPort), TLSPort: uint16(p.TLSPort),
		ListenHost: "127.0.0.1", Log: slog.New(slog.DiscardHandler),
	}
}

func open(t *testing.T, o Options) *Keeper {
	t.Helper()
	k, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

func leaves(t *testing.T, k *Keeper) []*x509.Certificate {
	t.Helper()
	all, err := k.Current()
	if err != nil {
		t.Fatal(err)
	}
	var found []*x509.Certificate
	for _, c := range all {
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, leaf)
	}
	return found
}

// Each challenge alone is enough, and both together are.
func TestOrder(t *testing.T) {
	pebble := peers.StartPebble(t, 90*day)
	for name, limit := range map[string]func(*Options){
		"HTTP-01":     func(o *Options) { o.TLSPort = 0 },
		"TLS-ALPN-01": func(o *Options) { o.HTTPPort = 0 },
		"both":        func(*Options) {},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, pebble, strings.ToLower(name)+".example.com", "second.example.com")
			limit(&o)
			got := leaves(t, open(t, o))
			if len(got) != 2 {
				t.Fatalf("%d certificates", len(got))
			}
			for i, leaf := range got {
				if err := leaf.VerifyHostname(o.Domains[i]); err != nil {
					t.Error(err)
				}
			}
			if info, err := os.Stat(o.Storage); err != nil || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("the storage is %v, %v", info.Mode(), err)
			}
		})
	}
}

// A start while the authority is away uses what is stored, and says so if there is
// nothing.
func TestAuthorityAway(t *testing.T) {
	pebble := peers.StartPebble(t, 90*day)
	o := options(t, pebble, "ftp.example.com")
	first := open(t, o)
	want := leaves(t, first)[0]
	pebble.Stop()
	if got := leaves(t, open(t, o))[0]; !got.Equal(want) {
		t.Error("another certificate than the one that is stored")
	}
	o.Domains = []string{"ftp.example.com", "new.example.com"}
	k, err := Open(t.Context(), o)
	if err == nil {
		k.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "no certificate for new.example.com from "+pebble.Directory) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("the error does not tell: %v", err)
	}
}

// A certificate is renewed while it is in use, and a source of package certs hands
// the new one out.
func TestRenewal(t *testing.T) {
	pebble := peers.StartPebble(t, 90*day)
	o := options(t, pebble, "ftp.example.com")
	o.checkEvery, o.renewAt = 500*time.Millisecond, 0.9999999 // at once, by day 0
	k := open(t, o)
	source, err := certs.FromCurrent(k.Current)
	if err != nil {
		t.Fatal(err)
	}
	old := source.Leaves()[0]
	changed := make(chan struct{}, 16)
	ctx, cancel := context.WithCancel(t.Context())
	over := source.Watch(ctx, 100*time.Millisecond, func(now bool, err error) {
		if err != nil {
			t.Error(err)
		}
		if now {
			changed <- struct{}{}
		}
	})
	<-changed
	cancel()
	<-over
	if renewed := source.Leaves()[0]; renewed.Equal(old) || renewed.VerifyHostname("ftp.example.com") != nil {
		t.Errorf("the certificate of the moment is %v", renewed.Subject)
	}
}

// A certificate that has ended is ordered anew at the start, and never served.
func TestEnded(t *testing.T) {
	pebble := peers.StartPebble(t, 90*day)
	o := options(t, pebble, "ftp.example.com")
	o.renewAt = 0.3 // the authority does not know what endStored makes, and must not be asked about it
	open(t, o)
	endStored(t, o)
	if renewed := leaves(t, open(t, o))[0]; time.Until(renewed.NotAfter) < 24*time.Hour {
		t.Errorf("valid until %v", renewed.NotAfter)
	}
	endStored(t, o)
	pebble.Stop()
	k, err := Open(t.Context(), o)
	if err == nil {
		k.Close()
		t.Error("a certificate that has ended is served")
	}
}

// endStored puts a pair that has ended in the place of the one that is stored.
func endStored(t *testing.T, o Options) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: o.Domains,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for ext, block := range map[string]*pem.Block{"crt": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "EC PRIVATE KEY", Bytes: keyDER}} {
		files, err := filepath.Glob(filepath.Join(o.Storage, "certificates", "*", o.Domains[0], "*."+ext))
		if err != nil || len(files) != 1 {
			t.Fatalf("%q, %v", files, err)
		}
		if err := os.WriteFile(files[0], pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFaults(t *testing.T) {
	good := Options{Domains: []string{"ftp.example.com"}, Storage: t.TempDir(), Log: slog.New(slog.DiscardHandler), Directory: "https://127.0.0.1:1/dir", HTTPPort: 80}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*Options){
		"no host name is given":                      func(o *Options) { o.Domains = nil },
		`"*.example.com": a certificate for all`:     func(o *Options) { o.Domains = []string{"*.example.com"} },
		`"ftp example" is no host name`:              func(o *Options) { o.Domains = []string{"ftp example"} },
		`"localhost" is a name of a private network`: func(o *Options) { o.Domains, o.Directory = []string{"localhost"}, "" },
		"is no URL of an authority":                  func(o *Options) { o.Directory = "http://acme.example.com" },
		"no place to keep certificates":              func(o *Options) { o.Storage = file },
		"holds no certificate":                       func(o *Options) { o.RootsFile = file },
		"nosuch.pem":                                 func(o *Options) { o.RootsFile = "nosuch.pem" },
	} {
		o := good
		change(&o)
		k, err := Open(t.Context(), o)
		if err == nil {
			k.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
