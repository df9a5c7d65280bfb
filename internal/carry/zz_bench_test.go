package carry

import (
	"os"
	"strconv"
	"testing"

	"ferry/ftpclient"
)

func BenchmarkSmall(b *testing.B) {
	addr := os.Getenv("BADDR")
	if addr == "" {
		b.Skip()
	}
	n, _ := strconv.Atoi(os.Getenv("BN"))
	for b.Loop() {
		pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, Size: n})
		j := &Job{Pool: pool, Recursive: true, Parallel: n, Event: func(Event) {}}
		if err := j.Download(b.Context(), "small/", b.TempDir()); err != nil {
			b.Fatal(err)
		}
		pool.Close()
	}
}
