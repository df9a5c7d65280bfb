package netx

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"
)

// pairs makes both ends of a connection, on the system and in memory.
func pairs(t *testing.T) map[string][2]net.Conn {
	t.Helper()
	host := NewMem().Host(netip.MustParseAddr("127.0.0.1"))
	all := make(map[string][2]net.Conn)
	for name, network := range map[string]Network{"system": System{}, "memory": host} {
		l, err := network.Listen(context.Background(), ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
		if err != nil {
			t.Fatal(err)
		}
		a, err := network.Dial(context.Background(), DialConfig{Remote: AddrPort(l.Addr())})
		if err != nil {
			t.Fatal(err)
		}
		b, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close(); _ = a.Close(); _ = b.Close() })
		all[name] = [2]net.Conn{a, b}
	}
	return all
}

func TestPeerClosed(t *testing.T) {
	for name, c := range pairs(t) {
		t.Run(name, func(t *testing.T) {
			if PeerClosed(c[0]) {
				t.Error("a connection that nobody closed is said to be closed")
			}
			if _, err := c[1].Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			if err := c[1].Close(); err != nil {
				t.Fatal(err)
			}
			var b [1]byte
			if _, err := io.ReadFull(c[0], b[:]); err != nil || b[0] != 'x' {
				t.Fatalf("read %q, %v", b, err)
			}
			if _, err := c[0].Read(b[:]); err == nil {
				t.Fatal("no end")
			}
			if !PeerClosed(c[0]) {
				t.Error("a connection that the peer closed is said to be open")
			}
		})
	}
}

func TestUnacked(t *testing.T) {
	for name, c := range pairs(t) {
		t.Run(name, func(t *testing.T) {
			before, ok := Unacked(c[0])
			if !ok {
				t.Skip("the system does not tell")
			}
			if before != 0 {
				t.Errorf("%d bytes before anything was written", before)
			}
			block := make([]byte, 1<<20)
			full := 0
			for full == 0 { // until nothing more fits: then some must wait, as nobody reads
				if err := c[0].SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				if _, err := c[0].Write(block); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Fatal(err)
				}
				full, _ = Unacked(c[0])
			}
			_ = c[1].SetReadDeadline(time.Now().Add(5 * time.Second))
			for now := full; now == full; now, _ = Unacked(c[0]) {
				if _, err := c[1].Read(block); err != nil {
					t.Fatalf("still %d after the peer read: %v", now, err)
				}
			}
		})
	}
}
