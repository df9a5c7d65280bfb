package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// BuildTests returns the path of a test binary of a package of this source (its
// import path less the module's), built without cgo, as ferry is. A test whose
// subject changes a whole process starts that one again as another process: the
// binary that it runs in may have been built with cgo, for the race detector.
func BuildTests(t testing.TB, room string) string {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(room)+".test")
	cmd := exec.Command("go", "test", "-c", "-o", path, "./"+room)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go test -c ./%s: %v\n%s", room, err, out)
	}
	return path
}
