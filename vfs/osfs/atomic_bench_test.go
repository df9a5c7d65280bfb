package osfs

import (
	"fmt"
	"os"
	"testing"

	"ferry/vfs"
)

// BenchmarkUpload4K stores small files, in memory and on the disk of the temporary
// directory, new ones and one that is replaced.
func BenchmarkUpload4K(b *testing.B) {
	content := make([]byte, 4<<10)
	for _, place := range []string{"/dev/shm", os.TempDir()} {
		for _, atomic := range []bool{false, true} {
			for _, again := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/atomic=%v/replaced=%v", place, atomic, again), func(b *testing.B) {
					dir, err := os.MkdirTemp(place, "bench") //nolint:usetesting // in that place
					if err != nil {
						b.Skip(err)
					}
					defer func() { _ = os.RemoveAll(dir) }()
					s, err := New(dir, Options{})
					if err != nil {
						b.Fatal(err)
					}
					defer func() { _ = s.Close() }()
					for i := 0; b.Loop(); i++ {
						name := "/f"
						if !again {
							name = fmt.Sprintf("/%d", i)
						}
						w, err := s.Create(b.Context(), name, vfs.CreateOptions{Atomic: atomic, Lock: true, Perm: 0o644})
						if err != nil {
							b.Fatal(err)
						}
						if _, err := w.Write(content); err != nil {
							b.Fatal(err)
						}
						if err := w.Commit(b.Context()); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
