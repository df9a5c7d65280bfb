package sandbox_test

import (
	"os"
	"path/filepath"
	"testing"

	"ferry/internal/peers"
)

// BenchmarkRetrieve retrieves a file of 4 KiB, in a directory five levels deep,
// from a real server with and without Landlock, which is asked at each open.
func BenchmarkRetrieve(b *testing.B) {
	for _, landlock := range []string{"NO", "YES"} {
		b.Run("landlock="+landlock, func(b *testing.B) {
			s := peers.Ferry(b, peers.Config{Options: []string{"landlock_enable=" + landlock, "idle_session_timeout=0"}})
			const dir = "a/b/c/d/e"
			if err := os.MkdirAll(filepath.Join(s.Root, dir), 0o755); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(s.Root, dir, "file"), make([]byte, 4<<10), 0o644); err != nil {
				b.Fatal(err)
			}
			c := login(b, s)
			b.SetBytes(4 << 10)
			for b.Loop() {
				c.passive("RETR "+dir+"/file", "")
			}
		})
	}
}
