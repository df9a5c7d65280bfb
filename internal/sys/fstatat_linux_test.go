package sys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLstatat asks for names of all lengths, and for some that cannot be.
func TestLstatat(t *testing.T) {
	root := t.TempDir()
	dir, err := unix.Open(root, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(dir) }()
	for n := 1; n <= 255; n++ {
		name := strings.Repeat("n", n)
		if err := os.WriteFile(filepath.Join(root, name), make([]byte, n), 0o600); err != nil {
			t.Fatal(err)
		}
		if st, err := Lstatat(dir, name); err != nil || st.Size != int64(n) || st.Mode != 0o600 {
			t.Errorf("a name of %d bytes: %+v, %v", n, st, err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	if st, err := Lstatat(dir, "link"); err != nil || st.Mode.Type() != fs.ModeSymlink {
		t.Errorf("a link: %+v, %v", st, err)
	}
	for name, want := range map[string]error{
		"gone": fs.ErrNotExist, "": fs.ErrNotExist, "link\x00": unix.EINVAL, "n/x": unix.ENOTDIR,
		strings.Repeat("n", 256): unix.ENAMETOOLONG,
	} {
		if _, err := Lstatat(dir, name); !errors.Is(err, want) {
			t.Errorf("%q: %v, not %v", name, err, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = Lstatat(dir, "n") }); n != 0 && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") {
		t.Errorf("%v allocations", n)
	}
}
