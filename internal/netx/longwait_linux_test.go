package netx

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"
	"time"
)

// TestLeavePoller has a connection wait for long, and then for an instant again and again: it goes
// to the runtime's poller and leaves it again, and what is set before holds after.
func TestLeavePoller(t *testing.T) {
	near, far := connected(t)
	for range 3 {
		waitIn(t, near, far)
		// It stays for companyStays after others have waited, as those of another test may have.
		for limit := time.Now().Add(10 * time.Second); inPoller(near); {
			if time.Now().After(limit) {
				t.Fatal("the poller keeps a connection that is quick")
			}
			exchange(t, near, far)
		}
	}
	if err := near.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := near.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d, %v", n, err)
	}
	if err := near.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	exchange(t, near, far)
	if err := near.Close(); err != nil {
		t.Error(err)
	}
	if n, err := far.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the peer of a connection that was closed: %d, %v", n, err)
	}
}

// TestStayInPoller takes a connection out of the poller that somebody waits in.
func TestStayInPoller(t *testing.T) {
	near, far := connected(t)
	got := startWaiting(t, near)
	near.mu.Lock()
	near.leavePoller()
	near.mu.Unlock()
	if !inPoller(near) {
		t.Error("a connection has left the poller that somebody waits in")
	}
	if _, err := far.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func connected(t *testing.T) (near, far *conn) {
	t.Helper()
	l, err := System{}.Listen(t.Context(), ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	c, err := System{}.Dial(t.Context(), DialConfig{Remote: netip.MustParseAddrPort(l.Addr().String())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return c.(*conn), a.(*conn)
}

// startWaiting reads a byte, and returns once that waits in the poller.
func startWaiting(t *testing.T, c *conn) <-chan error {
	t.Helper()
	got := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		got <- err
	}()
	for !usesPoller(c) {
		runtime.Gosched()
	}
	return got
}

// waitIn has near wait in the poller for a byte of far.
func waitIn(t *testing.T, near, far net.Conn) {
	t.Helper()
	got := startWaiting(t, near.(*conn))
	if _, err := far.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}

// exchange has near read a byte that far has sent while near was waiting, mostly.
func exchange(t *testing.T, near, far net.Conn) {
	t.Helper()
	got := make(chan error, 1)
	begun := make(chan struct{})
	go func() {
		close(begun)
		_, err := near.Read(make([]byte, 1))
		got <- err
	}()
	<-begun
	if _, err := far.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
}

func inPoller(c *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.poller.file != nil
}

func usesPoller(c *conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.poller.users > 0
}

// TestSpin asks a connection without input again and again, and one with some.
func TestSpin(t *testing.T) {
	near, far := connected(t)
	if spin(near.fd) {
		t.Error("there is nothing to read")
	}
	if _, err := far.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if !spin(near.fd) && runtime.NumCPU() > 1 {
		t.Error("there is something to read")
	}
}
