package progress

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/internal/carry"
)

// writes notes each write.
type writes struct {
	mu  sync.Mutex
	all []string
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, string(p))
	return len(p), nil
}

// take gives what was written since it was asked last.
func (w *writes) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.all
	w.all = nil
	return taken
}

// TestBatch wants the lines about files that are done in quick succession in one write, soon, and
// before whatever is said after them.
func TestBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		d := New(Config{Stdout: &out, Stderr: &out, Failures: true, Explain: error.Error, Status: func(error) int { return 7 }})
		done := func(name string) string {
			d.Event(download("done", name, 3, 3))
			return fmt.Sprintf("pub/%s -> %s  3 bytes in 2ms\n", name, name)
		}
		want := func(when string, want ...string) {
			t.Helper()
			if got := out.take(); !slices.Equal(got, want) {
				t.Errorf("%s: written %q, want %q", when, got, want)
			}
		}
		both := done("a") + done("b")
		time.Sleep(batchTime - time.Nanosecond)
		synctest.Wait()
		want("too early")
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		want("after a while", both)

		c := done("c")
		d.Event(carry.Event{Kind: "error", Remote: "pub/x", Local: "x", Total: 1, Err: errors.New("it broke")})
		want("a failure", c, "ferry: pub/x: it broke\n")
		c = done("d")
		_, _ = d.Stderr().Write([]byte("warning\n"))
		want("something else", c, "warning\n")

		c = done("q")
		d.Stderr().Pause()()
		want("a question", c)

		var all strings.Builder
		for i := 0; all.Len() < maxBatch; i++ {
			all.WriteString(done(fmt.Sprint(i)))
		}
		want("many", all.String())
		c = done("e")
		d.Close()
		want("the end", c)
		c = done("f")
		want("behind the end", c)
		time.Sleep(2 * batchTime)
		synctest.Wait()
		want("much later")
	})
}

// TestBatchOfObjects does so with objects.
func TestBatchOfObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out writes
		d := New(Config{Stdout: &out, Stderr: &out, JSON: true, Explain: error.Error, Status: func(error) int { return 7 }})
		d.Event(download("start", "a", 0, 3))
		d.Event(download("done", "a", 3, 3))
		if got := out.take(); got != nil {
			t.Errorf("at once: %q", got)
		}
		time.Sleep(batchTime)
		synctest.Wait()
		if got := out.take(); len(got) != 1 || strings.Count(got[0], "\n") != 2 {
			t.Errorf("soon: %q", got)
		}
		d.Event(download("start", "b", 0, 3))
		d.Close()
		if got := out.take(); len(got) != 1 || strings.Count(got[0], "\n") != 1 {
			t.Errorf("in the end: %q", got)
		}
	})
}
