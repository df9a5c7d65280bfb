package nsnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// roleEnv names what the test binary was started again for. userEnv tells it that
// root has started it as a user who has no right.
const (
	roleEnv = "FERRY_NSNET_ROLE"
	userEnv = "FERRY_NSNET_AS_USER"
)

// roles are what a process of the test binary does instead of tests: the program
// of a world, or a process somewhere without one (w is nil). What it prints is
// read by the test; an error is printed, and makes the exit code 1.
var roles = map[string]role{
	"routed":   {true, playRouted},
	"apart":    {true, playApart},
	"settings": {true, playSettings},
	"refused":  {true, playRefused},
	"orphans":  {true, playOrphans},
	"deathsig": {true, playDeathsig},
	"closed":   {true, playClosed},
	"held":     {true, playHeld},
	"folder":   {true, playFolder},
	"signals":  {true, playSignals},
	"killed":   {true, playKilled},
	"extra":    {true, playExtra},
	"large":    {true, playLarge},
	"become":   {true, playBecome},
	"atonce":   {true, playAtOnce},
	"nothing":  {true, func(*World, []string) error { return nil }},

	"starter":   {false, playStarter},
	"check":     {false, playCheck},
	"addresses": {false, playAddresses},
	"echo":      {false, playEcho},
	"daemon":    {false, playDaemon},
	"linger":    {false, playLinger},
	"exit":      {false, playExit},
}

type role struct {
	inWorld bool
	play    func(w *World, args []string) error
}

func TestMain(m *testing.M) {
	if name := os.Getenv(roleEnv); name != "" {
		os.Exit(play(name))
	}
	os.Exit(m.Run())
}

func play(name string) int {
	r, known := roles[name]
	if !known {
		fmt.Fprintf(os.Stderr, "no role %q\n", name)
		return 2
	}
	var w *World
	if r.inWorld {
		var err error
		if w, err = Enter(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	if err := r.play(w, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// selfPath names the test binary from anywhere in a world.
const selfPath = "/proc/self/exe"

// as makes a command play a role. The race detector would let each process wait a
// second at its end.
func as(cmd *exec.Cmd, name string) {
	cmd.Env = append(os.Environ(), roleEnv+"="+name, "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
}

// on prepares a role on a host.
func on(h *Host, name string, args ...string) *Cmd {
	cmd := h.Command(context.Background(), selfPath, args...)
	as(cmd.Cmd, name)
	cmd.Stderr = os.Stderr
	return cmd
}

// needWorld skips a test where no world can be made. For root under CI it fails: to
// all others the kernel may refuse it.
func needWorld(t testing.TB) {
	t.Helper()
	_, err := Check()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true" && os.Geteuid() == 0:
		t.Fatalf("%v (CI=true: nothing may be left out)", err)
	default:
		t.Skip(err)
	}
}

// world prepares a role as the program of a world.
func world(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	needWorld(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := Command(t.Context(), exe, args...)
	as(cmd, name)
	cmd.Stderr = t.Output()
	return cmd
}

// perform runs a role in a world and returns what it prints.
func perform(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := world(t, name, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// TestOutside runs what must not touch the machine, and looks at the machine.
func TestOutside(t *testing.T) {
	interfaces, mounts := interfaceNames(t), read(t, "/proc/self/mountinfo")
	out := perform(t, "folder")
	dir, _, _ := strings.Cut(out, "\n")
	if _, err := os.Lstat(dir + "/witness"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s/witness is seen outside: %v", dir, err)
	}
	if got := interfaceNames(t); got != interfaces {
		t.Errorf("interfaces are %s, were %s", got, interfaces)
	}
	if got := read(t, "/proc/self/mountinfo"); got != mounts {
		t.Errorf("mounts are\n%s, were\n%s", got, mounts)
	}
}

func interfaceNames(t *testing.T) string {
	t.Helper()
	list, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range list {
		names = append(names, i.Name)
	}
	return strings.Join(names, " ")
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// playFolder leaves a file in the world's folder, and a cable between two hosts.
func playFolder(w *World, _ []string) error {
	entries, err := os.ReadDir(w.Dir())
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s has %d files", w.Dir(), len(entries))
	}
	if err := os.WriteFile(w.Dir()+"/witness", []byte("here"), 0o644); err != nil {
		return err
	}
	a, b, err := pair(w)
	if err != nil {
		return err
	}
	if err := w.Connect(Port{Host: a, Name: "eth0"}, Port{Host: b, Name: "eth0"}); err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.Stdout, w.Dir())
	return err
}

// pair adds two hosts.
func pair(w *World) (a, b *Host, err error) {
	if a, err = w.AddHost("a"); err != nil {
		return nil, nil, err
	}
	b, err = w.AddHost("b")
	return a, b, err
}

func TestEnterElsewhere(t *testing.T) {
	for _, value := range []string{"", "1"} {
		t.Setenv(programEnv, value)
		if w, err := Enter(); !errors.Is(err, ErrNoWorld) || w != nil {
			t.Errorf("Enter with %s=%q: %v, %v", programEnv, value, w, err)
		}
	}
}

func TestManyUsers(t *testing.T) {
	tests := []struct {
		text    string
		want    bool
		problem string
	}{
		{"         0          0 4294967295\n", true, ""},
		{"         0       1000          1\n", false, ""},
		{"0 1000 1\n1 100000 65536\n", true, ""},
		{"0 1000\n", false, "three numbers"},
		{"0 1000 x\n", false, "invalid syntax"},
	}
	for _, test := range tests {
		file := t.TempDir() + "/uid_map"
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := manyUsers(file)
		wantError(t, err, test.problem)
		if got != test.want {
			t.Errorf("%q: got %v", test.text, got)
		}
	}
}
