package netx_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ferry/internal/netx"
)

var (
	serverAddr = netip.MustParseAddr("10.0.0.1")
	clientAddr = netip.MustParseAddr("10.0.0.2")
	port21     = netip.AddrPortFrom(serverAddr, 21)
)

// inMem runs f in a bubble, on a network with a server and a client.
func inMem(t *testing.T, f func(t *testing.T, m *netx.Mem, server, client *netx.Host)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMem()
		f(t, m, m.Host(serverAddr), m.Host(clientAddr))
	})
}

func memPair(t *testing.T, server, client *netx.Host) (c, s net.Conn) {
	t.Helper()
	b := body{server: server, client: client, addr: serverAddr}
	return b.pair(t)
}

// dialing starts a Dial and returns where its error will arrive.
func dialing(ctx context.Context, h *netx.Host, to netip.AddrPort) <-chan error {
	errs := make(chan error, 1)
	go func() {
		c, err := h.Dial(ctx, netx.DialConfig{Remote: to})
		if err == nil {
			err = c.Close()
		}
		errs <- err
	}()
	return errs
}

func TestMemLongDeadlines(t *testing.T) {
	inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
		m.SetBuffer(10)
		c, s := memPair(t, server, client)
		start := time.Now()
		_ = c.SetReadDeadline(start.Add(5 * time.Minute))
		_, err := c.Read(make([]byte, 1))
		wantErr(t, err, os.ErrDeadlineExceeded)
		if d := time.Since(start); d != 5*time.Minute {
			t.Errorf("read waited %v", d)
		}
		_ = c.SetWriteDeadline(start.Add(time.Hour))
		n, err := c.Write([]byte("hello, world"))
		wantErr(t, err, os.ErrDeadlineExceeded)
		if d := time.Since(start); d != time.Hour || n != 10 {
			t.Errorf("write waited %v, wrote %d", d, n)
		}
		_, err = c.Write(nil)
		wantErr(t, err, os.ErrDeadlineExceeded)
		_ = c.SetWriteDeadline(time.Time{})
		closeNow(t, c)
		readAll(t, s, "hello, wor")
	})
}

func TestMemDeadlineMovedWhileWaiting(t *testing.T) {
	inMem(t, func(t *testing.T, _ *netx.Mem, server, client *netx.Host) {
		c, _ := memPair(t, server, client)
		start := time.Now()
		_ = c.SetReadDeadline(start.Add(time.Minute))
		done := make(chan error)
		go func() {
			_, err := c.Read(make([]byte, 1))
			done <- err
		}()
		synctest.Wait()
		_ = c.SetReadDeadline(start.Add(time.Hour)) // later: the first must not fire
		wantErr(t, <-done, os.ErrDeadlineExceeded)
		if d := time.Since(start); d != time.Hour {
			t.Errorf("read waited %v", d)
		}
	})
}

func TestMemWritesAreNotMixed(t *testing.T) {
	inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
		m.SetBuffer(3)
		c, s := memPair(t, server, client)
		const size = 1000
		done := make(chan error)
		for _, b := range []string{"a", "b"} {
			go func() {
				_, err := c.Write(bytes.Repeat([]byte(b), size))
				done <- err
			}()
		}
		got := make([]byte, 2*size)
		if _, err := io.ReadFull(s, got); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		first := bytes.Repeat(got[:1], size)
		second := bytes.Repeat(got[size:size+1], size)
		if !bytes.Equal(got, append(first, second...)) || got[0] == got[size] {
			t.Errorf("mixed: %q", got)
		}
	})
}

// TestMemSecondWriterWaitsDurably would hang if a writer that waits for its
// turn kept the fake clock from going on.
func TestMemSecondWriterWaitsDurably(t *testing.T) {
	inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
		m.SetBuffer(1)
		c, _ := memPair(t, server, client)
		_ = c.SetWriteDeadline(time.Now().Add(time.Minute))
		done := make(chan error)
		for range 3 {
			go func() {
				_, err := c.Write([]byte("xx"))
				done <- err
			}()
		}
		for range 3 {
			wantErr(t, <-done, os.ErrDeadlineExceeded)
		}
	})
}

func TestMemPeerEndsWaitingWriter(t *testing.T) {
	for name, end := range map[string]func(net.Conn) error{"close": net.Conn.Close, "abort": netx.Abort} {
		t.Run(name, func(t *testing.T) {
			inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
				m.SetBuffer(5)
				c, s := memPair(t, server, client)
				done := make(chan error)
				go func() {
					n, err := c.Write(make([]byte, 12))
					if n != 5 {
						t.Errorf("wrote %d", n)
					}
					done <- err
				}()
				synctest.Wait()
				if err := end(s); err != nil {
					t.Fatal(err)
				}
				wantErr(t, <-done, syscall.ECONNRESET)
			})
		})
	}
}

func TestMemFirstWriteAfterPeerClosed(t *testing.T) {
	inMem(t, func(t *testing.T, _ *netx.Mem, server, client *netx.Host) {
		c, s := memPair(t, server, client)
		send(t, s, "bye")
		closeNow(t, s)
		_, err := c.Write([]byte("x"))
		wantErr(t, err, syscall.EPIPE)
		_ = c.SetWriteDeadline(time.Now()) // no error while the end itself is open
		readAll(t, c, "bye")
	})
}

func TestMemDrop(t *testing.T) {
	rules := map[string]func(m *netx.Mem) func(){
		"from":      func(m *netx.Mem) func() { return m.Drop(clientAddr, netip.Addr{}) },
		"to":        func(m *netx.Mem) func() { return m.Drop(netip.Addr{}, serverAddr) },
		"from, to":  func(m *netx.Mem) func() { return m.Drop(clientAddr, serverAddr) },
		"all":       func(m *netx.Mem) func() { return m.Drop(netip.Addr{}, netip.Addr{}) },
		"predicate": func(m *netx.Mem) func() { return m.DropFunc(func(_, to netip.AddrPort) bool { return to == port21 }) },
	}
	for name, drop := range rules {
		t.Run(name, func(t *testing.T) {
			inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
				l := listenAt(t, server, netx.ListenConfig{Addr: port21})
				remove := drop(m)
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				err := <-dialing(ctx, client, port21)
				wantErr(t, err, context.DeadlineExceeded)
				if f := netx.Classify(err); f != netx.Timeout || time.Since(start) != 30*time.Second {
					t.Errorf("%v (%v) after %v", err, f, time.Since(start))
				}
				// One that hangs goes on when the way is free.
				errs := dialing(t.Context(), client, port21)
				synctest.Wait()
				remove()
				if err := <-errs; err != nil {
					t.Error(err)
				}
				remove() // again: nothing
				closeNow(t, l)
			})
		})
	}
}

func TestMemDropIsOneWay(t *testing.T) {
	inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
		m.Drop(serverAddr, clientAddr)
		c, s := memPair(t, server, client)
		send(t, s, "hello") // what exists goes on
		closeNow(t, s)
		readAll(t, c, "hello")
	})
}

func TestMemBacklog(t *testing.T) {
	inMem(t, func(t *testing.T, _ *netx.Mem, server, client *netx.Host) {
		l := listenAt(t, server, netx.ListenConfig{Addr: port21})
		var waiting []net.Conn
		for {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			c, err := client.Dial(ctx, netx.DialConfig{Remote: port21})
			cancel()
			if err != nil {
				wantErr(t, err, context.DeadlineExceeded)
				break
			}
			waiting = append(waiting, c)
		}
		if len(waiting) < 10 {
			t.Errorf("only %d connections wait", len(waiting))
		}
		errs := dialing(t.Context(), client, port21)
		synctest.Wait()
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		if netx.RemoteAddrPort(c) != netx.LocalAddrPort(waiting[0]) {
			t.Error("not accepted in order")
		}
		if err := <-errs; err != nil {
			t.Errorf("dial after an accept: %v", err)
		}
		closeNow(t, c)
		refused := dialing(t.Context(), client, port21)
		synctest.Wait()
		closeNow(t, l)
		wantErr(t, <-refused, syscall.ECONNREFUSED)
		for _, c := range waiting[1:] {
			_, err := c.Read(make([]byte, 1))
			wantErr(t, err, syscall.ECONNRESET)
			closeNow(t, c)
		}
	})
}

func TestMemPrivilege(t *testing.T) {
	inMem(t, func(t *testing.T, m *netx.Mem, server, client *netx.Host) {
		port20 := netip.AddrPortFrom(clientAddr, 20)
		listenAt(t, server, netx.ListenConfig{Addr: port21})
		m.Privileged(client, false)
		for _, p := range []uint16{1, 20, 1023} {
			at := netip.AddrPortFrom(clientAddr, p)
			_, err := client.Dial(t.Context(), netx.DialConfig{Remote: port21, Local: at, ReuseAddr: true})
			wantFailure(t, err, syscall.EACCES, netx.Permission)
			_, err = client.Listen(t.Context(), netx.ListenConfig{Addr: at})
			wantFailure(t, err, syscall.EACCES, netx.Permission)
			wantFailure(t, client.ProbePort(at), syscall.EACCES, netx.Permission)
		}
		if err := client.ProbePort(netip.AddrPortFrom(clientAddr, 1024)); err != nil {
			t.Errorf("port 1024: %v", err)
		}
		m.Privileged(client, true)
		c, err := client.Dial(t.Context(), netx.DialConfig{Remote: port21, Local: port20})
		if err != nil || netx.LocalAddrPort(c) != port20 {
			t.Fatalf("dial from port 20: %v", err)
		}
		closeNow(t, c)
	})
}

func TestMemPortsAreDeterministic(t *testing.T) {
	ports := func() (got []uint16) {
		inMem(t, func(t *testing.T, _ *netx.Mem, server, client *netx.Host) {
			l := listenAt(t, server, netx.ListenConfig{Addr: netip.AddrPortFrom(serverAddr, 0)})
			got = append(got, addrOf(l).Port())
			for range 3 {
				c, err := client.Dial(t.Context(), netx.DialConfig{Remote: addrOf(l)})
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, netx.LocalAddrPort(c).Port())
				closeNow(t, c)
			}
		})
		return got
	}
	a, z := ports(), ports()
	for i := range a {
		if a[i] != z[i] || a[i] < 1024 || i > 1 && a[i] == a[i-1] {
			t.Errorf("ports %v and %v", a, z)
		}
	}
}

func TestMemRoutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMem()
		addr := netip.MustParseAddr
		server := m.Host(addr("10.0.0.1"), addr("10.0.0.9"), addr("2001:db8::1"), addr("fe80::1%eth0"))
		client := m.Host(addr("10.0.0.2"), addr("fe80::2%en0"))
		for _, a := range []string{"0.0.0.0", "::"} {
			listenAt(t, server, netx.ListenConfig{Addr: netip.AddrPortFrom(addr(a), 21), V6Only: true})
		}
		tests := []struct {
			host     *netx.Host
			local    string
			to       string
			from, at string // as the client and the server see the client and the server
			want     error
		}{
			{client, "", "10.0.0.1", "10.0.0.2", "10.0.0.1", nil},
			{client, "", "::ffff:10.0.0.9", "10.0.0.2", "10.0.0.9", nil},
			{server, "", "10.0.0.9", "10.0.0.9", "10.0.0.9", nil},
			{server, "10.0.0.1", "10.0.0.9", "10.0.0.1", "10.0.0.9", nil},
			{server, "", "127.0.0.7", "127.0.0.1", "127.0.0.7", nil},
			{server, "", "::", "::1", "::1", nil},
			{client, "", "fe80::1%en0", "fe80::2%eth0", "fe80::1%eth0", nil},
			{client, "fe80::2%en0", "fe80::1", "fe80::2%eth0", "fe80::1%eth0", nil},
			{client, "", "2001:db8::1", "", "", syscall.ENETUNREACH},
			{client, "", "10.0.0.3", "", "", syscall.EHOSTUNREACH},
			{client, "", "127.0.0.1", "", "", syscall.ECONNREFUSED},
			{client, "127.0.0.1", "10.0.0.1", "", "", syscall.EINVAL},
			{client, "10.0.0.1", "10.0.0.1", "", "", syscall.EADDRNOTAVAIL},
		}
		for _, tt := range tests {
			cfg := netx.DialConfig{Remote: netip.AddrPortFrom(addr(tt.to), 21)}
			if tt.local != "" {
				cfg.Local = netip.AddrPortFrom(addr(tt.local), 0)
			}
			c, err := tt.host.Dial(t.Context(), cfg)
			if tt.want != nil {
				wantErr(t, err, tt.want)
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", tt.to, err)
				continue
			}
			if got := netx.LocalAddrPort(c).Addr().WithZone(""); got != addr(tt.from).WithZone("") {
				t.Errorf("%s: from %v, want %s", tt.to, got, tt.from)
			}
			closeNow(t, c)
		}
	})
}

func TestMemAcceptedZone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := netx.NewMem()
		addr := netip.MustParseAddr
		server, client := m.Host(addr("fe80::1%eth0")), m.Host(addr("fe80::2%en0"))
		b := body{server: server, client: client, addr: addr("fe80::1%eth0")}
		l := b.listen(t)
		to := netip.AddrPortFrom(addr("fe80::1%en0"), addrOf(l).Port())
		c, s := b.dial(t, l, netx.DialConfig{Remote: to})
		if got := netx.RemoteAddrPort(s).Addr(); got != addr("fe80::2%eth0") {
			t.Errorf("server sees %v", got)
		}
		if got := netx.LocalAddrPort(c).Addr(); got != addr("fe80::2%en0") {
			t.Errorf("client is %v", got)
		}
	})
}

// TestMemTupleIsFreed checks that a pair of addresses is held until both ends
// are closed, and not longer.
func TestMemTupleIsFreed(t *testing.T) {
	inMem(t, func(t *testing.T, _ *netx.Mem, server, client *netx.Host) {
		b := body{server: server, client: client, addr: serverAddr}
		l := b.listen(t)
		cfg := netx.DialConfig{Remote: addrOf(l), Local: netip.AddrPortFrom(clientAddr, 20), ReuseAddr: true}
		for range 3 {
			c, s := b.dial(t, l, cfg)
			closeNow(t, c)
			_, err := client.Dial(t.Context(), cfg)
			wantFailure(t, err, syscall.EADDRNOTAVAIL, netx.AddrNotAvail)
			closeNow(t, s)
		}
		// The other way round it is the same pair.
		b.dial(t, l, cfg)
		back := listenAt(t, client, netx.ListenConfig{Addr: cfg.Local})
		closeNow(t, l)
		_, err := server.Dial(t.Context(), netx.DialConfig{Remote: addrOf(back), Local: cfg.Remote, ReuseAddr: true})
		wantFailure(t, err, syscall.EADDRNOTAVAIL, netx.AddrNotAvail)
	})
}

func TestMemHostTwice(t *testing.T) {
	m := netx.NewMem()
	m.Host(serverAddr)
	for _, a := range []netip.Addr{serverAddr, {}, netip.IPv4Unspecified(), netip.MustParseAddr("::ffff:10.0.0.1")} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a host with %v was made", a)
				}
			}()
			m.Host(a)
		}()
	}
}
