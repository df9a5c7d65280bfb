package dtp

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/internal/netx"
)

// dataPort makes bob listen, and accept everything.
func dataPort(t *testing.T, b *bench, port uint16) netip.AddrPort {
	t.Helper()
	l, err := b.bob.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(bobIP, port)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	return netip.AddrPortFrom(bobIP, port)
}

func TestActive(t *testing.T) {
	tests := []struct {
		name     string
		prepare  func(t *testing.T, b *bench) netip.AddrPort
		cause    ftp.Cause // of the failure
		fallback ftp.Cause
		source   uint16 // 0: any but 20
		took     time.Duration
	}{
		{name: "from port 20", source: 20, prepare: func(t *testing.T, b *bench) netip.AddrPort { return dataPort(t, b, 5000) }},
		{
			name: "no privilege for port 20", fallback: ftp.CauseActiveSourcePortPriv,
			prepare: func(t *testing.T, b *bench) netip.AddrPort {
				b.mem.Privileged(b.server, false)
				return dataPort(t, b, 5000)
			},
		},
		{
			name: "port 20 busy for the same target", fallback: ftp.CauseActiveSourcePortBusy, took: time.Second,
			prepare: func(t *testing.T, b *bench) netip.AddrPort {
				to := dataPort(t, b, 5000)
				c, err := b.server.Dial(t.Context(), netx.DialConfig{Local: netip.AddrPortFrom(serverIP, 20), Remote: to, ReuseAddr: true})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = c.Close() })
				return to
			},
		},
		{
			name: "port 20 busy for half a second", source: 20, took: 500 * time.Millisecond,
			prepare: func(t *testing.T, b *bench) netip.AddrPort {
				l, err := b.server.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, 20)})
				if err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(480*time.Millisecond, func() { _ = l.Close() })
				return dataPort(t, b, 5000)
			},
		},
		{
			name: "refused", cause: ftp.CauseActiveRefused,
			prepare: func(*testing.T, *bench) netip.AddrPort { return netip.AddrPortFrom(bobIP, 5000) },
		},
		{
			name: "no answer", cause: ftp.CauseActiveTimeout, took: time.Minute,
			prepare: func(t *testing.T, b *bench) netip.AddrPort {
				b.mem.Drop(serverIP, bobIP)
				return dataPort(t, b, 5000)
			},
		},
		{
			name: "no such host", cause: ftp.CauseActiveUnreachable,
			prepare: func(*testing.T, *bench) netip.AddrPort { return netip.MustParseAddrPort("192.0.2.99:5000") },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, PoolConfig{})
				a := &Active{Network: b.server, Local: serverIP, SourcePort: 20, Remote: tt.prepare(t, b)}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				start := time.Now()
				conn, err := a.Open(ctx)
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if CauseOf(err) != tt.cause || CauseOf(a.Fallback()) != tt.fallback {
					t.Errorf("error %v, fallback %v", err, a.Fallback())
				}
				if err != nil {
					return
				}
				defer func() { _ = conn.Close() }()
				local := netx.LocalAddrPort(conn)
				if local.Addr() != serverIP || tt.source != 0 && local.Port() != tt.source || tt.source == 0 && local.Port() == 20 {
					t.Errorf("comes from %v", local)
				}
			})
		})
	}
}

func TestActiveStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, PoolConfig{})
		b.mem.Drop(serverIP, bobIP)
		a := &Active{Network: b.server, Local: serverIP, Remote: dataPort(t, b, 5000)}
		ctx, cancel := context.WithCancelCause(t.Context())
		abort := errors.New("ABOR")
		time.AfterFunc(time.Second, func() { cancel(abort) })
		if _, err := a.Open(ctx); !errors.Is(err, abort) {
			t.Errorf("%v", err)
		}
	})
}
