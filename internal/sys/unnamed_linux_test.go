package sys

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestUnnamed makes a file that gets its name later, once.
func TestUnnamed(t *testing.T) {
	name := t.TempDir()
	dir, err := OpenDirPath(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = Close(dir) }()
	fd, err := OpenUnnamed(dir, 0o640)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "unnamed")
	defer func() { _ = file.Close() }()
	if _, err := file.WriteString("content"); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(name); err != nil || len(entries) > 0 {
		t.Errorf("there are %v, %v", entries, err)
	}
	if err := os.WriteFile(filepath.Join(name, "taken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := LinkUnnamed(fd, dir, "taken"); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := errors.Join(LinkUnnamed(fd, dir, "f"), Fsync(fd), SyncFS(fd)); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(name, "f")); string(content) != "content" || err != nil {
		t.Errorf("it holds %q, %v", content, err)
	}
	if err := RenameatNew(dir, "f", dir, "taken"); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("renamed to a name that is taken: %v", err)
	}
	if err := Linkat(dir, "f", dir, "taken"); !errors.Is(err, syscall.EEXIST) {
		t.Errorf("linked to a name that is taken: %v", err)
	}
	if err := RenameatNew(dir, "f", dir, "g"); err != nil {
		t.Error(err)
	}
	if err := Linkat(dir, "g", dir, "f"); err != nil {
		t.Error(err)
	}
}

// TestClone shares content, or says that it cannot.
func TestClone(t *testing.T) {
	name := filepath.Join(t.TempDir(), "src")
	if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	dst, err := os.Create(name + "2")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = dst.Close() }()
	err = Clone(dst, src)
	if errors.Is(err, errors.ErrUnsupported) {
		return // most file systems
	}
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(name + "2"); string(content) != "content" || err != nil {
		t.Errorf("it holds %q, %v", content, err)
	}
}
