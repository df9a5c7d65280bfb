package daemon

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ferry/internal/peers"
)

// What is opened again while the server runs can be opened by somebody else.
func TestOpenBy(t *testing.T) {
	cert, next := peers.NewCertificate(t), peers.NewCertificate(t)
	s := settings(t)
	s.SSLEnable, s.RSACertFile, s.RSAPrivateKeyFile = true, cert.CertFile, cert.KeyFile
	s.XferlogEnable, s.XferlogStdFormat, s.XferlogFile = true, true, filepath.Join(t.TempDir(), "xferlog")
	d, err := New(t.Context(), Options{
		Settings: s, Log: slog.New(slog.DiscardHandler), Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer d.release()
	var opened []string
	d.OpenBy(func(name string, flag int, perm fs.FileMode) (*os.File, error) {
		opened = append(opened, name)
		return os.OpenFile(name, flag, perm)
	})
	if err := d.ReopenLogs(); err != nil {
		t.Fatal(err)
	}
	rename(t, next.CertFile, cert.CertFile)
	rename(t, next.KeyFile, cert.KeyFile)
	if changed, err := d.transport.source.Reload(); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if want := []string{s.XferlogFile, cert.CertFile, cert.KeyFile}; !slices.Equal(opened, want) {
		t.Errorf("opened: %q, want %q", opened, want)
	}

	no := errors.New("no")
	d.OpenBy(func(string, int, fs.FileMode) (*os.File, error) { return nil, no })
	if err := d.ReopenLogs(); !errors.Is(err, no) {
		t.Errorf("ReopenLogs: %v", err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
