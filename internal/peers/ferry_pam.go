package peers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// NameFerryPAM is ferry with its helper program for PAM beside it. Where a name
// stands for several, "ferry" includes it.
const NameFerryPAM = NameFerry + "+pam"

// withPAM is the folder that holds ferry and ferry-pam, made once.
var withPAM = struct {
	once sync.Once
	path string
	err  error
}{}

// FerryPAM is Ferry with ferry-pam beside the program, so that PAM checks the
// passwords of system users. What builds it is a script that finds PAM's headers.
func FerryPAM(t testing.TB, cfg Config) *Server {
	t.Helper()
	plain := BuildFerry(t)
	withPAM.once.Do(func() { withPAM.path, withPAM.err = buildFerryPAM(plain) })
	if withPAM.err != nil {
		missing(t, withPAM.err.Error())
	}
	return ferryAt(t, withPAM.path, cfg)
}

// buildFerryPAM makes the folder below that of the plain program.
func buildFerryPAM(plain string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(filepath.Dir(plain), "pam")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(dir, filepath.Base(plain))
	if err := os.Link(plain, path); err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(root, "scripts", "pam.sh"), "go", "-C", "pam", "build", "-o", filepath.Join(dir, "ferry-pam"), "./cmd/ferry-pam")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("ferry-pam cannot be built: %w\n%s", err, out)
	}
	return path, nil
}
