package peers_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/internal/peers"
)

// Each way of data connection is asked for once per client and family, with
// something in it that is not the client's default for the other ways.
func TestClientModes(t *testing.T) {
	names := make(map[string]bool)
	for _, c := range peers.Clients() {
		if names[c.Name] {
			t.Errorf("client %s comes twice", c.Name)
		}
		names[c.Name] = true
		modes := make(map[string]bool)
		for _, m := range c.Modes {
			if modes[m.String()] {
				t.Errorf("%s: mode %s comes twice", c.Name, m)
			}
			modes[m.String()] = true
			if !slices.Contains([]string{"PASV", "EPSV", "PORT", "EPRT"}, m.Verb) {
				t.Errorf("%s: %q is no way of data connection", c.Name, m.Verb)
			}
			if m.IPv6 && !strings.HasPrefix(m.Verb, "E") {
				t.Errorf("%s: %s is for IPv4", c.Name, m)
			}
		}
		if !c.Can(peers.Get) {
			t.Errorf("%s cannot get", c.Name)
		}
	}
}

// A client that the server refuses says so, in its trace at least, and one that
// never ends is killed with its context.
func TestClientFailuresVsftpd(t *testing.T) {
	s := peers.Vsftpd(t, peers.Config{})
	curl := client(t, peers.NameCurl)
	curl.Need(t)
	home := t.TempDir()
	job := peers.Job{
		Op: peers.Get, Addr: s.Addr, User: "anonymous", Password: peers.AnonymousPassword,
		Remote: "nosuch", Local: filepath.Join(home, "x"), Home: home,
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if r, err := curl.Run(ctx, curl.Modes[0], job); err == nil || !strings.Contains(r.Output, "550") {
		t.Errorf("a file that is not there: %v\n%s", err, r.Output)
	}
	if _, err := os.Stat(job.Local); err == nil {
		t.Error("it made the file")
	}
	over, end := context.WithCancel(ctx)
	end()
	if _, err := curl.Run(over, curl.Modes[0], job); err == nil {
		t.Error("it ran although the context was over")
	}
	job.Addr = "nonsense"
	if _, err := client(t, peers.NameLftp).Run(ctx, peers.Mode{}, job); err == nil {
		t.Error("it took nonsense for an address")
	}
}
