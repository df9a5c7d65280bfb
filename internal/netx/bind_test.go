package netx_test

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"syscall"
	"testing"

	"ferry/internal/netx"
)

// wantFailure checks both ways to know an error.
func wantFailure(t *testing.T, err error, errno syscall.Errno, f netx.Failure) {
	t.Helper()
	wantErr(t, err, errno)
	if got := netx.Classify(err); got != f {
		t.Errorf("%v is %v, want %v", err, got, f)
	}
}

func TestRefused(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		closeNow(t, l)
		_, err := b.client.Dial(t.Context(), netx.DialConfig{Remote: addrOf(l)})
		wantFailure(t, err, syscall.ECONNREFUSED, netx.Refused)
	})
}

func TestListenTwice(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		_, err := b.server.Listen(t.Context(), netx.ListenConfig{Addr: addrOf(l)})
		wantFailure(t, err, syscall.EADDRINUSE, netx.AddrInUse)
		any4 := netip.AddrPortFrom(netip.IPv6Unspecified(), addrOf(l).Port())
		_, err = b.server.Listen(t.Context(), netx.ListenConfig{Addr: any4})
		wantFailure(t, err, syscall.EADDRINUSE, netx.AddrInUse)

		// A connection that is left does not keep the port.
		b.dial(t, l, netx.DialConfig{})
		closeNow(t, l)
		listenAt(t, b.server, netx.ListenConfig{Addr: addrOf(l)})
	})
}

func TestListenAtPortOfConnection(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		client, _ := b.pair(t)
		_, err := b.client.Listen(t.Context(), netx.ListenConfig{Addr: netx.LocalAddrPort(client)})
		wantFailure(t, err, syscall.EADDRINUSE, netx.AddrInUse)
	})
}

func TestForeignAddress(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		_, err := b.server.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(foreign, 0)})
		wantFailure(t, err, syscall.EADDRNOTAVAIL, netx.AddrNotAvail)
		if b.addr.Is4() {
			_, err = b.client.Dial(t.Context(), netx.DialConfig{
				Local: netip.AddrPortFrom(foreign, 0), Remote: addrOf(b.listen(t)),
			})
			wantFailure(t, err, syscall.EADDRNOTAVAIL, netx.AddrNotAvail)
		}
		err = b.client.(netx.Prober).ProbePort(netip.AddrPortFrom(foreign, 4000))
		wantFailure(t, err, syscall.EADDRNOTAVAIL, netx.AddrNotAvail)
	})
}

// TestSourcePort is about active data connections: all from one port, each to
// another target.
func TestSourcePort(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		one, two := b.listen(t), b.listen(t)
		probe := b.client.(netx.Prober).ProbePort

		sole, _ := b.dial(t, one, netx.DialConfig{})
		from := netx.LocalAddrPort(sole)
		for _, reuse := range []bool{false, true} {
			_, err := b.client.Dial(t.Context(), netx.DialConfig{Remote: addrOf(two), Local: from, ReuseAddr: reuse})
			wantFailure(t, err, syscall.EADDRINUSE, netx.AddrInUse)
		}
		wantFailure(t, probe(from), syscall.EADDRINUSE, netx.AddrInUse)

		local := netip.AddrPortFrom(from.Addr(), 0)
		chosen, _ := b.dial(t, one, netx.DialConfig{Local: local, ReuseAddr: true})
		if got := netx.LocalAddrPort(chosen); got.Addr() != local.Addr() || got.Port() == 0 {
			t.Errorf("asked for %v, got %v", local, got)
		}

		from = quietPort(t, b.client, from.Addr())
		first, _ := b.dial(t, one, netx.DialConfig{Local: from, ReuseAddr: true})
		if got := netx.LocalAddrPort(first); got != from {
			t.Errorf("asked for %v, got %v", from, got)
		}
		if err := probe(from); err != nil {
			t.Errorf("probe of a shared port: %v", err)
		}
		second, peer := b.dial(t, two, netx.DialConfig{Local: from, ReuseAddr: true})
		if netx.LocalAddrPort(second) != from || netx.RemoteAddrPort(peer) != from {
			t.Errorf("from %v and %v, want %v", netx.LocalAddrPort(second), netx.RemoteAddrPort(peer), from)
		}
		_, err := b.client.Dial(t.Context(), netx.DialConfig{Remote: addrOf(two), Local: from, ReuseAddr: true})
		wantFailure(t, err, syscall.EADDRNOTAVAIL, netx.AddrNotAvail)
		_, err = b.client.Dial(t.Context(), netx.DialConfig{Remote: addrOf(two), Local: from})
		wantFailure(t, err, syscall.EADDRINUSE, netx.AddrInUse)

		// Without an address, the port alone counts.
		anywhere := netip.AddrPortFrom(netip.Addr{}, from.Port())
		three := b.listen(t)
		third, _ := b.dial(t, three, netx.DialConfig{Local: anywhere, ReuseAddr: true})
		if got := netx.LocalAddrPort(third).Port(); got != from.Port() {
			t.Errorf("source port %d, want %d", got, from.Port())
		}

		// A reset leaves nothing behind: the pair is free at once.
		if err := netx.Abort(second); err != nil {
			t.Fatal(err)
		}
		b.dial(t, two, netx.DialConfig{Local: from, ReuseAddr: true})
	})
}

// quietPort finds a port that no system gives to anybody by itself, as the
// ephemeral ones are: connections of other programs may share those.
func quietPort(t *testing.T, n netx.Network, addr netip.Addr) netip.AddrPort {
	t.Helper()
	anywhere := netip.IPv4Unspecified()
	if addr.Is6() {
		anywhere = netip.IPv6Unspecified()
	}
	for range 100 {
		port := uint16(20000 + rand.IntN(10000))
		if n.(netx.Prober).ProbePort(netip.AddrPortFrom(anywhere, port)) == nil {
			return netip.AddrPortFrom(addr, port)
		}
	}
	t.Fatal("no quiet port")
	return netip.AddrPort{}
}

func TestProbeOfListener(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		l := b.listen(t)
		probe := b.server.(netx.Prober).ProbePort
		wantFailure(t, probe(addrOf(l)), syscall.EADDRINUSE, netx.AddrInUse)
		anywhere := netip.IPv4Unspecified()
		if b.addr.Is6() {
			anywhere = netip.IPv6Unspecified()
		}
		wantFailure(t, probe(netip.AddrPortFrom(anywhere, addrOf(l).Port())), syscall.EADDRINUSE, netx.AddrInUse)
		closeNow(t, l)
		if err := probe(addrOf(l)); err != nil {
			t.Errorf("probe of a free port: %v", err)
		}
	})
}

func TestDualStack(t *testing.T) {
	four, six := netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()
	hosts := map[string]netx.Network{"system": netx.System{}, "mem": netx.NewMem().Host()}
	tests := []struct {
		name      string
		listen    netip.Addr
		v6only    bool
		four, six bool
	}{
		{"both", netip.IPv6Unspecified(), false, true, true},
		{"v6only", netip.IPv6Unspecified(), true, false, true},
		{"v4", netip.IPv4Unspecified(), false, true, false},
	}
	for name, n := range hosts {
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				if name == "system" {
					needIPv6(t)
				}
				b := body{server: n, client: n}
				l := listenAt(t, n, netx.ListenConfig{Addr: netip.AddrPortFrom(tt.listen, 0), V6Only: tt.v6only})
				for addr, ok := range map[netip.Addr]bool{four: tt.four, six: tt.six} {
					to := netip.AddrPortFrom(addr, addrOf(l).Port())
					if !ok {
						_, err := n.Dial(t.Context(), netx.DialConfig{Remote: to})
						wantFailure(t, err, syscall.ECONNREFUSED, netx.Refused)
						continue
					}
					client, server := b.dial(t, l, netx.DialConfig{Remote: to})
					if got := netx.LocalAddrPort(server); got != to {
						t.Errorf("server is %v, want %v", got, to)
					}
					if got, want := netx.RemoteAddrPort(server), netx.LocalAddrPort(client); got != want || got.Addr() != addr {
						t.Errorf("client is %v, want %v", got, want)
					}
					// The hazard that AddrPort is there for.
					raw := server.RemoteAddr().(*net.TCPAddr).AddrPort().Addr()
					want := addr == four && tt.listen.Is6() && (name != "system" || runtime.GOOS != "linux")
					if mapped := raw.Is4In6(); mapped != want {
						t.Errorf("raw remote address %v", raw)
					}
				}
			})
		}
	}
}

func TestMistakes(t *testing.T) {
	eachBody(t, func(t *testing.T, b body) {
		if _, err := b.server.Listen(t.Context(), netx.ListenConfig{}); err == nil {
			t.Error("listen nowhere succeeded")
		}
		if _, err := b.client.Dial(t.Context(), netx.DialConfig{}); err == nil {
			t.Error("dial nowhere succeeded")
		}
		if err := b.client.(netx.Prober).ProbePort(netip.AddrPort{}); err == nil {
			t.Error("probe of nothing succeeded")
		}
		local := netip.IPv6Unspecified()
		if b.addr.Is6() {
			local = netip.IPv4Unspecified()
		}
		_, err := b.client.Dial(t.Context(), netx.DialConfig{
			Remote: addrOf(b.listen(t)), Local: netip.AddrPortFrom(local, 0),
		})
		if err == nil || netx.Classify(err) != netx.Other {
			t.Errorf("dial across families: %v", err)
		}
		_, err = b.client.Dial(t.Context(), netx.DialConfig{Remote: netip.MustParseAddrPort("[fe80::1]:21")})
		if err == nil {
			t.Error("dial of a link-local address without a zone succeeded")
		}
	})
}
