package dialogue_test

import (
	"testing"

	"ferry/internal/dialogue"
	"ferry/internal/peers"
)

// folder holds the dialogues, which every server below answers.
const folder = "testdata/dialog"

func TestMain(m *testing.M) { peers.Main(m) }

// TestVsftpd proves the dialogues on the server whose behaviour they claim.
func TestVsftpd(t *testing.T) {
	peers.Need(t, peers.NameVsftpd)
	peers.NeedConfined(t)
	dialogue.RunAll(t, folder, peers.NameVsftpd, func(t *testing.T, s *dialogue.Script, root string) dialogue.Peer {
		return peer(peers.Vsftpd(t, config(t, s, root)))
	})
}

// TestFerry holds the same conversations with the program built from cmd/ferry.
func TestFerry(t *testing.T) {
	dialogue.RunAll(t, folder, peers.NameFerry, func(t *testing.T, s *dialogue.Script, root string) dialogue.Peer {
		return peer(peers.Ferry(t, config(t, s, root)))
	})
}

// config is what a script asks of its server.
func config(t *testing.T, s *dialogue.Script, root string) peers.Config {
	t.Helper()
	if s.IPv6 && !peers.HaveIPv6() {
		t.Skip("no IPv6 on loopback")
	}
	users := make(map[string]string, len(s.Users))
	for _, u := range s.Users {
		users[u.Name] = u.Password
	}
	return peers.Config{Root: root, IPv6: s.IPv6, Options: s.Config(root), Users: users}
}

// peer is a started server as a dialogue sees it.
func peer(s *peers.Server) dialogue.Peer {
	return dialogue.Peer{Name: s.Name, Dial: s.Dial, Root: s.Root}
}
