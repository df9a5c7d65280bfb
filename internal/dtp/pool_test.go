package dtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

var (
	serverIP = netip.MustParseAddr("192.0.2.1")
	aliceIP  = netip.MustParseAddr("192.0.2.10")
	bobIP    = netip.MustParseAddr("192.0.2.11")
)

// bench is a pool on one host, and two clients on others.
type bench struct {
	*Pool
	mem        *netx.Mem
	server     *netx.Host
	alice, bob *netx.Host
	strangers  chan Stranger
}

func newBench(t *testing.T, cfg PoolConfig) *bench {
	t.Helper()
	mem := netx.NewMem()
	b := &bench{
		mem: mem, server: mem.Host(serverIP), alice: mem.Host(aliceIP), bob: mem.Host(bobIP),
		strangers: make(chan Stranger, 100),
	}
	cfg.Network, cfg.Stranger = b.server, func(s Stranger) { b.strangers <- s }
	b.Pool = NewPool(cfg)
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *bench) listen(t *testing.T, peer netip.Addr) *Passive {
	t.Helper()
	ps, err := b.Listen(t.Context(), serverIP, peer, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

func dial(t *testing.T, from *netx.Host, to netip.AddrPort) net.Conn {
	t.Helper()
	c, err := from.Dial(t.Context(), netx.DialConfig{Remote: to})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// inBubble runs a test with a pool in a synctest bubble: it also fails if
// anything of the pool is left over.
func inBubble(t *testing.T, cfg PoolConfig, f func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, cfg)
		f(t, b)
		_ = b.Close()
	})
}

func TestPoolUsesTheWholeRangeAndNoMore(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40009}, func(t *testing.T, b *bench) {
		used := make(map[uint16]bool)
		var all []*Passive
		for range 10 {
			ps := b.listen(t, aliceIP)
			if p := ps.Addr().Port(); p < 40000 || p > 40009 || used[p] {
				t.Fatalf("port %d is out of the range or given twice", p)
			}
			used[ps.Addr().Port()] = true
			all = append(all, ps)
		}
		_, err := b.Listen(t.Context(), serverIP, aliceIP, false, 0)
		if CauseOf(err) != ftp.CausePassiveSlotBusy {
			t.Errorf("the eleventh session of one address: %v", err)
		}
		ps := b.listen(t, bobIP) // another address shares
		_ = ps.Close()
		for _, ps := range all {
			_ = ps.Close()
		}
		_ = b.listen(t, aliceIP).Close()
	})
}

func TestPoolDrawsAtRandom(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 49999, KeepIdle: 50}, func(t *testing.T, b *bench) {
		const draws = 10_000
		seen := make(map[uint16]int)
		most := 0
		for range draws {
			ps := b.listen(t, aliceIP)
			seen[ps.Addr().Port()]++
			most = max(most, seen[ps.Addr().Port()])
			_ = ps.Close()
		}
		// The first 25 are new, and one in 16 of those that follow, 623 give or take 24, of which
		// some were there before. Of the fifty listeners that are kept, each is drawn as often as any
		// other, 16 times on average until a new one takes its place.
		if len(seen) < 25+623-25-5*24 || most > 300 {
			t.Errorf("%d different ports in %d draws, one of them %d times", len(seen), draws, most)
		}
		if open := b.Stats().Open; open > 50 {
			t.Errorf("%d listeners are kept, not 50", open)
		}
	})
	inBubble(t, PoolConfig{Min: 40000, Max: 40049, KeepIdle: 50}, func(t *testing.T, b *bench) {
		seen := make(map[uint16]bool)
		for range 1000 {
			ps := b.listen(t, aliceIP)
			seen[ps.Addr().Port()] = true
			_ = ps.Close()
		}
		if len(seen) < 49 {
			t.Errorf("%d ports of 50 were drawn", len(seen))
		}
	})
}

func TestKeptListenersAreClosed(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40009, KeepIdle: 5}, func(t *testing.T, b *bench) {
		for range 100 {
			_ = b.listen(t, aliceIP).Close()
		}
		if open := b.Stats().Open; open == 0 {
			t.Error("no listener is kept")
		}
		time.Sleep(keptFor + 2*sweepEvery)
		if open := b.Stats().Open; open != 0 {
			t.Errorf("%d listeners are open for ever", open)
		}
		_ = b.listen(t, aliceIP).Close() // and it goes on
		time.Sleep(keptFor + 2*sweepEvery)
		if open := b.Stats().Open; open != 0 {
			t.Errorf("%d listeners are open for ever the second time", open)
		}
	})
}

// What came to a kept listener before a session was told its port is not that
// session's, whoever sent it.
func TestEarlyConnectionIsNobodys(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000, KeepIdle: 1}, func(t *testing.T, b *bench) {
		at := b.listen(t, aliceIP)
		_ = at.Close()
		early := dial(t, b.alice, at.Addr())
		ps := b.listen(t, aliceIP)
		if s := <-b.strangers; s.Peer != netx.LocalAddrPort(early) {
			t.Errorf("told of %+v", s)
		}
		right := dial(t, b.alice, ps.Addr())
		conn, err := ps.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if got, want := netx.RemoteAddrPort(conn), netx.LocalAddrPort(right); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestPoolAvoidsAPort(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40002, KeepIdle: 3}, func(t *testing.T, b *bench) {
		for range 50 {
			ps, err := b.Listen(t.Context(), serverIP, aliceIP, false, 40001)
			if err != nil || ps.Addr().Port() == 40001 {
				t.Fatalf("%v, %v", ps.Addr(), err)
			}
			_ = ps.Close()
		}
		var all []*Passive
		for range 3 { // there is no other for the third
			ps, err := b.Listen(t.Context(), serverIP, aliceIP, false, 40001)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, ps)
		}
		if got := all[2].Addr().Port(); got != 40001 {
			t.Errorf("port %d", got)
		}
	})
}

func TestPoolPassesTakenPorts(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40003}, func(t *testing.T, b *bench) {
		for _, p := range []uint16{40000, 40001, 40003} {
			l, err := b.server.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, p)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = l.Close() }()
		}
		ps := b.listen(t, aliceIP)
		if ps.Addr().Port() != 40002 {
			t.Errorf("port %d", ps.Addr().Port())
		}
		_ = ps.Close()
	})
}

func TestPoolExhausted(t *testing.T) {
	for _, r := range [][2]uint16{{40000, 40001}, {40001, 40000}, {0, 0}} {
		inBubble(t, PoolConfig{Min: r[0], Max: r[1], TurnTimeout: time.Hour}, func(t *testing.T, b *bench) {
			for _, p := range []uint16{40000, 40001} {
				l, err := b.server.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, p)})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = l.Close() }()
			}
			if _, err := b.Listen(t.Context(), serverIP, aliceIP, false, 0); CauseOf(err) != ftp.CausePassiveRangeBusy {
				t.Errorf("range %v: %v", r, err)
			}
		})
	}
}

func TestOnePortServesManyAddresses(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000, KeepIdle: 1}, func(t *testing.T, b *bench) {
		for round := range 3 {
			a, bb := b.listen(t, aliceIP), b.listen(t, bobIP)
			fromBob, fromAlice := dial(t, b.bob, bb.Addr()), dial(t, b.alice, a.Addr())
			for ps, client := range map[*Passive]net.Conn{a: fromAlice, bb: fromBob} {
				conn, err := ps.Open(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got, want := netx.RemoteAddrPort(conn), netx.LocalAddrPort(client); got != want {
					t.Errorf("round %d: got the connection of %v, want that of %v", round, got, want)
				}
				_ = conn.Close()
			}
		}
		if n := b.Stats().Open; n != 1 {
			t.Errorf("%d listeners", n)
		}
	})
}

func TestSessionsOfOneAddressTakeTurns(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000, TurnTimeout: 2 * time.Second}, func(t *testing.T, b *bench) {
		first := b.listen(t, aliceIP)
		const n = 5
		order := make(chan int, n)
		for i := range n {
			go func() {
				ps, err := b.Listen(t.Context(), serverIP, aliceIP, false, 0)
				if err != nil {
					t.Errorf("turn %d: %v", i, err)
				}
				order <- i
				if ps != nil {
					_ = ps.Close()
				}
			}()
			synctest.Wait() // so that they come in order
		}
		if q := b.Stats().Queueing; q != n {
			t.Fatalf("%d wait for their turn", q)
		}
		time.Sleep(1900 * time.Millisecond)
		_ = first.Close()
		for want := range n {
			if got := <-order; got != want {
				t.Errorf("turn %d came when it was the turn of %d", got, want)
			}
		}
	})
}

func TestTurnHasALimit(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000, TurnTimeout: 2 * time.Second}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		start := time.Now()
		_, err := b.Listen(t.Context(), serverIP, aliceIP, false, 0)
		if CauseOf(err) != ftp.CausePassiveSlotBusy || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("gone")
		go cancel(gone)
		if _, err = b.Listen(ctx, serverIP, aliceIP, false, 0); !errors.Is(err, gone) {
			t.Errorf("cancelled: %v", err)
		}
		if q := b.Stats().Queueing; q != 0 {
			t.Errorf("%d still wait", q)
		}
		_ = ps.Close()
	})
}

func TestAnyPeerLeasesThePort(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000}, func(t *testing.T, b *bench) {
		ps, err := b.Listen(t.Context(), serverIP, aliceIP, true, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, any := range []bool{false, true} {
			if _, err := b.Listen(t.Context(), serverIP, bobIP, any, 0); CauseOf(err) != ftp.CausePassiveSlotBusy {
				t.Errorf("any=%v: a leased port is shared: %v", any, err)
			}
		}
		dial(t, b.bob, ps.Addr())
		conn, err := ps.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		// And the other way round: no lease where somebody waits.
		shared := b.listen(t, aliceIP)
		if _, err := b.Listen(t.Context(), serverIP, bobIP, true, 0); CauseOf(err) != ftp.CausePassiveSlotBusy {
			t.Errorf("a shared port is leased: %v", err)
		}
		_ = shared.Close()
	})
}

func TestWrongPeer(t *testing.T) {
	cfg := PoolConfig{Min: 40000, Max: 40000, BadPeerTimeout: 3 * time.Second}
	t.Run("does not use up the slot", func(t *testing.T) {
		inBubble(t, cfg, func(t *testing.T, b *bench) {
			ps := b.listen(t, aliceIP)
			evil := dial(t, b.bob, ps.Addr())
			if _, err := evil.Read(make([]byte, 1)); err == nil {
				t.Error("the wrong peer got a byte")
			}
			if s := <-b.strangers; s.Waiting != 1 || s.Peer.Addr() != bobIP || s.Port != ps.Addr() {
				t.Errorf("told of %+v", s)
			}
			go func() {
				time.Sleep(2 * time.Second)
				_, _ = b.alice.Dial(t.Context(), netx.DialConfig{Remote: ps.Addr()})
			}()
			conn, err := ps.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := netx.RemoteAddrPort(conn).Addr(); got != aliceIP {
				t.Errorf("served %v", got)
			}
			_ = conn.Close()
		})
	})
	t.Run("alone fails in time", func(t *testing.T) {
		inBubble(t, cfg, func(t *testing.T, b *bench) {
			ps := b.listen(t, aliceIP)
			dial(t, b.bob, ps.Addr())
			time.Sleep(time.Minute) // before the transfer command, it does not count
			start := time.Now()
			_, err := ps.Open(t.Context())
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Cause != ftp.CausePassivePeerMismatch || e.Expected.Addr() != aliceIP || e.Seen.Addr() != bobIP {
				t.Errorf("%+v", err)
			}
			if d := time.Since(start); d != 3*time.Second {
				t.Errorf("after %v", d)
			}
		})
	})
	t.Run("counts from its coming", func(t *testing.T) {
		inBubble(t, cfg, func(t *testing.T, b *bench) {
			ps := b.listen(t, aliceIP)
			go func() {
				time.Sleep(10 * time.Second)
				_, _ = b.bob.Dial(t.Context(), netx.DialConfig{Remote: ps.Addr()})
			}()
			start := time.Now()
			_, err := ps.Open(t.Context())
			if d := time.Since(start); CauseOf(err) != ftp.CausePassivePeerMismatch || d != 13*time.Second {
				t.Errorf("%v after %v", err, d)
			}
		})
	})
}

func TestNobodyComes(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		_, err := ps.Open(ctx)
		if CauseOf(err) != ftp.CausePassiveNoConnection || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		_ = b.listen(t, aliceIP).Close() // the slot is free again
	})
}

func TestNewestOpenConnectionCounts(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		var clients []net.Conn
		for range maxPending + 2 {
			clients = append(clients, dial(t, b.alice, ps.Addr()))
			synctest.Wait()
		}
		newest := len(clients) - 1
		_ = clients[newest].Close()
		synctest.Wait()
		conn, err := ps.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if got, want := netx.RemoteAddrPort(conn), netx.LocalAddrPort(clients[newest-1]); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
		for i, c := range clients[:newest-1] {
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("connection %d is not closed: %v", i, err)
			}
		}
	})
}

// TestOpenNow does not wait, and takes what Open would.
func TestOpenNow(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		if conn := ps.OpenNow(); conn != nil {
			t.Errorf("%v, before anybody came", conn.RemoteAddr())
		}
		older, newer := dial(t, b.alice, ps.Addr()), dial(t, b.alice, ps.Addr())
		synctest.Wait()
		conn := ps.OpenNow()
		if conn == nil || netx.RemoteAddrPort(conn) != netx.LocalAddrPort(newer) {
			t.Fatalf("%v, not the newer of two", conn)
		}
		defer func() { _ = conn.Close() }()
		if _, err := older.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the older one is not closed: %v", err)
		}
		if again := ps.OpenNow(); again != nil {
			t.Error("opened twice")
		}
		_ = b.listen(t, aliceIP).Close() // the slot is free again
	})
}

// A client may send all of a small upload and close before STOR arrives.
func TestClosedConnectionWithDataCounts(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		c := dial(t, b.alice, ps.Addr())
		_, _ = c.Write([]byte("whole file"))
		_ = c.Close()
		synctest.Wait()
		conn, err := ps.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if all, err := io.ReadAll(conn); string(all) != "whole file" || err != nil {
			t.Errorf("%q, %v", all, err)
		}
		_ = conn.Close()
	})
}

func TestCloseFreesTheSlot(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000, KeepIdle: 1}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		c := dial(t, b.alice, ps.Addr())
		synctest.Wait()
		_ = ps.Close()
		_ = ps.Close()
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("an unwanted connection stays open")
		}
		if _, err := ps.Open(t.Context()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Open after Close: %v", err)
		}
		// Late connections to the kept listener are closed at once.
		late := dial(t, b.alice, ps.Addr())
		if _, err := late.Read(make([]byte, 1)); err == nil {
			t.Error("a late connection stays open")
		}
		if s := <-b.strangers; s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestPoolClose(t *testing.T) {
	inBubble(t, PoolConfig{Min: 40000, Max: 40000, TurnTimeout: time.Hour, KeepIdle: 1}, func(t *testing.T, b *bench) {
		ps := b.listen(t, aliceIP)
		opened, listened := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := ps.Open(t.Context())
			opened <- err
		}()
		go func() {
			_, err := b.Listen(t.Context(), serverIP, aliceIP, false, 0)
			listened <- err
		}()
		synctest.Wait()
		_ = b.Close()
		if err := <-opened; err == nil {
			t.Error("Open goes on")
		}
		if err := <-listened; !errors.Is(err, ErrPoolClosed) {
			t.Errorf("Listen that waited: %v", err)
		}
		if _, err := b.Listen(t.Context(), serverIP, aliceIP, false, 0); !errors.Is(err, ErrPoolClosed) {
			t.Errorf("Listen: %v", err)
		}
	})
}

// Many sessions of few addresses on few ports of the real network: every
// connection arrives at its own session.
func TestPoolUnderLoad(t *testing.T) {
	min := freePorts(t, 3)
	pool := NewPool(PoolConfig{Network: netx.System{}, Min: min, Max: min + 2, TurnTimeout: time.Minute, KeepIdle: 2})
	defer func() { _ = pool.Close() }()
	local := netip.MustParseAddr("127.0.0.1")
	var wg sync.WaitGroup
	for i := range 30 {
		peer := netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i%5)})
		wg.Go(func() {
			for round := range 30 {
				ps, err := pool.Listen(t.Context(), local, peer, false, 0)
				if err != nil {
					t.Error(err)
					return
				}
				c, err := netx.System{}.Dial(t.Context(), netx.DialConfig{Local: netip.AddrPortFrom(peer, 0), Remote: ps.Addr()})
				if err != nil {
					t.Error(err)
					return
				}
				word := fmt.Sprintf("session %d round %d", i, round)
				_, _ = c.Write([]byte(word))
				_ = c.Close()
				conn, err := ps.Open(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				if got, _ := io.ReadAll(conn); string(got) != word {
					t.Errorf("%q got %q", word, got)
				}
				_ = conn.Close()
			}
		})
	}
	wg.Wait()
	if s := pool.Stats(); s.Waiting != 0 || s.Queueing != 0 {
		t.Errorf("left over: %+v", s)
	}
}

// freePorts finds the first of n ports in a row that are free, below those that
// systems give to outgoing connections: of these many may be left over.
func freePorts(t *testing.T, n int) uint16 {
	t.Helper()
	for range 100 {
		first := 10_000 + rand.IntN(20_000)
		all := true
		for p := first; p < first+n && all; p++ {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
			if all = err == nil; all {
				_ = l.Close()
			}
		}
		if all {
			return uint16(first)
		}
	}
	t.Fatal("no free ports")
	return 0
}
