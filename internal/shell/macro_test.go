package shell

import (
	"strings"
	"testing"
)

// TestMacros defines them, repeats them for each argument, and ends those that call
// themselves.
func TestMacros(t *testing.T) {
	s := &scripted{files: map[string]string{"a": "A", "b c": "BC"}}
	s.start(t)
	x := newTestShell(t, s, "macdef show\nsize $i\n\nmacdef self\n$self\n\n$show a \"b c\"\n$self\n$nobody\nmacdef\n")
	x.Shell.cfg.Macros = func(host string) map[string][]string {
		return map[string][]string{initMacro: {"size a", "# " + host}}
	}
	if status := x.run(t); status != 2 {
		t.Errorf("exit status %d", status)
	}
	if got := x.out.String(); !strings.HasPrefix(got, "connected to host without TLS, in /\na: 1 bytes\na: 1 bytes\nb c: 2 bytes\ninit\n") {
		t.Errorf("it says %q", got)
	}
	if got := x.complaints.String(); !strings.Contains(got, "calls itself") || !strings.Contains(got, "no macro") {
		t.Errorf("complaints: %q", got)
	}
}
