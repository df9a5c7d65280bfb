package ftpserver_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/netx"
	"ferry/vfs"
)

func TestLoginAndTransferInBothModes(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.put("/hello", "hello world")
		s := w.login()
		if got := s.fetch("RETR hello"); got != "hello world" {
			t.Errorf("passive: %q", got)
		}
		accept := s.active()
		s.send("RETR hello\r\n")
		conn := accept()
		s.expect("150")
		if got, err := io.ReadAll(conn); string(got) != "hello world" || err != nil {
			t.Errorf("active: %q, %v", got, err)
		}
		s.expect("226")
		s.store("STOR up", "content")
		if got, err := w.get("/up"); got != "content" {
			t.Errorf("stored %q, %v", got, err)
		}
		s.do("QUIT", "221")
		s.gone()
	})
}

func TestIdleTimeout(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.login()
		time.Sleep(299 * time.Second)
		s.do("NOOP", "200")
		start := time.Now()
		s.expect("421 Timeout")
		if d := time.Since(start); d != 300*time.Second {
			t.Errorf("after %v", d)
		}
		s.gone()
		synctest.Wait()
		if w.ended[0].Cause != ftp.CauseIdle {
			t.Errorf("ended by %q", w.ended[0].Cause)
		}
	})
}

// The idle clock stands still while bytes move, however slowly.
func TestNoIdleTimeoutWhileBytesMove(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.login()
		data := s.passive()
		s.do("STOR slow", "150")
		for range 20 {
			time.Sleep(200 * time.Second)
			_, _ = data.Write([]byte("x"))
		}
		_ = data.Close()
		s.expect("226")
	})
}

func TestStalledTransferIsCut(t *testing.T) {
	inWorld(t, func(w *world) { w.srv.Policy.Upload.DeleteFailed = true }, func(w *world) {
		s := w.login()
		data := s.passive()
		s.do("STOR never", "150")
		_, _ = data.Write([]byte("part"))
		start := time.Now()
		s.expect("421 Data timeout")
		if d := time.Since(start); d < 300*time.Second || d > 320*time.Second {
			t.Errorf("after %v", d)
		}
		s.gone()
		if _, err := w.get("/never"); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("the failed upload is still there: %v", err)
		}
	})
}

func TestAbor(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	for name, abort := range map[string]string{
		"plain":   "ABOR\r\n",
		"telnet":  "\xff\xf4\xff\xf2ABOR\r\n",
		"bytes":   "A,B,O,R,\r,\n",
		"lowered": "abor\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				w.put("/big", big)
				s := w.login()
				data := s.passive()
				s.do("RETR big", "150")
				time.Sleep(time.Second)
				if name == "bytes" {
					for part := range strings.SplitSeq(abort, ",") {
						s.send(part)
						time.Sleep(time.Second)
					}
				} else {
					s.send(abort)
				}
				s.expect("426")
				s.expect("226")
				if _, err := io.Copy(io.Discard, data); err == nil {
					t.Error("the client takes what it got for the whole file")
				}
				if got := s.fetch("RETR big"); got != big {
					t.Error("the next transfer is damaged")
				}
				s.do("ABOR", "225")
			})
		})
	}
}

// ABOR ends the waiting for a data connection too.
func TestAborWhileWaitingForTheClient(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.login()
		s.do("EPSV", "229")
		s.send("LIST\r\n")
		time.Sleep(time.Second)
		start := time.Now()
		s.do("ABOR", "426")
		s.expect("226")
		if d := time.Since(start); d != 0 {
			t.Errorf("after %v", d)
		}
		s.do("LIST", "425 Use PORT or PASV first.")
	})
}

// During a transfer NOOP and STAT are answered at once, other commands after
// it, in order.
func TestCommandsDuringATransfer(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.put("/big", strings.Repeat("x", 1<<20))
		s := w.login()
		data := s.passive()
		s.do("RETR big", "150")
		time.Sleep(time.Second)
		s.do("NOOP", "200")
		if r := s.do("STAT", "211"); !strings.Contains(r.String(), "bytes so far") {
			t.Errorf("%v", r)
		}
		s.send("PWD\r\nTYPE A\r\nNOOP\r\n")
		time.Sleep(time.Second)
		_, _ = io.Copy(io.Discard, data)
		s.expect("226")
		s.expect("257")
		s.expect("200 Switching")
		s.expect("200 NOOP")
	})
}

// QUIT lets the transfer end (RFC 959 §4.1.1), even if the client hangs up then.
func TestQuitDuringATransfer(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.login()
		data := s.passive()
		s.do("STOR file", "150")
		time.Sleep(time.Second)
		s.send("QUIT\r\nNOOP\r\n")
		time.Sleep(time.Second)
		_, _ = data.Write([]byte("whole"))
		_ = data.Close()
		s.expect("226")
		s.expect("221")
		s.gone()
		if got, _ := w.get("/file"); got != "whole" {
			t.Errorf("stored %q", got)
		}
	})
}

// A client that vanishes takes its transfer with it.
func TestControlConnectionLost(t *testing.T) {
	inWorld(t, func(w *world) { w.srv.Policy.Upload.DeleteFailed = true }, func(w *world) {
		s := w.login()
		data := s.passive()
		s.do("STOR file", "150")
		_, _ = data.Write([]byte("part"))
		time.Sleep(time.Second)
		_ = s.conn.Close()
		synctest.Wait()
		if n := w.srv.Sessions(); n != 0 {
			t.Errorf("%d sessions", n)
		}
		if _, err := data.Read(make([]byte, 1)); err == nil {
			t.Error("the data connection is open")
		}
		if _, err := w.get("/file"); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("the failed upload is there: %v", err)
		}
		if got := w.moved[0].Cause; got != ftp.CauseControlLost {
			t.Errorf("cause %q", got)
		}
	})
}

// Many commands in one packet, and one command in many.
func TestPipelinedAndSplit(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.dial()
		s.send("USER u\r\nPASS secret\r\nSYST\r\nPWD\r\nQUIT\r\nNOOP\r\n")
		for _, code := range []string{"331", "230", "215", "257", "221"} {
			s.expect(code)
		}
		s.gone()
		s = w.dial()
		for _, c := range []byte("USER u\r\nPASS secret\r\nSYST\r\n") {
			s.send(string(c))
			synctest.Wait()
		}
		for _, code := range []string{"331", "230", "215"} {
			s.expect(code)
		}
	})
}

func TestDrain(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		idle, busy := w.login(), w.login()
		data := busy.passive()
		busy.do("STOR file", "150")
		time.Sleep(time.Second)
		shut := make(chan error, 1)
		go func() {
			ctx, cancel := context.WithTimeout(w.t.Context(), time.Hour)
			defer cancel()
			shut <- w.srv.Shutdown(ctx)
		}()
		idle.expect("421 The server is stopping")
		idle.gone()
		time.Sleep(time.Minute)
		_, _ = data.Write([]byte("whole"))
		_ = data.Close()
		busy.expect("226")
		busy.expect("421")
		busy.gone()
		if err := <-shut; err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if got, _ := w.get("/file"); got != "whole" {
			t.Errorf("stored %q", got)
		}
	})
}

func TestShutdownLosesPatience(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		busy := w.login()
		busy.passive()
		busy.do("STOR file", "150")
		ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if err := w.srv.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestLimits(t *testing.T) {
	inWorld(t, func(w *world) { w.srv.MaxSessions, w.srv.MaxPerAddress = 3, 2 }, func(w *world) {
		first, second := w.dial(), w.dial()
		s := w.connect(w.client)
		s.expect("421 There are too many connections from your internet address.")
		s.gone()
		third := w.connect(w.other)
		third.expect("220")
		s = w.connect(w.other)
		s.expect("421 There are too many connected users, please try later.")
		s.gone()
		first.do("QUIT", "221")
		first.gone()
		synctest.Wait()
		w.dial()
		_, _ = second, third
	})
}

func TestWrongPasswords(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		s := w.dial()
		for range 3 {
			s.do("USER u", "331")
			start := time.Now()
			s.do("PASS wrong", "530 Login incorrect.")
			if d := time.Since(start); d != time.Second {
				t.Errorf("answered after %v", d)
			}
		}
		s.gone()
		synctest.Wait()
		if w.ended[0].Cause != ftp.CauseLoginFailures {
			t.Errorf("ended by %q", w.ended[0].Cause)
		}
		for _, e := range w.events {
			if strings.Contains(e, "wrong") {
				t.Errorf("the password is in %q", e)
			}
		}
	})
}

func TestRate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.user.NewLimiter = func(d ftpserver.Direction) ftpserver.Limiter {
			if d == ftpserver.Upload {
				return nil
			}
			return tenPerSecond{}
		}
	}, func(w *world) {
		w.put("/file", strings.Repeat("x", 100))
		s := w.login()
		start := time.Now()
		s.fetch("RETR file")
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("100 bytes at 10 a second took %v", d)
		}
		start = time.Now()
		s.store("STOR up", strings.Repeat("x", 100))
		if d := time.Since(start); d != 0 {
			t.Errorf("an upload without a limit took %v", d)
		}
	})
}

type tenPerSecond struct{}

func (tenPerSecond) WaitN(ctx context.Context, n int) error {
	select {
	case <-time.After(time.Duration(n) * 100 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
func (tenPerSecond) Burst() int { return 10 }

// The failures of data connections, with the causes in reply and trace alike.
func TestDataConnectionFailures(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world, s *session)
		want string // the final reply
		took time.Duration
	}{
		{
			"nobody connects", func(_ *world, s *session) { s.do("EPSV", "229") },
			"425 Failed to establish connection: 192.0.2.10 did not connect", time.Minute,
		},
		{"only a wrong peer connects", func(w *world, s *session) {
			port, _ := ftp.ParseExtPassive(s.do("EPSV", "229").Text())
			s.dialData(w.other, port)
			synctest.Wait()
		}, "425 Security: Bad IP connecting. Expected 192.0.2.10, seen 192.0.2.66 (passive-peer-mismatch).", 3 * time.Second},
		{
			"the client's port refuses", func(_ *world, s *session) { s.do("PORT 192,0,2,10,19,136", "200") },
			"425 Failed to establish connection to 192.0.2.10:5000: connection refused (active-refused).", 0,
		},
		{"the client's port is silent", func(w *world, s *session) {
			w.mem.DropFunc(func(_, to netip.AddrPort) bool { return to.Port() == 5000 })
			s.do("PORT 192,0,2,10,19,136", "200")
		}, "425 Failed to establish connection to 192.0.2.10:5000: no answer (active-timeout).", time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				s := w.login()
				tt.do(w, s)
				start := time.Now()
				s.do("LIST", tt.want)
				if d := time.Since(start); d != tt.took {
					t.Errorf("after %v, want %v", d, tt.took)
				}
				s.do("LIST", "425 Use PORT or PASV first.")
				if w.moved[0].Cause == "" || !strings.Contains(w.moved[0].Reply.String(), string(w.moved[0].Cause)) {
					t.Errorf("cause %q, reply %q", w.moved[0].Cause, w.moved[0].Reply)
				}
				_ = s.fetch("NLST")
			})
		})
	}
}

// An upload whose data connection is never made costs nobody a file.
func TestUploadThatNeverBegins(t *testing.T) {
	inWorld(t, func(w *world) { w.srv.Policy.Upload.DeleteFailed = true }, func(w *world) {
		w.put("/file", "precious")
		s := w.login()
		for _, command := range []string{"STOR file", "STOR new", "APPE file", "STOU new"} {
			s.do("EPSV", "229")
			s.do(command, "425")
		}
		if got, err := w.get("/file"); got != "precious" {
			t.Errorf("%q, %v", got, err)
		}
		if _, err := w.get("/new"); !errors.Is(err, vfs.ErrNotExist) {
			t.Errorf("an empty file is left: %v", err)
		}
	})
}

// A wrong peer does not disturb a client that comes in time.
func TestWrongPeerDoesNotUseUpThePort(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.put("/file", "x")
		s := w.login()
		port, _ := ftp.ParseExtPassive(s.do("EPSV", "229").Text())
		evil := s.dialData(w.other, port)
		s.send("RETR file\r\n")
		time.Sleep(2 * time.Second)
		data := s.dialData(w.client, port)
		s.expect("150")
		if b, _ := io.ReadAll(data); string(b) != "x" {
			t.Errorf("%q", b)
		}
		s.expect("226")
		if b, _ := io.ReadAll(evil); len(b) > 0 {
			t.Errorf("the wrong peer got %q", b)
		}
	})
}

func TestPassivePortsExhausted(t *testing.T) {
	inWorld(t, func(w *world) { w.srv.PassiveMax = w.srv.PassiveMin }, func(w *world) {
		first, second := w.login(), w.login()
		first.do("EPSV", "229")
		start := time.Now()
		second.do("PASV", "425 Every passive port already waits for a connection from your address, try again (passive-slot-busy).")
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("after %v", d)
		}
		second.do("NOOP", "200") // the session goes on
		first.do("ABOR", "225")
		second.do("PASV", "227 Entering Passive Mode (192,0,2,1,156,64).")
		other := w.connect(w.other)
		other.expect("220")
		other.do("USER u", "331")
		other.do("PASS secret", "230")
		other.do("EPSV", "229")
	})
}

// PASV twice: the first port is closed for the client, the second works.
func TestPassiveTwice(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.put("/file", "x")
		s := w.login()
		old := s.passive()
		if got := s.fetch("RETR file"); got != "x" {
			t.Errorf("%q", got)
		}
		if b, err := io.ReadAll(old); len(b) > 0 {
			t.Errorf("the first connection got %q, %v", b, err)
		}
	})
}

func TestNetworkFailsDuringATransfer(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.put("/big", strings.Repeat("x", 1<<20))
		s := w.login()
		data := s.passive()
		s.do("RETR big", "150")
		_ = netx.Abort(data)
		s.expect("426 Failure writing network stream")
		data = s.passive()
		s.do("STOR up", "150")
		_, _ = data.Write([]byte("part"))
		synctest.Wait()
		_ = netx.Abort(data)
		s.expect("426 Failure reading network stream")
		if got, _ := w.get("/up"); got != "part" {
			t.Errorf("kept %q", got)
		}
	})
}

// The store's failures have codes of their own.
func TestStoreFailures(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{vfs.ErrNoSpace, "452"},
		{vfs.ErrQuota, "552"},
		{errors.New("disk on fire"), "451"},
	}
	for _, tt := range tests {
		inWorld(t, func(w *world) { w.user.FS = failingFS{w.fs, tt.err} }, func(w *world) {
			s := w.login()
			data := s.passive()
			s.do("STOR file", "150")
			_, _ = data.Write([]byte("x"))
			_ = data.Close()
			s.expect(tt.want)
			s.do("NOOP", "200")
		})
	}
}

type failingFS struct {
	vfs.FS
	err error
}

func (f failingFS) Create(ctx context.Context, name string, o vfs.CreateOptions) (vfs.Writer, error) {
	w, err := f.FS.Create(ctx, name, o)
	return failingWriter{w, f.err}, err
}

type failingWriter struct {
	vfs.Writer
	err error
}

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// The account is told once when a session is no longer its user's, however that
// comes.
func TestLeave(t *testing.T) {
	left := 0
	inWorld(t, func(w *world) { w.user.Leave = func() { left++ } }, func(w *world) {
		for i, end := range []func(s *session){
			func(s *session) { s.do("QUIT", "221"); s.gone() },
			func(s *session) { s.do("REIN", "220"); s.do("QUIT", "221"); s.gone() },
			func(s *session) { _ = s.conn.Close() },
			func(*session) { time.Sleep(301 * time.Second) },
		} {
			end(w.login())
			synctest.Wait()
			if left != i+1 {
				t.Errorf("way %d: told %d times", i, left)
			}
		}
	})
}

// faultyFS breaks where it is asked for anything but a name.
type faultyFS struct{ vfs.FS }

func (faultyFS) Mkdir(context.Context, string, fs.FileMode) error { panic("a fault") }

// A session that a fault ends is counted no longer, neither by the account nor
// by the server.
func TestLeaveAfterAFault(t *testing.T) {
	var left atomic.Int32
	inWorld(t, func(w *world) {
		w.user.FS = faultyFS{w.fs}
		w.user.Leave = func() { left.Add(1) }
		w.srv.MaxPerAddress = 1
	}, func(w *world) {
		for i := range int32(3) {
			s := w.login()
			s.send("MKD x\r\n")
			s.gone()
			w.endedBy(ftp.CauseInternal)
			if left.Load() != i+1 || w.srv.Sessions() != 0 {
				t.Errorf("told %d times, %d sessions", left.Load(), w.srv.Sessions())
			}
		}
	})
}

func TestServeConn(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		client, server := net.Pipe()
		over := make(chan struct{})
		go func() {
			w.srv.ServeConn(server, false)
			close(over)
		}()
		buf := make([]byte, 100)
		n, err := client.Read(buf)
		if err != nil || !strings.HasPrefix(string(buf[:n]), "220 ") {
			t.Errorf("%q, %v", buf[:n], err)
		}
		_ = client.Close()
		<-over
	})
}
