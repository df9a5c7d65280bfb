package sys

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestTryLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	open := func() *os.File {
		t.Helper()
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	one, two := open(), open()
	err := TryLock(one)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := TryLock(one); err != nil {
		t.Errorf("the holder is refused its own lock: %v", err)
	}
	if err := TryLock(two); !errors.Is(err, ErrLocked) {
		t.Errorf("TryLock of a locked file = %v", err)
	}
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	if err := TryLock(two); err != nil {
		t.Errorf("TryLock after the lock is gone = %v", err)
	}
	if err := two.Close(); err != nil {
		t.Error(err)
	}
}
