package netx_test

import (
	"bufio"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"ferry/internal/netx"
)

// At the urgent mark, Linux answers a read with EAGAIN while a signal is
// pending, although input waits, and no event follows that would wake the
// reader. The runtime signals its threads all the time.
func TestInlineUrgentUnderSignals(t *testing.T) {
	client, conn := systemPair(t, false)
	server, err := netx.InlineUrgent(conn)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				_ = syscall.Kill(os.Getpid(), syscall.SIGURG)
				runtime.Gosched()
			}
		}
	}()
	defer func() { close(stop); <-done }()

	in := bufio.NewReader(server)
	for i := range 20_000 {
		onSocket(t, client, func(fd int) error {
			return syscall.Sendto(fd, []byte("\xff\xf4\xff\xf2"), syscall.MSG_OOB, nil)
		})
		send(t, client, "ABOR\n")
		_ = server.SetReadDeadline(time.Now().Add(20 * time.Second))
		if line, err := in.ReadString('\n'); line != "\xff\xf4\xff\xf2ABOR\n" {
			t.Fatalf("%d: %q, %v", i, line, err)
		}
	}
}
