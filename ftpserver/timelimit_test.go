package ftpserver_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/netx"
	"ferry/vfs/osfs"
)

// endsAfter wants a session to end with one more reply after a time, for a
// cause.
func endsAfter(w *world, s *session, start time.Time, d time.Duration, reply string, cause ftp.Cause) {
	w.t.Helper()
	s.expect(reply)
	s.gone()
	if took := time.Since(start); took != d {
		w.t.Errorf("it ended after %v, want %v", took, d)
	}
	w.endedBy(cause)
}

// endedBy wants the last session to have ended for a cause.
func (w *world) endedBy(cause ftp.Cause) {
	w.t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ended) == 0 || w.ended[len(w.ended)-1].Cause != cause {
		w.t.Errorf("ended %+v, want %s", w.ended, cause)
	}
}

// drip writes text again and again, until it is stopped.
func drip(conn net.Conn, text string, every time.Duration) (stop func()) {
	enough, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case <-enough:
				return
			case <-time.After(every):
				_, _ = io.WriteString(conn, text)
			}
		}
	}()
	return func() {
		close(enough)
		_ = conn.Close()
		<-over
	}
}

// A client that sends a byte now and then, and never a line, is dropped all the
// same.
func TestOneByteAMinuteBeforeLogin(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		start := time.Now()
		s := w.dial()
		defer drip(s.conn, "N", time.Minute)()
		endsAfter(w, s, start, 2*time.Minute, "421 Timeout: no login within 2m0s (login-timeout).", ftp.CauseLoginTimeout)
	})
}

// Commands before login do not make the time longer, however many.
func TestManyCommandsBeforeLogin(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		start := time.Now()
		s := w.dial()
		for range 11 {
			time.Sleep(10 * time.Second)
			s.do("NOOP", "530")
			s.do("USER u", "331")
		}
		endsAfter(w, s, start, 2*time.Minute, "421 Timeout: no login", ftp.CauseLoginTimeout)
	})
}

// What is waiting to be read is not answered any more when the time is over.
func TestPipelineAcrossTheLoginTimeout(t *testing.T) {
	inWorld(t, func(w *world) {
		w.srv.FailedLoginDelay, w.srv.MaxLoginFails, w.srv.Policy.Time.Login = 9*time.Second, 0, 20*time.Second
	}, func(w *world) {
		start := time.Now()
		s := w.dial()
		s.send(strings.Repeat("USER u\r\nPASS wrong\r\n", 6))
		for range 3 {
			s.expect("331")
			s.expect("530")
		}
		endsAfter(w, s, start, 27*time.Second, "421 Timeout: no login", ftp.CauseLoginTimeout)
	})
}

// A login ends the time for it; after REIN there is one anew.
func TestLoginTimeoutAndRein(t *testing.T) {
	inWorld(t, func(w *world) { w.srv.Policy.Idle = 0 }, func(w *world) {
		s := w.login()
		time.Sleep(time.Hour)
		s.do("REIN", "220")
		start := time.Now()
		time.Sleep(119 * time.Second)
		s.do("USER u", "331")
		endsAfter(w, s, start, 2*time.Minute, "421 Timeout: no login", ftp.CauseLoginTimeout)
	})
}

// Half a handshake ends after its time, on a port of implicit TLS and after
// AUTH.
func TestHalfAHandshake(t *testing.T) {
	half := "\x16\x03\x01\x02\x00\x01" // the beginning of a ClientHello
	for name, auth := range map[string]bool{"AUTH": true, "implicit": false} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, withTLS(func(w *world) { w.srv.Policy.Time.Handshake = 30 * time.Second }), func(w *world) {
				var conn net.Conn
				if auth {
					s := w.dial()
					time.Sleep(time.Minute)
					s.do("AUTH TLS", "234")
					conn = s.conn
				} else {
					conn = w.implicit()
				}
				start := time.Now()
				_, _ = io.WriteString(conn, half)
				_, _ = io.ReadAll(conn) // an alert at most
				if d := time.Since(start); d != 30*time.Second {
					t.Errorf("after %v", d)
				}
				w.endedBy(ftp.CauseTLSHandshake)
			})
		})
	}
}

// The handshake does not make the time for the login longer.
func TestHandshakeWithinTheLoginTimeout(t *testing.T) {
	inWorld(t, withTLS(nil), func(w *world) {
		start := time.Now()
		s := w.dial()
		time.Sleep(110 * time.Second)
		s.do("AUTH TLS", "234")
		_, _ = io.ReadAll(s.conn)
		if d := time.Since(start); d != 2*time.Minute {
			t.Errorf("after %v", d)
		}
		w.endedBy(ftp.CauseTLSHandshake)
	})
}

// implicit connects to a port of implicit TLS.
func (w *world) implicit() net.Conn {
	w.t.Helper()
	l, err := w.host.Listen(w.t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, 990)})
	if err != nil {
		w.t.Fatal(err)
	}
	go func() { _ = w.srv.ServeTLS(l) }()
	conn, err := w.client.Dial(w.t.Context(), netx.DialConfig{Remote: netx.AddrPort(l.Addr())})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// A command line that never ends does not keep a session alive.
func TestLineWithoutEnd(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.login()
		start := time.Now()
		defer drip(s.conn, "x", time.Second)()
		endsAfter(w, s, start, 5*time.Minute, "421 Timeout.", ftp.CauseIdle)
	})
}

// A client that never reads replies is gone as soon as one cannot be written
// for a minute.
func TestRepliesAreNeverRead(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.login()
		start := time.Now()
		for {
			if _, err := io.WriteString(s.conn, strings.Repeat("FEAT\r\n", 100)); err != nil {
				break
			}
		}
		if d := time.Since(start); d > time.Minute {
			t.Errorf("after %v", d)
		}
		w.endedBy(ftp.CauseControlLost)
	})
}

// A data connection on which nothing comes, not even the TLS that was agreed,
// ends by the limit on standing still.
func TestSilentDataConnectionUnderTLS(t *testing.T) {
	inWorld(t, withTLS(nil), func(w *world) {
		s := w.dial()
		s.auth(clientConfig(tls.VersionTLS13))
		s.do("USER u", "331")
		s.do("PASS secret", "230")
		s.do("PROT P", "200")
		_ = s.passive()
		start := time.Now()
		s.do("STOR f", "150")
		s.expect("421 Data timeout.")
		if d := time.Since(start); d < 5*time.Minute || d > 6*time.Minute {
			t.Errorf("after %v", d)
		}
	})
}

// A reader of one byte a second is slow, and does not stand still.
func TestSlowReaderIsNotCut(t *testing.T) {
	const size = 3000
	inWorld(t, func(w *world) { w.srv.Policy.Data.StallTimeout = 20 * time.Second }, func(w *world) {
		w.mem.SetBuffer(64)
		w.put("/f", strings.Repeat("x", size))
		s := w.login()
		data := s.passive()
		s.do("RETR f", "150")
		b := make([]byte, 1)
		got := 0
		for {
			n, err := data.Read(b)
			if got += n; err != nil {
				break
			}
			time.Sleep(time.Second)
		}
		if got != size {
			t.Errorf("%d bytes came", got)
		}
		s.expect("226")
	})
}

func TestTransferTimeout(t *testing.T) {
	inWorld(t, func(w *world) {
		w.srv.Policy.Time.Transfer, w.srv.Policy.Upload.DeleteFailed = time.Minute, true
		w.srv.Policy.Data.AcceptTimeout = 0
	}, func(w *world) {
		s := w.login()
		data := s.passive()
		start := time.Now()
		s.do("STOR f", "150")
		defer drip(data, "x", time.Second)()
		s.expect("426 The transfer has lasted 1m0s, which is the limit (transfer-timeout).")
		if d := time.Since(start); d != time.Minute {
			t.Errorf("after %v", d)
		}
		if _, err := w.get("/f"); err == nil {
			t.Error("the file is there")
		}
		s.do("NOOP", "200") // the session goes on
		w.put("/g", "short")
		if got := s.fetch("RETR g"); got != "short" {
			t.Errorf("got %q", got)
		}
		// Waiting for the client to connect counts too.
		s.do("EPSV", "229")
		s.do("RETR g", "426 The transfer has lasted")
	})
}

// A session ends when its time is over, busy or not, and lets a transfer end.
func TestSessionTimeout(t *testing.T) {
	limited := func(w *world) { w.srv.Policy.Time.Session = time.Hour }
	const reply = "421 Timeout: a session may last 1h0m0s (session-timeout)."
	inWorld(t, limited, func(w *world) {
		start := time.Now()
		s := w.login()
		for range 59 {
			time.Sleep(time.Minute)
			s.do("NOOP", "200")
		}
		endsAfter(w, s, start, time.Hour, reply, ftp.CauseSessionTimeout)
	})
	inWorld(t, limited, func(w *world) {
		start := time.Now()
		s := w.login()
		data := s.passive()
		s.do("STOR f", "150")
		for range 70 {
			time.Sleep(time.Minute)
			_, _ = io.WriteString(data, "x")
		}
		s.send("PWD\r\n") // waits in the queue, and is too late
		_ = data.Close()
		s.expect("226")
		endsAfter(w, s, start, 70*time.Minute, reply, ftp.CauseSessionTimeout)
		if got, err := w.get("/f"); len(got) != 70 || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
}

// TestSilentConnectionsAreCheap measures what a connection costs that says
// nothing, both of its ends together.
func TestSilentConnectionsAreCheap(t *testing.T) {
	const connections, most = 500, 32 << 10
	store, err := osfs.New(t.TempDir(), osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	srv := &ftpserver.Server{Accounts: benchAccounts{store}, Policy: ftpserver.DefaultPolicy()}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() {
		_ = srv.Close()
		if err := <-served; !errors.Is(err, ftpserver.ErrServerClosed) {
			t.Errorf("Serve: %v", err)
		}
	}()
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := used()
	for range connections {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		greeting := make([]byte, 3)
		if _, err := io.ReadFull(conn, greeting); err != nil {
			t.Fatal(err)
		}
	}
	after := used()
	each := (max(after, before) - before) / connections
	t.Logf("%d bytes for a silent connection", each)
	if each > most {
		t.Errorf("%d bytes for a silent connection, want at most %d", each, most)
	}
}
