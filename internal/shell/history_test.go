package shell

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecrets are the lines that no history may have.
func TestSecrets(t *testing.T) {
	s := &Shell{table: commands()}
	for line, want := range map[string]bool{
		"user al": false, "user al pw": true, "us al pw": true, "USER al pw": true, "account x": true, "acc x": true,
		"quote PASS pw": true, "literal acct x": true, "quote  pass  pw": true, "quote NOOP": false, "quote SITE PSWD old new": true,
		"site pswd a b": true, "site chmod 644 x": false, "open ftp://al:pw@host/": true, "open al:pw@host": true, "open al@host": false,
		"open host 2121": false, "proxy user al pw": true, "proxy open al:pw@h": true, "get x": false, "$m pw": true, "$m": false,
		"uesr al pw": true, "frobnicate": false, "q PASS pw": false, // q is quit, which takes no argument
	} {
		if got := s.secret(line); got != want {
			t.Errorf("%q: %v", line, got)
		}
	}
}

// TestHistory keeps the last lines, for nobody else, and leaves out what is no line.
func TestHistory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	h := openHistory(dir)
	for _, line := range []string{"pwd", "pwd", "get ü"} {
		if err := h.add(line); err != nil {
			t.Fatal(err)
		}
	}
	if got := openHistory(dir).lines; strings.Join(got, "|") != "pwd|get ü" {
		t.Errorf("it has %q", got)
	}
	info, err := os.Stat(h.path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	long := strings.Repeat("ls x\nls y\n", 2*maxHistory) + "bad\x1b[2J\n\xff\nlast\n"
	if err := os.WriteFile(h.path, []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	h = openHistory(dir)
	if len(h.lines) != maxHistory || h.lines[maxHistory-1] != "last" || h.lines[maxHistory-2] != "ls y" {
		t.Errorf("of a long file it has %d lines, at the end %q", len(h.lines), h.lines[maxHistory-2:])
	}
	if text, err := os.ReadFile(h.path); err != nil || strings.Count(string(text), "\n") != maxHistory {
		t.Errorf("the file was not made shorter: %v", err)
	}
}
