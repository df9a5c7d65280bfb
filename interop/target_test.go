package interop_test

import (
	"testing"

	"ferry/internal/peers"
)

// target is a server under test: one address per family, one tree behind both.
// Anonymous may write in peers.Incoming.
type target struct {
	name string
	ip4  string // host:port
	ip6  string // host:port; empty: not there
	root string
}

// startTarget starts a server for each family on one tree.
func startTarget(t *testing.T, start func(testing.TB, peers.Config) *peers.Server) target {
	t.Helper()
	cfg := peers.Config{Root: peers.NewRoot(t), Write: true}
	s := start(t, cfg)
	tg := target{name: s.Name, ip4: s.Addr, root: s.Root}
	if peers.HaveIPv6() {
		cfg.IPv6 = true
		tg.ip6 = start(t, cfg).Addr
	}
	return tg
}

func TestMain(m *testing.M) { peers.Main(m) }

// TestFerry is the run that counts: the program as it is built and started.
func TestFerry(t *testing.T) {
	run(t, startTarget(t, peers.FerryDir))
}

// TestVsftpd runs the matrix, with its small files, where it is known to work:
// what fails here too is a fault of the matrix or of a client.
func TestVsftpd(t *testing.T) {
	peers.Need(t, peers.NameVsftpd)
	peers.NeedConfined(t)
	run(t, startTarget(t, peers.Vsftpd), onlySmall)
}
