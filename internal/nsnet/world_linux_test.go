package nsnet

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
)

// roleEnv names what the test binary was started again for. It also marks the
// processes of a world: they inherit it.
const roleEnv = "FERRY_NSNET_ROLE"

// A role is what the program of a world does instead of tests. What it prints is
// read by the test; its error is printed and makes the exit code 1.
var roles = map[string]func(w *World, args []string) error{}

func TestMain(m *testing.M) {
	name := os.Getenv(roleEnv)
	if name == "" {
		os.Exit(m.Run())
	}
	os.Exit(play(name))
}

// play enters the world and plays a role in it.
func play(name string) int {
	w, err := Enter()
	if err == nil {
		err = roles[name](w, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// perform runs a role in a world and returns what it prints.
func perform(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := Check(); err != nil {
		t.Skip(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := Command(context.Background(), exe, args...)
	cmd.Env = append(os.Environ(), roleEnv+"="+name)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out, stderr.String())
	}
	return string(out)
}
