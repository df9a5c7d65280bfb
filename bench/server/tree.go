package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
)

// bench is one run of everything.
type bench struct {
	*options
	figures *figures
	memory  string // our folder in memory
	store   string // our folder on a disk
	cert    string // certificate and key in one file
}

const (
	bigSize   = 1 << 30
	smallSize = 4096
	listFiles = 10_000
)

// root is what the servers serve.
func (b *bench) root() string { return filepath.Join(b.memory, "root") }

// diskRoot is what they serve where uploads go to a disk.
func (b *bench) diskRoot() string { return filepath.Join(b.store, "root") }

// removeTree removes all that makeTree has made, also after half of it.
func (b *bench) removeTree() {
	for _, dir := range []string{b.memory, b.store} {
		if dir != "" {
			if err := os.RemoveAll(dir); err != nil {
				fmt.Fprintln(os.Stderr, "bench:", err)
			}
		}
	}
}

// makeTree makes what is downloaded and listed. All of it is readable by all, and
// incoming/ is writable, as the servers run as different users.
func (b *bench) makeTree(ctx context.Context) (err error) {
	if b.memory, err = os.MkdirTemp(b.dir, "ferry-bench-"); err != nil {
		return err
	}
	if b.store, err = os.MkdirTemp(b.disk, "ferry-bench-"); err != nil {
		return err
	}
	many := filepath.Join(b.root(), "many")
	for dir, mode := range map[string]os.FileMode{
		b.memory: 0o755, b.store: 0o755, b.root(): 0o755, b.diskRoot(): 0o755, many: 0o755,
		filepath.Join(b.root(), "incoming"): 0o777, filepath.Join(b.diskRoot(), "incoming"): 0o777,
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(dir, mode); err != nil { // whatever the umask is
			return err
		}
	}
	chunk := make([]byte, 1<<20)
	if _, err := rand.Read(chunk); err != nil {
		return err
	}
	if err := writeBig(ctx, filepath.Join(b.root(), "big"), chunk); err != nil {
		return err
	}
	for i := range smallFiles {
		if err := os.WriteFile(filepath.Join(b.root(), smallName(i)), chunk[:smallSize], 0o644); err != nil {
			return err
		}
	}
	for i := range listFiles {
		if err := os.WriteFile(filepath.Join(many, listName(i)), chunk[:i%32], 0o644); err != nil {
			return err
		}
	}
	return b.makeCertificate()
}

// writeBig writes a file of bigSize out of chunks.
func writeBig(ctx context.Context, name string, chunk []byte) error {
	big, err := os.Create(name)
	if err != nil {
		return err
	}
	for range bigSize / len(chunk) {
		if err = ctx.Err(); err != nil {
			break
		}
		if _, err = big.Write(chunk); err != nil {
			break
		}
	}
	if closed := big.Close(); err == nil {
		err = closed
	}
	return err
}

// smallFiles is how many small files the workers share among them.
const smallFiles = 16

func smallName(i int) string { return fmt.Sprintf("small%d", i%smallFiles) }

func listName(i int) string { return fmt.Sprintf("file-with-a-usual-name-%07d.dat", i) }
