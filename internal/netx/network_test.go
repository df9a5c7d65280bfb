package netx_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"ferry/internal/netx"
)

// body is a network that the suite runs on: what the protocol tests rely on in
// memory must be what the system does.
type body struct {
	server, client netx.Network
	addr           netip.Addr // the server's
}

// foreign belongs to no host (RFC 5737).
var foreign = netip.MustParseAddr("192.0.2.77")

func eachBody(t *testing.T, f func(t *testing.T, b body)) {
	t.Helper()
	t.Run("system", func(t *testing.T) {
		f(t, body{netx.System{}, netx.System{}, netip.MustParseAddr("127.0.0.1")})
	})
	t.Run("system6", func(t *testing.T) {
		needIPv6(t)
		f(t, body{netx.System{}, netx.System{}, netip.IPv6Loopback()})
	})
	t.Run("mem", func(t *testing.T) {
		m := netx.NewMem()
		addr := netip.MustParseAddr("10.0.0.1")
		f(t, body{m.Host(addr), m.Host(netip.MustParseAddr("10.0.0.2")), addr})
	})
	t.Run("mem6", func(t *testing.T) {
		m := netx.NewMem()
		addr := netip.MustParseAddr("2001:db8::1")
		f(t, body{m.Host(addr), m.Host(netip.MustParseAddr("2001:db8::2")), addr})
	})
	t.Run("memloopback", func(t *testing.T) {
		h := netx.NewMem().Host()
		f(t, body{h, h, netip.MustParseAddr("127.0.0.1")})
	})
}

func needIPv6(t *testing.T) {
	t.Helper()
	l, err := netx.System{}.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(netip.IPv6Loopback(), 0)})
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	closeNow(t, l)
}

func closeNow(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
}

// listen listens at any free port until the test ends.
func (b body) listen(t *testing.T) net.Listener {
	t.Helper()
	return listenAt(t, b.server, netx.ListenConfig{Addr: netip.AddrPortFrom(b.addr, 0)})
}

func listenAt(t *testing.T, n netx.Network, cfg netx.ListenConfig) net.Listener {
	t.Helper()
	l, err := n.Listen(t.Context(), cfg)
	if err != nil {
		t.Fatalf("listen at %v: %v", cfg.Addr, err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func addrOf(l net.Listener) netip.AddrPort { return netx.AddrPort(l.Addr()) }

// dial connects and accepts; both ends are closed when the test ends.
func (b body) dial(t *testing.T, l net.Listener, cfg netx.DialConfig) (client, server net.Conn) {
	t.Helper()
	if !cfg.Remote.IsValid() {
		cfg.Remote = addrOf(l)
	}
	client, err := b.client.Dial(t.Context(), cfg)
	if err != nil {
		t.Fatalf("dial %+v: %v", cfg, err)
	}
	t.Cleanup(func() { _ = client.Close() })
	server, err = l.Accept()
	if err != nil {
		t.Fatalf("accept: %v", err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return client, server
}

func (b body) pair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	return b.dial(t, b.listen(t), netx.DialConfig{})
}

func wantErr(t *testing.T, err error, want ...error) {
	t.Helper()
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	t.Errorf("error %v, want %v", err, want)
}

func readAll(t *testing.T, c net.Conn, want string) {
	t.Helper()
	got, err := io.ReadAll(c)
	if err != nil || string(got) != want {
		t.Errorf("read %q, %v; want %q", got, err, want)
	}
}

func send(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if n, err := io.WriteString(c, s); n != len(s) || err != nil {
		t.Fatalf("write: %d, %v", n, err)
	}
}

func closeWrite(t *testing.T, c net.Conn) {
	t.Helper()
	if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Errorf("close write: %v", err)
	}
}

func TestBothDirectionsAtOnce(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, server := b.pair(t)
		data := make([]byte, 1<<20)
		_, _ = rand.Read(data)
		var wg sync.WaitGroup
		for _, c := range []net.Conn{client, server} {
			wg.Go(func() {
				if n, err := c.Write(data); n != len(data) || err != nil {
					t.Errorf("write: %d, %v", n, err)
				}
				closeWrite(t, c)
			})
			wg.Go(func() {
				got, err := io.ReadAll(c)
				if err != nil || !bytes.Equal(got, data) {
					t.Errorf("read %d bytes, %v; want the %d written", len(got), err, len(data))
				}
			})
		}
		wg.Wait()
	})
}

func TestAddressesOfBothEnds(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		client, server := b.dial(t, l, netx.DialConfig{})
		if got := netx.LocalAddrPort(server); got != addrOf(l) || got.Addr() != b.addr || got.Port() == 0 {
			t.Errorf("server's local address %v, listener at %v", got, addrOf(l))
		}
		if a, z := netx.RemoteAddrPort(client), netx.LocalAddrPort(server); a != z {
			t.Errorf("client dialled %v, server is %v", a, z)
		}
		if a, z := netx.LocalAddrPort(client), netx.RemoteAddrPort(server); a != z || a.Port() == 0 {
			t.Errorf("client is %v, server sees %v", a, z)
		}
		for _, c := range []net.Conn{client, server} {
			if _, ok := c.RemoteAddr().(*net.TCPAddr); !ok {
				t.Errorf("remote address is a %T", c.RemoteAddr())
			}
		}
	})
}

func TestHalfClose(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, server := b.pair(t)
		send(t, client, "request")
		closeWrite(t, client)
		readAll(t, server, "request")
		_, err := client.Write([]byte("more"))
		wantErr(t, err, syscall.EPIPE)
		send(t, server, "answer")
		closeNow(t, server)
		readAll(t, client, "answer")
	})
}

func TestWriteAfterPeerClosed(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, server := b.pair(t)
		closeNow(t, server)
		readAll(t, client, "")
		var err error
		for err == nil { // the system learns it from the answer to the first one
			_, err = client.Write([]byte("x"))
		}
		wantErr(t, err, syscall.EPIPE, syscall.ECONNRESET)
	})
}

func TestAbort(t *testing.T) {
	wrap := map[string]func(net.Conn) net.Conn{
		"plain":   func(c net.Conn) net.Conn { return c },
		"wrapped": func(c net.Conn) net.Conn { return over{c} },
	}
	for name, w := range wrap {
		t.Run(name, func(t *testing.T) {
			eachBody(t, func(t *testing.T, b body) {
				client, server := b.pair(t)
				send(t, server, "part")
				buf := make([]byte, 4)
				if _, err := io.ReadFull(client, buf); err != nil {
					t.Fatal(err)
				}
				if err := netx.Abort(w(server)); err != nil {
					t.Errorf("abort: %v", err)
				}
				_, err := client.Read(buf)
				wantErr(t, err, syscall.ECONNRESET)
				_, err = server.Read(buf)
				wantErr(t, err, net.ErrClosed)
			})
		})
	}
}

// over is a connection over another one, as TLS is. What it does not show, it hides.
type over struct{ c net.Conn }

func (o over) NetConn() net.Conn                { return o.c }
func (o over) Read(p []byte) (int, error)       { return o.c.Read(p) }
func (o over) Write(p []byte) (int, error)      { return o.c.Write(p) }
func (o over) Close() error                     { return o.c.Close() }
func (o over) LocalAddr() net.Addr              { return o.c.LocalAddr() }
func (o over) RemoteAddr() net.Addr             { return o.c.RemoteAddr() }
func (o over) SetDeadline(t time.Time) error    { return o.c.SetDeadline(t) }
func (o over) SetReadDeadline(time.Time) error  { return nil }
func (o over) SetWriteDeadline(time.Time) error { return nil }

func TestAbortOfPipeCloses(t *testing.T) {
	a, z := net.Pipe()
	if err := netx.Abort(a); err != nil {
		t.Errorf("abort: %v", err)
	}
	_, err := z.Read(make([]byte, 1))
	wantErr(t, err, io.EOF)
}

func TestCloseWithUnreadInputResets(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, server := b.pair(t)
		send(t, client, "two")
		if _, err := io.ReadFull(server, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		closeNow(t, server) // "wo" is lost
		_, err := client.Read(make([]byte, 1))
		wantErr(t, err, syscall.ECONNRESET)
	})
}

func TestReadDeadline(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, server := b.pair(t)
		for _, set := range []func(time.Time) error{client.SetReadDeadline, client.SetDeadline} {
			if err := set(time.Now().Add(-time.Second)); err != nil {
				t.Fatal(err)
			}
			_, err := client.Read(make([]byte, 1))
			wantErr(t, err, os.ErrDeadlineExceeded)
			if netx.Classify(err) != netx.Timeout {
				t.Errorf("%v is %v", err, netx.Classify(err))
			}
			if err := set(time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		// A reader that waits already is woken when the deadline is moved.
		got := make(chan error)
		go func() {
			_, err := client.Read(make([]byte, 1))
			got <- err
		}()
		if err := client.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		wantErr(t, <-got, os.ErrDeadlineExceeded)
		if err := client.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		send(t, server, "on")
		closeNow(t, server)
		readAll(t, client, "on")
	})
}

func TestWaitReadable(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := listenAt(t, b.server, netx.ListenConfig{Addr: netip.AddrPortFrom(b.addr, 0)})
		client, conn := b.dial(t, l, netx.DialConfig{})
		server, ok := conn.(netx.Waiter)
		if !ok {
			t.Skip("there is no waiting here")
		}
		_ = server.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if err := server.WaitReadable(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("without input: %v", err)
		}
		_ = server.SetReadDeadline(time.Time{})
		over := make(chan error)
		go func() { over <- server.WaitReadable() }()
		send(t, client, "input")
		if err := <-over; err != nil {
			t.Errorf("with input: %v", err)
		}
		got := make([]byte, 5)
		if _, err := io.ReadFull(server, got); err != nil || string(got) != "input" {
			t.Errorf("read %q, %v", got, err)
		}
		go func() { over <- server.WaitReadable() }()
		closeNow(t, client)
		if err := <-over; err != nil {
			t.Errorf("at the end: %v", err)
		}
		if n, err := server.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("after the end: %d bytes, %v", n, err)
		}
		closeNow(t, server)
		if err := server.WaitReadable(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}

func TestWriteDeadlineTellsHowMuchLeft(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, server := b.pair(t)
		const size = 64 << 20 // more than any buffers hold
		type result struct {
			n   int
			err error
		}
		done := make(chan result)
		go func() {
			n, err := client.Write(make([]byte, size))
			done <- result{n, err}
		}()
		if _, err := server.Read(make([]byte, 1)); err != nil { // so it has begun
			t.Fatal(err)
		}
		if err := client.SetWriteDeadline(time.Now()); err != nil {
			t.Fatal(err)
		}
		r := <-done
		wantErr(t, r.err, os.ErrDeadlineExceeded)
		if r.n < 1 || r.n >= size {
			t.Errorf("wrote %d of %d", r.n, size)
		}
		closeNow(t, client)
		if got, err := io.Copy(io.Discard, server); got != int64(r.n-1) || err != nil {
			t.Errorf("peer read 1 and %d, %v; want the %d written", got, err, r.n)
		}
	})
}

func TestCloseEndsWaiting(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		client, _ := b.dial(t, l, netx.DialConfig{})
		errs := make(chan error)
		go func() {
			_, err := client.Read(make([]byte, 1))
			errs <- err
		}()
		closeNow(t, client)
		wantErr(t, <-errs, net.ErrClosed)
		go func() {
			_, err := l.Accept()
			errs <- err
		}()
		closeNow(t, l)
		wantErr(t, <-errs, net.ErrClosed)

		wantErr(t, client.Close(), net.ErrClosed)
		wantErr(t, l.Close(), net.ErrClosed)
		wantErr(t, client.SetDeadline(time.Time{}), net.ErrClosed)
		wantErr(t, client.SetReadDeadline(time.Time{}), net.ErrClosed)
		wantErr(t, client.SetWriteDeadline(time.Time{}), net.ErrClosed)
		_, err := client.Write([]byte("x"))
		wantErr(t, err, net.ErrClosed)
	})
}

func TestAcceptDeadline(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		set := l.(interface{ SetDeadline(time.Time) error }).SetDeadline
		if err := set(time.Now().Add(time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		_, err := l.Accept()
		wantErr(t, err, os.ErrDeadlineExceeded)
		if err := set(time.Time{}); err != nil {
			t.Fatal(err)
		}
		b.dial(t, l, netx.DialConfig{})
		closeNow(t, l)
		wantErr(t, set(time.Time{}), net.ErrClosed)
	})
}

func TestDialEndsWithContext(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := b.client.Dial(ctx, netx.DialConfig{Remote: addrOf(l)})
		wantErr(t, err, context.Canceled)
		if f := netx.Classify(err); f != netx.Other {
			t.Errorf("%v is %v", err, f)
		}
		ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		_, err = b.client.Dial(ctx, netx.DialConfig{Remote: addrOf(l)})
		if f := netx.Classify(err); f != netx.Timeout {
			t.Errorf("%v is %v", err, f)
		}
	})
}
