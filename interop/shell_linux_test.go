package interop_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ferry/internal/peers"
)

// shellRoot makes what the servers of the shell's tests have.
func shellRoot(t *testing.T) string {
	t.Helper()
	root := peers.NewRoot(t)
	for name, text := range map[string]string{
		"README": "hello\n", "docs/one.txt": "1\n", "docs/two.txt": "2\n", "docs/three.txt": "3\n", "with space": "s\n", "dänisch.txt": "d\n",
	} {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func wantFile(t *testing.T, dir, name, want string) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil || string(got) != want {
		t.Errorf("%s has %.80q, %v; want %.80q", name, got, err, want)
	}
}

// TestShell sits at a terminal and works with each server: completion, questions,
// both kinds of data connections, a name with a space and one beyond ASCII.
func TestShell(t *testing.T) {
	for name, start := range map[string]func(testing.TB, peers.Config) *peers.Server{
		peers.NameFerry: peers.Ferry, peers.NameVsftpd: peers.Vsftpd, peers.NamePureFTPd: peers.PureFTPd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t, peers.Config{Root: shellRoot(t), Write: true})
			home := t.TempDir()
			x := startTerminal(t, home, "ferry", nil, "shell")
			prompt := server.Addr + ":/> "
			x.expect("ferry> ")
			if name == peers.NamePureFTPd {
				// Its anonymous has a password, and the file a macro.
				netrc := "machine 127.0.0.1 login anonymous password " + peers.AnonymousPassword + "\nmacdef init\nsize README\n\n"
				if err := os.WriteFile(filepath.Join(home, ".netrc"), []byte(netrc), 0o600); err != nil {
					t.Fatal(err)
				}
				x.send("open " + server.Addr + "\r")
				x.expect("README: 6 bytes")
			} else {
				x.send("open " + server.Addr + "\r")
				x.expect("Name at " + server.Addr + " (empty is anonymous): ")
				x.send("\r")
				x.expect("connected to " + server.Addr)
			}
			x.expect(prompt)

			// TAB completes commands, names of the server, and of directories alone.
			x.send("get REA\t")
			x.expect("get README ")
			x.do("", prompt)
			wantFile(t, x.dir, "README", "hello\n")
			x.send("get w\t")
			x.expect(`get with\ space `)
			x.do("", prompt)
			wantFile(t, x.dir, "with space", "s\n")
			x.send("get d\t\t")
			x.expect("docs/")
			x.expect("get d")
			x.send("än\t")
			x.expect("get dänisch.txt ")
			x.do("", prompt)
			wantFile(t, x.dir, "dänisch.txt", "d\n")
			x.send("chmod \t")
			x.expect("usage: chmod MODE NAME")
			x.send("\x03")
			x.expect(prompt)
			x.send("cd do\t")
			x.expect("cd docs/")
			x.send("\r")
			inside := server.Addr + ":/docs> "
			x.expect(inside)

			// mget asks, in the order of the alphabet.
			x.send("mget *.txt\r")
			var first, second string
			for i, answer := range []string{"n", "y", "q"} {
				x.expect("mget ")
				asked := strings.TrimSpace(x.expect("(y, n, all, quit)? "))
				x.send(answer + "\r")
				switch i {
				case 0:
					first = asked
				case 1:
					second = asked
				}
			}
			x.expect(inside)
			if _, err := os.Stat(filepath.Join(x.dir, first)); err == nil {
				t.Errorf("%s was brought, and the answer was no", first)
			}
			if got, err := os.ReadFile(filepath.Join(x.dir, second)); err != nil || len(got) != 2 {
				t.Errorf("%s: %q, %v", second, got, err)
			}
			if found, _ := filepath.Glob(filepath.Join(x.dir, "*.txt")); len(found) != 2 {
				t.Errorf("there are %q", found)
			}

			// Both kinds of data connections, as the dialogue shows.
			x.do("verbose on", inside)
			x.do("active", inside)
			if said := x.do("ls", inside); !strings.Contains(said, "> EPRT") && !strings.Contains(said, "> PORT") || !strings.Contains(said, "one.txt") {
				t.Errorf("active: %q", said)
			}
			x.do("mode pasv", inside)
			if said := x.do("dir", inside); !strings.Contains(said, "> PASV") || !strings.Contains(said, "> LIST") || !strings.Contains(said, "one.txt") {
				t.Errorf("passive: %q", said)
			}
			x.do("verbose off", inside)
			incoming := server.Addr + ":/incoming> "
			x.do("cd ../incoming", incoming)
			if said := x.do("put README up", incoming); !strings.Contains(said, "README -> up") {
				t.Errorf("put: %q", said)
			}
			if said := x.do("nlist", incoming); !strings.Contains(said, "up") {
				t.Errorf("nlist: %q", said)
			}
			if said := x.do("cd ..", prompt); strings.Contains(said, "ferry:") {
				t.Errorf("cd: %q", said)
			}
			x.quit()
		})
	}
}

// TestShellLogin asks for the password without showing it, keeps no password in the
// history, and has the lines of before at the next start.
func TestShellLogin(t *testing.T) {
	t.Parallel()
	root := shellRoot(t)
	server := peers.Ferry(t, peers.Config{Root: root, Users: map[string]string{"al": "se-cret"}, Options: []string{"local_root=" + root}})
	home := t.TempDir()
	x := startTerminal(t, home, "ftp", nil, strings.Split(server.Addr, ":")...)
	x.expect("Name at " + server.Addr)
	x.send("al\r")
	x.expect("Password for al at " + server.Addr + ": ")
	x.send("se-cret\r")
	x.expect("connected to ")
	prompt := server.Addr + ":/> "
	x.expect(prompt)
	x.do("user al se-cret", prompt)
	x.do("quote PASS se-cret", prompt)
	x.do(" pwd", prompt)
	if said := x.do("pwd", prompt); !strings.Contains(said, "/") {
		t.Errorf("pwd: %q", said)
	}
	x.quit()
	if strings.Count(x.all(), "se-cret") != 2 {
		t.Error("the password that was asked for is on the terminal")
	}
	file := filepath.Join(home, "state", "ferry", "shell_history")
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "pwd\nbye\n" {
		t.Errorf("the history is %q, %v", text, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read the history: %v, %v", info, err)
	}

	x = startTerminal(t, home, "ferry", []string{"FERRY_PASSWORD=se-cret"}, "shell", "al@"+server.Addr)
	x.expect(prompt)
	x.send("\x1b[A\x1b[A")
	x.expect("pwd")
	x.do("", prompt)
	// Ctrl-C ends the line, Ctrl-D the shell.
	x.send("delete READ")
	x.expect("READ") // the editor has it: before, a Ctrl-C would be for the program
	x.send("\x03")
	x.expect("^C")
	x.expect(prompt)
	x.send("\x04")
	x.gone()
	if strings.Contains(x.all(), "DELE") {
		t.Error("the line was carried out")
	}
}

// TestShellInterrupt ends a transfer by Ctrl-C: the prompt comes back, and the
// connection is the same.
func TestShellInterrupt(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB, peers.Config) *peers.Server{peers.NameFerry: peers.Ferry, peers.NameVsftpd: peers.Vsftpd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := shellRoot(t)
			if err := os.WriteFile(filepath.Join(root, "big"), bytes.Repeat([]byte("x"), 8<<20), 0o644); err != nil {
				t.Fatal(err)
			}
			server := start(t, peers.Config{Root: root, Options: []string{"anon_max_rate=200000"}})
			x := startTerminal(t, t.TempDir(), "ferry", nil, "shell", "anonymous@"+server.Addr)
			prompt := server.Addr + ":/> "
			x.expect(prompt)
			x.do("verbose on", prompt)
			x.send("get big\r")
			x.expect("/8.0M")
			x.send("\x03")
			x.expect("> ABOR")
			x.expect("interrupted")
			x.expect(prompt)
			x.do("verbose off", prompt)
			if _, err := os.Stat(filepath.Join(x.dir, "big")); err == nil {
				t.Error("half a file has the name of a whole one")
			}
			if said := x.do("get README", prompt); strings.Contains(said, "lost") || !strings.Contains(said, "README -> README") {
				t.Errorf("behind it: %q", said)
			}
			x.quit()
		})
	}
}

// TestShellWindow has windows that change, are narrow, and terminals that can
// nothing.
func TestShellWindow(t *testing.T) {
	t.Parallel()
	server := peers.Ferry(t, peers.Config{Root: shellRoot(t)})
	x := startTerminal(t, t.TempDir(), "ferry", nil, "shell", "anonymous@"+server.Addr)
	prompt := server.Addr + ":/> "
	x.expect(prompt)
	if wide := x.do("help", prompt); len(firstLine(wide)) < 80 {
		t.Errorf("100 columns: %q", wide)
	}
	x.resize(34)
	narrow := x.do("help", "\n/> ")
	for line := range strings.Lines(narrow) {
		if len(strings.TrimRight(line, "\r\n")) > 33 {
			t.Errorf("34 columns: %q", line)
		}
	}
	x.send("cd docs/\r")
	x.expect("docs> ")
	x.send("get one.t\t")
	x.expect("one.txt ")
	x.send("\r")
	x.expect("one.txt -> one.txt")
	x.expect("docs> ")
	x.quit()

	x = startTerminal(t, t.TempDir(), "ferry", []string{"TERM=dumb"}, "shell", "anonymous@"+server.Addr)
	x.expect(prompt)
	x.send("del")
	x.expect("del")
	x.send("\x03")
	x.expect(prompt)
	x.send("pwd\n")
	x.expect("\r\n/\r\n")
	x.expect(prompt)
	x.send("\x04")
	x.gone()
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
