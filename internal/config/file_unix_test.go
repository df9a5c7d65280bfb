//go:build unix

package config

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReadFileWritable checks that root alone is careful about who can write.
func TestReadFileWritable(t *testing.T) {
	path := write(t, "listen=YES\n")
	if err := os.Chmod(path, 0o646); err != nil {
		t.Fatal(err)
	}
	if _, complaint := readFile(path, 0, false); complaint == nil || complaint.Cause != CauseFileWritable {
		t.Errorf("root reads a file of mode 0646: %v", complaint)
	}
	if text, complaint := readFile(path, 1000, false); complaint != nil || string(text) != "listen=YES\n" {
		t.Errorf("user 1000: %q, %v", text, complaint)
	}
}

// TestReadFilePipe checks that a pipe is refused at once, with nobody at its
// other end.
func TestReadFilePipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, complaint := readFile(path, 0, false); complaint == nil || complaint.Cause != CauseFileNotRegular {
		t.Errorf("a pipe: %v", complaint)
	}
}
