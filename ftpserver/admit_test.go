package ftpserver_test

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
)

func TestAdmit(t *testing.T) {
	var mu sync.Mutex
	var asked []netip.AddrPort
	var refused []ftpserver.RefusedInfo
	answers := []error{nil, ftpserver.NewRefusal(ftp.CodeClosing, ftp.CauseLoginLocked, "Not now"), errors.New("odd")}
	inWorld(t, func(w *world) {
		w.srv.Admit = func(peer netip.AddrPort) error {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, peer)
			return answers[len(asked)-1]
		}
		w.srv.Trace.Refused = func(i ftpserver.RefusedInfo) {
			mu.Lock()
			defer mu.Unlock()
			refused = append(refused, i)
		}
	}, func(w *world) {
		w.login()
		s := w.connect(w.client)
		s.expect("421 Not now (login-locked).")
		s.gone()
		s = w.connect(w.client)
		s.expect("421 Service not available")
		s.gone()
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if len(refused) != 2 || refused[0].Cause != ftp.CauseLoginLocked || refused[0].Peer != asked[1] {
			t.Errorf("asked %v, refused %+v", asked, refused)
		}
		if n := w.srv.Sessions(); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

// Some accounts refuse a login for good: the session ends, and says why.
func TestLoginRefusedForGood(t *testing.T) {
	inWorld(t, func(w *world) {
		w.refuse = ftpserver.NewRefusal(ftp.CodeClosing, ftp.CauseLoginLocked, "Locked")
	}, func(w *world) {
		s := w.dial()
		s.do("USER u", "421 Locked (login-locked).")
		s.gone()
		w.endedBy(ftp.CauseLoginLocked)
	})
	inWorld(t, func(w *world) {
		w.refuse = ftpserver.NewRefusal(ftp.CodeNotLoggedIn, ftp.CauseTooManySessions, "Too many")
	}, func(w *world) {
		s := w.dial()
		s.do("USER u", "530 Too many (too-many-sessions).")
		s.do("QUIT", "221")
	})
}

// pipes is a listener of connections on which a write waits for the reader.
type pipes struct{ conns chan net.Conn }

func (p *pipes) Accept() (net.Conn, error) {
	conn, ok := <-p.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// A flood of connections that are refused and never read costs a bounded number
// of goroutines, and holds nobody up.
func TestFloodOfRefusedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var refused []ftpserver.RefusedInfo
		srv := &ftpserver.Server{
			Policy: ftpserver.DefaultPolicy(),
			Admit:  func(netip.AddrPort) error { return errors.New("no") },
			Trace: &ftpserver.Trace{Refused: func(i ftpserver.RefusedInfo) {
				mu.Lock()
				defer mu.Unlock()
				refused = append(refused, i)
			}},
		}
		l := &pipes{make(chan net.Conn)}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()
		synctest.Wait()
		before := runtime.NumGoroutine()
		start := time.Now()
		const connections = 1000
		for range connections {
			_, theirs := net.Pipe()
			l.conns <- theirs
		}
		synctest.Wait()
		if n := runtime.NumGoroutine() - before; n > 64 {
			t.Errorf("%d goroutines", n)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("it took %v to accept them", d)
		}
		time.Sleep(time.Minute)
		close(l.conns)
		if err := <-served; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Serve: %v", err)
		}
		_ = srv.Close()
		mu.Lock()
		defer mu.Unlock()
		silent := uint64(0)
		for _, i := range refused {
			silent += i.Silent
		}
		if len(refused)+int(silent) != connections || len(refused) != 64 {
			t.Errorf("%d reported, %d not", len(refused), silent)
		}
	})
}
