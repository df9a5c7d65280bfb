package dialogue

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// The tree of a machine belongs to whom it should, and OWNER sees it.
func TestPopulateHost(t *testing.T) {
	peers.NeedHost(t)
	const text = "C: A\nuser: ann x\nuser: bob x\naccount: bob groups=press:42001\n" +
		"mode: 0640 srv/home/ann/a\nowner: bob:press srv/p\nmode: 0750 srv/p\nowner: 4711 srv/u\n" +
		"-- srv/home/ann/a --\n-- srv/home/ann/d/e/f --\n-- srv/p/ --\n-- srv/u --\n-- srv/r --\n-- srv/home/none/x --\n"
	s, err := Parse("x", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := s.PopulateHost(dir); err != nil {
		t.Fatal(err)
	}
	for name, lines := range map[string]string{
		"passwd": "root:x:0:0::/root:/bin/sh\nann:x:41001:41001:::\nbob:x:41002:41002:::\n",
		"group":  "root:x:0:\nann:x:41001:\npress:x:42001:bob\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, "etc"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "etc", name), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"srv/home/ann":       "ann ann 0755",
		"srv/home/ann/a":     "ann ann 0640",
		"srv/home/ann/d":     "ann ann 0755",
		"srv/home/ann/d/e/f": "ann ann 0644",
		"srv/home/bob":       "bob 41002 0755",
		"srv/p":              "bob press 0750",
		"srv/u":              "4711 4711 0644",
		"srv/r":              "root root 0644",
		"srv/home/none/x":    "root root 0644",
	} {
		if err := checkOwner(dir, name, want); err != nil {
			t.Error(err)
		}
	}
	if err := checkOwner(dir, "srv/r", "root root 0600"); err == nil || !strings.Contains(err.Error(), "belongs to root root 0644") {
		t.Errorf("got %v", err)
	}
	s.tree[0].owner = "nosuch"
	if err := s.PopulateHost(t.TempDir()); err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("got %v", err)
	}
}
