package dialogue

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Populate makes the script's tree in the folder root, which must exist. Times
// and permission bits are set last, so that nothing made later changes them.
func (s *Script) Populate(root string) error {
	for _, e := range s.tree {
		name := filepath.Join(root, filepath.FromSlash(e.name))
		dir := name
		if !e.dir {
			dir = filepath.Dir(name)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
		if e.dir {
			continue
		}
		if err := os.WriteFile(name, e.data, 0o600); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
	}
	for _, e := range s.tree {
		name := filepath.Join(root, filepath.FromSlash(e.name))
		if err := os.Chmod(name, e.mode); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
		if e.time.IsZero() {
			continue
		}
		if err := os.Chtimes(name, e.time, e.time); err != nil {
			return fmt.Errorf("dialogue: %w", err)
		}
	}
	return nil
}

// checkFile compares a file of the tree with what it must hold.
func checkFile(root, name, want string) error {
	got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	if !bytes.Equal(got, []byte(want)) {
		return fmt.Errorf("file %s holds %q, want %q", name, got, want)
	}
	return nil
}

// checkGone is an error if the tree has something of that name.
func checkGone(root, name string) error {
	_, err := os.Lstat(filepath.Join(root, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	default:
		return fmt.Errorf("file %s is there", name)
	}
}
