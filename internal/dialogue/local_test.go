package dialogue_test

import (
	"strings"
	"testing"

	"ferry/internal/dialogue"
	"ferry/internal/peers"
)

// localFolder holds the dialogues with users of the system, and with anonymous
// on a machine where they exist. Each has a machine of its own.
const localFolder = "testdata/local"

// TestLocalVsftpd proves the dialogues on the server whose behaviour they claim.
func TestLocalVsftpd(t *testing.T) {
	peers.Need(t, peers.NameVsftpd)
	runLocal(t, peers.NameVsftpd, peers.Vsftpd)
}

// TestLocalFerry holds the same conversations with the program built from
// cmd/ferry.
func TestLocalFerry(t *testing.T) { runLocal(t, peers.NameFerry, peers.Ferry) }

// TestLocalFerryPAM does so once more where PAM checks the passwords.
func TestLocalFerryPAM(t *testing.T) { runLocal(t, peers.NameFerryPAM, peers.FerryPAM) }

// runLocal plays the dialogues with one server.
func runLocal(t *testing.T, name string, start func(testing.TB, peers.Config) *peers.Server) {
	t.Helper()
	peers.NeedHost(t)
	dialogue.RunHosts(t, localFolder, name, func(t *testing.T, s *dialogue.Script, dir string) dialogue.Peer {
		return peer(start(t, peers.Config{
			IPv6: s.IPv6, Options: s.Config(dir), Host: &peers.Host{Dir: dir, Users: hostUsers(s), DebianConf: s.DebianConf},
		}))
	})
}

// hostUsers are the users of a script, as a machine has them.
func hostUsers(s *dialogue.Script) []peers.HostUser {
	users := make([]peers.HostUser, len(s.Users))
	for i, u := range s.Users {
		users[i] = peers.HostUser{
			Name: u.Name, Password: u.Password, UID: u.UID,
			Home: u.Home, Shell: u.Shell, Hash: u.Hash, Aging: u.Aging, Groups: strings.FieldsFunc(u.Groups, func(r rune) bool { return r == ',' }),
		}
	}
	return users
}
