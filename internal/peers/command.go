package peers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Command is one run of a client program whose arguments the caller makes: for
// tests of what Client has no word for, such as several transfers in a session.
type Command struct {
	Path  string // of the program, as Need and Optional return it
	Args  []string
	Stdin string
	Home  string // working directory, and where the client keeps its own files
}

// Run returns what the program has printed, standard output before standard
// error, when it has ended; it is killed, with all that it started, when the
// context ends. The error says how it ended; what it printed is there in any
// case.
func (c Command) Run(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, c.Path, c.Args...)
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = c.Home
	cmd.Env = clientEnv(c.Home)
	cmd.Stdin = strings.NewReader(c.Stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := launch(cmd)
	if err == nil {
		err = wait(cmd)
	}
	if ctx.Err() != nil {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", filepath.Base(c.Path), err)
	}
	return stdout.String() + stderr.String(), err
}

// Optional returns the path of a program of the machine, found in PATH. Where it
// is absent the test is skipped, with CI=true too: why says what speaks against
// asking for it.
func Optional(t testing.TB, name, why string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s here, which is optional: %s", name, why)
	}
	return path
}

// Module returns the folder of a package of npm that make peers installs into
// .peers/node where there are node and npm. A machine without them skips the test,
// with CI=true too; where they are, a missing package is a missing peer.
func Module(t testing.TB, name string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"node", "npm"} {
		Optional(t, program, "packages of npm come by it")
	}
	dir := filepath.Join(root, ".peers", "node", "node_modules", name)
	if found, err := filepath.Glob(filepath.Join(dir, "package.json")); err != nil || found == nil {
		missing(t, fmt.Sprintf("no %s in .peers/node, though node and npm are here; run make peers AGAIN=1", name))
	}
	return dir
}
