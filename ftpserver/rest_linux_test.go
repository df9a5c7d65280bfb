package ftpserver

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"ferry/internal/netx"
	"ferry/vfs/memfs"
)

// TestRestingStack holds sessions that rest to the stack that a goroutine is born with: one call more
// on it, and each of them needs twice as much.
func TestRestingStack(t *testing.T) {
	const sessions, most = 400, 3 << 10
	const fixed = "adaptivestackstart=0" // or the runtime begins with what others have needed
	if os.Getenv("GODEBUG") != fixed {
		program, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestRestingStack$", "-test.v")
		cmd.Env = append(os.Environ(), "GODEBUG="+fixed)
		if said, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
		return
	}
	srv := &Server{Accounts: anybody{memfs.New()}, Policy: DefaultPolicy()}
	l, err := netx.System{}.Listen(t.Context(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() {
		_ = srv.Close()
		if err := <-served; !errors.Is(err, ErrServerClosed) {
			t.Error(err)
		}
	}()
	stacks := func() uint64 {
		for range 3 { // the stacks of those that are over go back
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.StackInuse
	}
	before := stacks()
	for range sessions {
		c := newPlainClient(t, l.Addr().String())
		c.do("USER u", "331")
		c.do("PASS p", "230")
	}
	all := make([]byte, 16<<20)
	for began := time.Now(); ; runtime.Gosched() {
		text := all[:runtime.Stack(all, true)]
		if bytes.Count(text, []byte("ftpserver.(*Server).rest(")) == sessions {
			break
		}
		if time.Since(began) > 30*time.Second {
			t.Fatalf("they do not rest:\n%.4000s", text)
		}
	}
	each := (stacks() - before) / sessions
	t.Logf("%d bytes of stack for each", each)
	if each > most && !raceEnabled { // the race detector needs stack of its own
		t.Errorf("%d bytes of stack for a session that rests, want at most %d", each, most)
	}
}
