package interop_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"ferry/internal/peers"
)

// largeSize is the size of the one large file: many times every buffer and
// window between the two ends.
const largeSize = 64 << 20

// sample is one file of the matrix.
type sample struct {
	label string // heading of its column
	name  string
	size  int64
}

// samples are the files that every client carries in every mode: no byte, one
// byte, a size that no buffer divides, names with spaces and in Chinese, and a
// large one.
var samples = []sample{
	{"0", "empty.bin", 0},
	{"1", "one.bin", 1},
	{"4K+3", "odd.bin", 4<<10 + 3},
	{"spaces", "a name  with spaces.bin", 300},
	{"chinese", "季度 报告（终稿）.bin", 300},
	{"64M", "large.bin", largeSize},
}

// onlySmall is an option of run that leaves out the large file.
func onlySmall(s sample) bool { return s.size < largeSize }

// digest is the SHA-256 of a file.
type digest [sha256.Size]byte

// makeSamples writes the files to dir and returns their digests by name. The
// bytes are the same in each run and hold every value, CR and LF included.
func makeSamples(t *testing.T, dir string, files []sample) map[string]digest {
	t.Helper()
	sums := make(map[string]digest)
	for _, f := range files {
		sum, err := writeRandom(filepath.Join(dir, f.name), f.size)
		if err != nil {
			t.Fatal(err)
		}
		sums[f.name] = sum
	}
	return sums
}

// writeRandom writes size bytes that cannot be compressed, readable by all.
func writeRandom(name string, size int64) (sum digest, err error) {
	f, err := os.Create(name)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	seed := [32]byte{byte(size), byte(size >> 8), byte(size >> 16), byte(size >> 24)}
	if _, err := io.CopyN(io.MultiWriter(f, h), rand.NewChaCha8(seed), size); err != nil {
		return sum, err
	}
	if err := f.Chmod(0o644); err != nil { // whatever the umask
		return sum, err
	}
	return digest(h.Sum(nil)), nil
}

// sumFile is the digest of a file, and its size for messages.
func sumFile(name string) (sum digest, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, 0, err
	}
	defer func() { _ = f.Close() }() // only read from
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return sum, size, fmt.Errorf("%s: %w", name, err)
	}
	return digest(h.Sum(nil)), size, nil
}

// compare checks that a file is the sample.
func compare(name string, want digest, size int64) error {
	sum, n, err := sumFile(name)
	switch {
	case err != nil:
		return err
	case n != size:
		return fmt.Errorf("%d bytes arrived of %d", n, size)
	case sum != want:
		return fmt.Errorf("%d bytes arrived, but not the same: SHA-256 %x, want %x", n, sum, want)
	}
	return nil
}

// listedNames are the names that a listing of the root must have.
func listedNames(files []sample) []string {
	names := []string{peers.Incoming}
	for _, f := range files {
		names = append(names, f.name)
	}
	return names
}
