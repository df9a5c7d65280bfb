package progress

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"ferry/internal/carry"
)

// BenchmarkSmallFiles is what the events of a small file cost, on a terminal and
// elsewhere.
func BenchmarkSmallFiles(b *testing.B) {
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprint("f", i))
	}
	for name, cfg := range map[string]Config{"lines": {}, "objects": {JSON: true}, "rows": {}} {
		b.Run(name, func(b *testing.B) {
			cfg.Stdout, cfg.Stderr, cfg.Explain = io.Discard, io.Discard, error.Error
			var s screen
			if name == "rows" {
				var out bytes.Buffer
				s = newBars(&out, func() (int, int) { out.Reset(); return 80, 24 })
			}
			d := newDisplay(cfg, s, true, time.Now)
			if s != nil {
				go d.keepDrawing()
			}
			defer d.Close()
			b.ReportAllocs()
			for i := range b.N {
				e := carry.Event{Kind: "start", Remote: names[i%1000], Local: names[i%1000], Total: 10}
				d.Event(e)
				e.Kind, e.Bytes = "progress", 10
				d.Event(e)
				e.Kind = "done"
				d.Event(e)
			}
		})
	}
}
