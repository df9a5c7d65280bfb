package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// What is carried.
const (
	bigSize   = 1 << 30
	smallSize = 4 << 10
	treeSize  = 100
)

// amount is what a tree holds.
type amount struct {
	files int
	bytes int64
}

var (
	big   = amount{1, bigSize}
	small = amount{2_000, 2_000 * smallSize}
	tree  = amount{10_000, 10_000 * treeSize}
)

// makeTrees makes the files that the servers have.
func makeTrees(root string) error {
	if err := os.MkdirAll(filepath.Join(root, "up"), 0o777); err != nil {
		return err
	}
	random := rand.NewChaCha8([32]byte{})
	chunk := make([]byte, 1<<20)
	_, _ = random.Read(chunk) // never fails
	f, err := os.Create(filepath.Join(root, "big"))
	if err != nil {
		return err
	}
	for range bigSize / len(chunk) {
		if _, err := f.Write(chunk); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := makeTree(filepath.Join(root, "small"), 20, 100, chunk[:smallSize]); err != nil {
		return err
	}
	return makeTree(filepath.Join(root, "tree"), 100, 100, bytes.Repeat([]byte("."), treeSize))
}

func makeTree(root string, folders, files int, content []byte) error {
	for i := range folders {
		folder := filepath.Join(root, fmt.Sprintf("d%03d", i))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			return err
		}
		for k := range files {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("f%03d", k)), content, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// count says what is below a folder.
func count(root string) (amount, error) {
	var a amount
	err := filepath.WalkDir(root, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		a.files++
		a.bytes += info.Size()
		return nil
	})
	return a, err
}
