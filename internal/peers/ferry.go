package peers

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
)

// build makes the ferry program once for all tests of a package.
var build struct {
	once sync.Once
	dir  string // removed by Main
	path string
	err  error
}

// BuildFerry returns the path of a ferry program built from this source, once
// per test binary. A package that calls it runs its tests by Main, which removes
// it.
func BuildFerry(t testing.TB) string {
	t.Helper()
	build.once.Do(func() { build.path, build.err = buildFerry() })
	if build.err != nil {
		t.Fatal(build.err)
	}
	return build.path
}

func buildFerry() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	if build.dir, err = os.MkdirTemp("", "ferry-test-"); err != nil {
		return "", err
	}
	path := filepath.Join(build.dir, "ferry")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", path, "./cmd/ferry")
	cmd.Dir = root
	// As it is shipped: with cgo a process cannot change all of its threads.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/ferry: %w\n%s", err, out)
	}
	return path, nil
}

// Main runs the tests of a package that starts peers, and cleans up behind
// them. It is the whole of TestMain.
func Main(m *testing.M) {
	m.Run() // its result is the exit status, when TestMain returns
	if build.dir == "" {
		return
	}
	if err := os.RemoveAll(build.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// Ferry starts `ferry serve` with a vsftpd.conf(5), the same that Vsftpd writes
// for the same configuration. Users come by --user, as their passwords do by
// environment.
func Ferry(t testing.TB, cfg Config) *Server {
	t.Helper()
	return ferryAt(t, BuildFerry(t), cfg)
}

func ferryAt(t testing.TB, path string, cfg Config) *Server {
	t.Helper()
	cfg.fill(t)
	args, env := usersOf(cfg)
	pr := vsftpdLike(NameFerry, path, slices.Concat([]string{"serve"}, args), cfg)
	pr.env = env
	return pr.start(t, cfg)
}

// usersOf are the arguments and the environment by which users come.
func usersOf(cfg Config) (args, env []string) {
	for _, name := range slices.Sorted(maps.Keys(cfg.Users)) {
		args = append(args, "--user", name)
		env = append(env, "FERRY_PASSWORD_"+name+"="+cfg.Users[name])
	}
	return args, env
}

// FerryDir starts `ferry serve --dir`, with no configuration file: read-only or
// with --write, and with cfg.Options as further "-oname=value" arguments.
func FerryDir(t testing.TB, cfg Config) *Server {
	t.Helper()
	path := BuildFerry(t)
	cfg.fill(t)
	return program{name: NameFerry, path: path, setup: func(_ string, listen *net.TCPAddr) ([]string, error) {
		args := []string{
			"serve", "--dir", cfg.Root,
			"--listen", net.JoinHostPort(listen.IP.String(), strconv.Itoa(listen.Port)),
			"--passive-ports", strconv.Itoa(minPassivePort) + "-" + strconv.Itoa(maxPassivePort),
		}
		if cfg.Write {
			args = append(args, "--write")
		}
		if len(cfg.Users) > 0 {
			return nil, errors.New("users are for Ferry")
		}
		for _, o := range cfg.Options {
			args = append(args, "-o"+o)
		}
		return args, nil
	}}.start(t, cfg)
}
