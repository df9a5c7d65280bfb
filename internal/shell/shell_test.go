package shell

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/internal/carry"
)

// TestScript goes on after errors and tells of them by its exit status.
func TestScript(t *testing.T) {
	for _, c := range []struct {
		name, script string
		stop         bool
		status       int
		out, err     string // a part of each
	}{
		{"fine", "# a comment\n\n  \t\npwd\n", false, 0, "/\n", ""},
		{"one failure", "size nope\npwd\n", false, 50, "/\n", "550"},
		{"the same twice", "size nope\nsize nope\n", false, 50, "", "550"},
		{"two kinds", "size nope\nlcd nowhere\n", false, 1, "", "nowhere"},
		{"usage", "size\nsize a b\nnonsense\nfrobnicate x\n", false, 2, "", "size wants one argument: size NAME"},
		{"stop", "size nope\npwd\n", true, 50, "", "550"},
		{"quit", "quit\nsize nope\n", false, 0, "", ""},
		{"closed", "close\npwd\n", false, 2, "", "open HOST first"},
		{"closed after a failure", "size nope\nclose\npwd\n", false, 50, "", "open HOST first"},
		{"quote", `pwd "`, false, 2, "", "never closed"},
		{"no newline at the end", "pwd", false, 0, "/\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &scripted{}
			s.start(t)
			x := newTestShell(t, s, c.script)
			x.Shell.cfg.Stop = c.stop
			if got := x.run(t); got != c.status {
				t.Errorf("exit status %d, want %d", got, c.status)
			}
			if !strings.Contains(x.out.String(), c.out) || !strings.Contains(x.complaints.String(), c.err) {
				t.Errorf("it says %q and %q", &x.out, &x.complaints)
			}
			if c.stop && strings.Contains(x.out.String(), "\n/\n") {
				t.Errorf("it goes on: %q", &x.out)
			}
			if strings.Contains(x.out.String(), "ferry>") {
				t.Errorf("a script sees a prompt: %q", &x.out)
			}
		})
	}
}

// TestHostileNames has a server list names that lead elsewhere, that are pipes of
// ftp(1), or that act on terminals: nothing is run, nothing is written outside.
func TestHostileNames(t *testing.T) {
	s := &scripted{
		listings: map[string]string{
			"": "type=file; ../up\r\ntype=file; |touch pwned\r\ntype=file; -\r\ntype=file; $(touch pwned)\r\ntype=file; ok\r\n" +
				"type=file; a\x1b[2Jb\r\ntype=file; linked\r\ntype=file; !touch pwned\r\n",
			".": "evil\x1b[2J\r\n", "d": "type=file; .\r\ntype=file; ..\r\n",
		},
		files: map[string]string{
			"../up": "u", "|touch pwned": "p", "-": "h", "$(touch pwned)": "d", "ok": "o", "a\x1b[2Jb": "e", "linked": "l", "!touch pwned": "b", "d/..": "x",
		},
	}
	s.start(t)
	x := newTestShell(t, s, "ls\ndir .\nmget *\nget ../up\nget d/..\nmget d/..\n")
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(x.here, "linked")); err != nil {
		t.Fatal(err)
	}
	if status := x.run(t); status == 0 {
		t.Error("nothing was refused")
	}
	var here []string
	entries, err := os.ReadDir(x.here)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		here = append(here, e.Name())
	}
	want := "!touch pwned $(touch pwned) - a\x1b[2Jb linked ok up |touch pwned"
	if got := strings.Join(here, " "); got != want {
		t.Errorf("here are %q, want %q", got, want)
	}
	if entries, _ := os.ReadDir(outside); len(entries) > 0 {
		t.Errorf("outside is %q", entries)
	}
	if _, err := os.Lstat(filepath.Join(filepath.Dir(x.here), "up")); err == nil {
		t.Error("../up was written")
	}
	if strings.ContainsRune(x.out.String()+x.complaints.String(), 0x1b) {
		t.Errorf("an escape sequence comes through: %q %q", &x.out, &x.complaints)
	}
}

// TestPipes runs the commands that the user has typed, and none that fails in
// silence.
func TestPipes(t *testing.T) {
	s := &scripted{listings: map[string]string{"": "type=file; b\r\ntype=file; a\r\n", ".": "type=file; b\r\ntype=file; a\r\n"}, files: map[string]string{"f": "one\ntwo\n"}}
	s.start(t)
	x := newTestShell(t, s, "get f -\nget f |tr a-z A-Z\nget f \"|cat >copy\"\nls |head -1\nls . listing\nput |echo sent there\nput \"|echo all of it\" two words\n"+
		"put \"|echo all of it\" there2\nget f |exit 3\n!echo bang\n")
	if status := x.run(t); status != 2 {
		t.Errorf("exit status %d", status)
	}
	if got := x.out.String(); got != "connected to host without TLS, in /\none\ntwo\nONE\nTWO\n\"a\"\nbang\n" {
		t.Errorf("it says %q", got)
	}
	for name, want := range map[string]string{"copy": "one\ntwo\n", "listing": "\"a\"\n\"b\"\n"} {
		if got, err := os.ReadFile(filepath.Join(x.here, name)); err != nil || string(got) != want {
			t.Errorf("%s has %q, %v", name, got, err)
		}
	}
	if got := s.stored["there2"]; got != "all of it\n" {
		t.Errorf("the server has %q", s.stored)
	}
	if !strings.Contains(x.complaints.String(), "exit 3: exit status 3") {
		t.Errorf("complaints: %q", &x.complaints)
	}
}

// TestReconnect loses the connection while nobody types: the next command tells of
// it once and works where it would have.
func TestReconnect(t *testing.T) {
	hangUp := false
	s := &scripted{}
	s.say = func(command string) string {
		if command == "NOOP" && hangUp {
			hangUp = false
			return "hang up"
		}
		return ""
	}
	s.start(t)
	x := newTestShell(t, s, "")
	x.edit = newPlainEditor(x.cfg.Input, nil)
	for _, line := range []string{"open host", "cd /deep/down"} {
		if err := x.do(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	x.set.ascii = true
	x.adjust()
	hangUp = true
	x.link.used = time.Now().Add(-time.Hour)
	if err := x.do(t.Context(), "pwd"); err != nil {
		t.Fatal(err)
	}
	if err := x.do(t.Context(), "pwd"); err != nil {
		t.Fatal(err)
	}
	if got := x.complaints.String(); got != "ferry: the connection to host was lost; connecting again\n" {
		t.Errorf("it says %q", got)
	}
	if !strings.HasSuffix(x.out.String(), "/deep/down\n/deep/down\n") {
		t.Errorf("it is in %q", &x.out)
	}
	x.leave(t.Context())
}

// TestRefusedPort tells of a PORT that the server refuses, and of nothing that
// this machine had no part in.
func TestRefusedPort(t *testing.T) {
	s := &scripted{say: func(command string) string {
		if strings.HasPrefix(command, "PORT") || strings.HasPrefix(command, "EPRT") {
			return "500 no active mode here"
		}
		return ""
	}}
	s.start(t)
	x := newTestShell(t, s, "active\nls\n")
	if status := x.run(t); status == 0 {
		t.Error("it succeeds")
	}
	if got := x.complaints.String(); !strings.Contains(got, "500 no active mode here") || strings.Contains(got, "in use") || strings.Contains(got, "bind") {
		t.Errorf("it says %q", got)
	}
}

// TestProxy has two connections, and a file that goes from one to the other.
func TestProxy(t *testing.T) {
	s := &scripted{files: map[string]string{"f": "text"}}
	s.start(t)
	x := newTestShell(t, s, "proxy pwd\nproxy open second\nproxy cd /there\nproxy pwd\npwd\nproxy get f\nproxy get\n")
	if status := x.run(t); status != 2 {
		t.Errorf("exit status %d: %q", status, &x.complaints)
	}
	if !strings.Contains(x.out.String(), "/there\n/\n") {
		t.Errorf("it says %q", &x.out)
	}
	if got := x.complaints.String(); !strings.Contains(got, "open HOST first") || !strings.Contains(got, "proxy get is not possible") {
		t.Errorf("complaints: %q", got)
	}
}

// TestLocalName refuses what is no name of a file in the folder.
func TestLocalName(t *testing.T) {
	s := &Shell{here: t.TempDir()}
	for _, bad := range []string{"", ".", "..", "a/..", "a/", "/", "x\x00y"} {
		if name, err := s.localName(bad); !errors.Is(err, carry.ErrName) {
			t.Errorf("%q becomes %q, %v", bad, name, err)
		}
	}
	s.set.lower = true
	for remote, want := range map[string]string{"/a/B.TXT": "b.txt", "../x": "x", "MiXed": "MiXed", "c:d": "c:d"} {
		if name, err := s.localName(remote); err != nil || name != filepath.Join(s.here, want) {
			t.Errorf("%q becomes %q, %v", remote, name, err)
		}
	}
	s.set.runique = true
	if err := os.WriteFile(filepath.Join(s.here, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if name, err := s.localName("x"); err != nil || filepath.Base(name) != "x.1" {
		t.Errorf("runique: %q, %v", name, err)
	}
}
