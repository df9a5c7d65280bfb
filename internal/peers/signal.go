package peers

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Signal sends the server a signal.
func (s *Server) Signal(sig os.Signal) error { return s.proc.cmd.Process.Signal(sig) }

// Await waits until the server has printed text.
func (s *Server) Await(t testing.TB, text string) {
	t.Helper()
	deadline := time.NewTimer(startLimit)
	defer deadline.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !strings.Contains(s.Output(), text) {
		select {
		case <-s.proc.done:
			t.Fatalf("%s ended before it printed %q:\n%s", s.Name, text, s.Output())
		case <-deadline.C:
			t.Fatalf("%s does not print %q, but\n%s", s.Name, text, s.Output())
		case <-look.C:
		}
	}
}
