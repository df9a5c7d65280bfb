package ftpserver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
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
)

// Whoever connects to a passive port gets nothing of somebody else's session: not
// from another address, not by another session of the same address, not with
// another session's ticket, not too early and not too late.
func TestBadInputPassiveHijack(t *testing.T) {
	none := func(w *world, conn net.Conn) {
		w.t.Helper()
		if b, _ := io.ReadAll(conn); len(b) > 0 {
			w.t.Errorf("the thief got %q", b)
		}
	}
	t.Run("another address, before and after the client", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			w.put("/file", "content")
			s := w.login()
			p := s.extended()
			before := s.dialData(w.other, p)
			data := s.dialData(w.client, p)
			after := s.dialData(w.other, p)
			s.do("RETR file", "150")
			if b, _ := io.ReadAll(data); string(b) != "content" {
				t.Errorf("the client got %q", b)
			}
			s.expect("226")
			none(w, before)
			none(w, after)
		})
	})
	t.Run("another address, an upload", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			p := s.extended()
			evil := s.dialData(w.other, p)
			_, _ = io.WriteString(evil, "evil")
			_ = evil.Close()
			s.send("STOR up\r\n")
			synctest.Wait()
			data := s.dialData(w.client, p)
			s.expect("150")
			_, _ = io.WriteString(data, "good")
			_ = data.Close()
			s.expect("226")
			if got, err := w.get("/up"); got != "good" {
				t.Errorf("%q, %v", got, err)
			}
		})
	})
	t.Run("another session of the same address", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			w.put("/a", "of a")
			w.put("/b", "of b")
			a, b := w.login(), w.login()
			pa, pb := a.extended(), b.extended()
			if pa == pb {
				t.Fatal("two sessions of one address wait on one port")
			}
			da, db := a.dialData(w.client, pa), b.dialData(w.client, pb)
			a.do("RETR a", "150")
			b.do("RETR b", "150")
			for conn, want := range map[net.Conn]string{da: "of a", db: "of b"} {
				if got, _ := io.ReadAll(conn); string(got) != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			a.expect("226")
			b.expect("226")
		})
	})
	t.Run("another session's ticket, in its own address", func(t *testing.T) {
		inWorld(t, withTLS(nil), func(w *world) {
			w.put("/file", "content")
			mine, theirs := clientConfig(tls.VersionTLS13), clientConfig(tls.VersionTLS13)
			s, thief := w.loginTLS(mine), w.loginTLS(theirs)
			_, _ = io.ReadAll(thief.private("NLST", theirs)) // so that it holds tickets
			thief.expect("226")
			p := s.extended()
			raw := s.dialData(w.client, p)
			s.do("RETR file", "150")
			none(w, tls.Client(raw, theirs))
			s.expect("522")
			// A ticket that was good is so only on the session that it came from.
			raw = thief.passive()
			thief.do("RETR file", "150")
			none(w, tls.Client(raw, mine))
			thief.expect("522")
			if b, err := io.ReadAll(s.private("RETR file", mine)); string(b) != "content" {
				t.Errorf("%q, %v", b, err)
			}
			s.expect("226")
		})
	})
	t.Run("too late", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			w.put("/file", "content")
			s := w.login()
			for _, end := range []string{"ABOR", "EPSV", "PASV", "PORT 192,0,2,10,19,136"} {
				p := s.extended()
				s.do(end, "2")
				none(w, s.dialData(w.client, p))
			}
			p := s.extended()
			s.do("LIST", "425") // after a minute
			none(w, s.dialData(w.client, p))
			p = s.extended()
			s.do("QUIT", "221")
			s.gone()
			none(w, s.dialData(w.client, p))
		})
	})
	t.Run("too early and in numbers", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			w.put("/file", "content")
			s := w.login()
			p := s.extended()
			var early []net.Conn
			for range 100 {
				early = append(early, s.dialData(w.client, p))
			}
			time.Sleep(2 * time.Second) // a port is looked at every second, if no command does
			open := 0
			for _, conn := range early {
				_ = conn.SetReadDeadline(time.Now().Add(time.Second))
				if _, err := conn.Read(make([]byte, 1)); err != nil && strings.Contains(err.Error(), "timeout") {
					open++
				}
				_ = conn.SetReadDeadline(time.Time{})
			}
			if open > 4 {
				t.Errorf("%d connections wait for one transfer", open)
			}
			s.do("RETR file", "150")
			if b, _ := io.ReadAll(early[len(early)-1]); string(b) != "content" {
				t.Errorf("the newest got %q", b)
			}
			s.expect("226")
		})
	})
	t.Run("the port cannot be guessed", func(t *testing.T) {
		inWorld(t, func(w *world) { w.srv.PassiveMax = w.srv.PassiveMin + 1999 }, func(w *world) {
			s := w.login()
			var last uint16
			near, seen := 0, make(map[uint16]bool)
			for range 100 {
				p := s.extended()
				if d := int(p) - int(last); d == 1 || d == -1 || d == 0 {
					near++
				}
				last, seen[p] = p, true
			}
			if near > 10 || len(seen) < 50 {
				t.Errorf("%d of 100 ports beside the last, %d different ones", near, len(seen))
			}
		})
	})
}

// extended is the port of EPSV.
func (s *session) extended() uint16 {
	s.w.t.Helper()
	port, err := ftp.ParseExtPassive(s.do("EPSV", "229").Text())
	if err != nil {
		s.w.t.Fatal(err)
	}
	return port
}

// The server dials nobody but its client, on no port of a service (RFC 2577 §3),
// however the address is written. What is refused leaves no data port behind.
func TestBadInputBounce(t *testing.T) {
	v4 := map[string][]string{
		"a third party":     {"PORT 192,0,2,66,19,136", "EPRT |1|192.0.2.66|5000|", "EPRT ,1,192.0.2.66,5000,", "PORT 8,8,8,8,19,136"},
		"reserved ports":    {"PORT 192,0,2,10,0,1", "PORT 192,0,2,10,0,21", "PORT 192,0,2,10,0,25", "PORT 192,0,2,10,3,255", "EPRT |1|192.0.2.10|22|", "EPRT |1|192.0.2.10|1023|"},
		"port 0":            {"PORT 192,0,2,10,0,0", "EPRT |1|192.0.2.10|0|"},
		"the server itself": {"PORT 192,0,2,1,19,136", "EPRT |1|192.0.2.1|5000|"},
		"loopback":          {"PORT 127,0,0,1,19,136", "PORT 127,255,255,254,19,136", "EPRT |1|127.0.0.1|5000|", "EPRT |2|::1|5000|"},
		"broadcast":         {"PORT 255,255,255,255,19,136", "PORT 192,0,2,255,19,136", "EPRT |1|255.255.255.255|5000|"},
		"multicast":         {"PORT 224,0,0,1,19,136", "PORT 239,255,255,255,19,136", "EPRT |1|224.0.0.1|5000|", "EPRT |2|ff02::1|5000|"},
		"private":           {"PORT 10,0,0,1,19,136", "PORT 172,16,0,1,19,136", "PORT 192,168,0,1,19,136", "PORT 169,254,169,254,0,80", "PORT 169,254,169,254,19,136"},
		"unspecified":       {"PORT 0,0,0,0,0,25", "EPRT |1|0.0.0.0|25|", "EPRT |2|::|5000|", "PORT 0,0,0,1,19,136"},
		"IPv4-mapped": {
			"EPRT |2|::ffff:192.0.2.66|5000|", "EPRT |2|::ffff:127.0.0.1|5000|", "EPRT |2|::ffff:192.0.2.10|25|", "EPRT |2|::ffff:7f00:1|5000|",
			"EPRT |2|::192.0.2.66|5000|", "EPRT |2|64:ff9b::192.0.2.66|5000|", "EPRT |2|2002:c000:242::1|5000|",
		},
		"scopes": {"EPRT |2|fe80::1%eth0|5000|", "EPRT |2|fe80::1%25eth0|5000|", "EPRT |1|192.0.2.10%lo|5000|", "EPRT |2|::1%lo|5000|"},
		"malformed": {
			"PORT ", "PORT 1", "PORT ,,,,,", "PORT 192,0,2,10,19", "PORT 192,0,2,10,19,136,1", "PORT 192,0,2,10,256,1", "PORT 192,0,2,10,-1,1", "PORT 192,0,2,10,1,-1",
			"PORT 192,0,2,10,+19,136", "PORT 192,0,2,10, 19,136", "PORT 0x7f,0,0,1,19,136", "PORT 192.0.2.10,19,136", "PORT 99999999999999999999,0,2,10,19,136",
			"PORT 192,0,2,10,19,136x", "PORT 448,0,2,10,19,136", "PORT 192,0,2,10,4294967295,1", "EPRT |1|192.0.2.10|65536|", "EPRT |1|192.0.2.10|-1|", "EPRT |1|192.0.2.10|+5000|",
			"EPRT |1|192.0.2.10|5000", "EPRT 1|192.0.2.10|5000|", "EPRT |1|192.0.2.10|5000||", "EPRT |1|3232235777|5000|", "EPRT |1|0x7f000001|5000|", "EPRT |1|127.1|5000|",
			"EPRT |1|0300.0.2.10|5000|", "EPRT |1|192.0.2.10|0x1388|", "EPRT |0|192.0.2.10|5000|", "EPRT |99999999999|x|5000|", "EPRT ||||", "EPRT |||5000|", "EPRT |1|client.example|5000|",
			"EPRT |2|[2001:db8::1]|5000|", "EPRT |1|192.0.2.10\t|5000|",
		},
	}
	var dialled atomic.Int32
	counted := func(w *world) {
		dial := w.srv.DialData
		w.srv.DialData = func(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error) {
			dialled.Add(1)
			return dial(ctx, local, remote)
		}
	}
	refused := func(s *session, lines []string) {
		for _, line := range lines {
			s.do("EPSV", "229") // what was agreed before is forgotten too
			s.send(line + "\r\n")
			r, err := s.reply()
			if err != nil || r.Code != 500 && r.Code != 501 && r.Code != 522 {
				s.w.t.Errorf("%s: %v, %v", line, r, err)
			}
			if r.Code == 500 {
				s.do("LIST", "425 Use PORT or PASV first.")
			}
		}
	}
	for name, lines := range v4 {
		t.Run(name, func(t *testing.T) {
			inWorld(t, counted, func(w *world) { refused(w.login(), lines) })
		})
	}
	t.Run("over IPv6", func(t *testing.T) {
		inWorld(t, counted, func(w *world) {
			server := netip.MustParseAddr("2001:db8::1")
			l, err := w.mem.Host(server).Listen(w.t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(server, 21)})
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- w.srv.Serve(l) }()
			defer func() { _, _ = w.srv.Close(), <-served }()
			conn, err := w.mem.Host(netip.MustParseAddr("2001:db8::10")).Dial(w.t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(server, 21)})
			if err != nil {
				t.Fatal(err)
			}
			s := &session{w: w, conn: conn, r: bufio.NewReader(conn)}
			s.expect("220")
			s.do("USER u", "331")
			s.do("PASS secret", "230")
			for _, line := range []string{
				"EPRT |2|2001:db8::66|5000|", "EPRT |2|2001:db8::1|5000|", "EPRT |2|::1|5000|", "EPRT |2|ff02::1|5000|", "EPRT |2|2001:db8::10|25|",
				"EPRT |2|::ffff:192.0.2.10|5000|", "EPRT |1|192.0.2.10|5000|", "EPRT |2|fe80::1%1|5000|", "EPRT |2|fe80::1|5000|", "EPRT |2|::|1023|",
				"EPRT |2|2001:db8::10%lo|5000|", "PORT 192,0,2,10,19,136", "PORT 127,0,0,1,19,136",
			} {
				s.send(line + "\r\n")
				if r, err := s.reply(); err != nil || r.Code != 500 && r.Code != 501 && r.Code != 522 {
					t.Errorf("%s: %v, %v", line, r, err)
				}
				s.do("LIST", "425 Use PORT or PASV first.")
			}
			s.do("EPRT |2|2001:db8::10|5000|", "200") // to see that something is let through
			_ = conn.Close()
		})
	})
	t.Run("in order", func(t *testing.T) {
		inWorld(t, counted, func(w *world) {
			s := w.login()
			s.do("PORT 192,0,2,10,19,136", "200")
			s.do("PORT 192,0,2,66,19,136", "500")
			s.do("LIST", "425 Use PORT or PASV first.")
		})
	})
	if n := dialled.Load(); n > 0 {
		t.Errorf("the server has dialled %d times", n)
	}
}

// What takes without giving is bounded, and ends in time.
func TestBadInputExhaustion(t *testing.T) {
	t.Run("a byte a minute", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			for _, before := range []string{"", "USER u\r\n", "USER u\r\nPASS secret\r\n"} {
				s := w.dial()
				s.send(before)
				for range strings.Count(before, "\n") {
					_, _ = s.reply()
				}
				want := ftp.CauseLoginTimeout
				if strings.Contains(before, "PASS") {
					want = ftp.CauseIdle
				}
				start := time.Now()
				for range 100 {
					if _, err := io.WriteString(s.conn, "x"); err != nil {
						break
					}
					time.Sleep(30 * time.Second)
				}
				synctest.Wait()
				if n, d := w.srv.Sessions(), time.Since(start); n > 0 || w.ended[len(w.ended)-1].Cause != want {
					t.Errorf("behind %q: %d sessions after %v", before, n, d)
				}
			}
		})
	})
	t.Run("data connections half open", func(t *testing.T) {
		inWorld(t, func(w *world) { w.srv.PassiveMax = w.srv.PassiveMin + 1 }, func(w *world) {
			s, started := w.login(), time.Now()
			s.passive()
			s.do("STOR up", "150") // and not a byte
			s.expect("421")
			s.gone()
			if d := time.Since(started); d > 400*time.Second {
				t.Errorf("held for %v", d)
			}
			w.put("/big", strings.Repeat("x", 4<<20))
			s, started = w.login(), time.Now()
			s.passive()
			s.do("RETR big", "150") // and never read
			s.expect("421")
			s.gone()
			if d := time.Since(started); d > 400*time.Second {
				t.Errorf("held for %v", d)
			}
			w.login().fetch("NLST") // the ports are free again
		})
	})
	t.Run("ten thousand PASV", func(t *testing.T) {
		var open, most atomic.Int32
		inWorld(t, func(w *world) {
			listen := w.srv.ListenData
			w.srv.ListenData = func(ctx context.Context, local netip.AddrPort) (net.Listener, error) {
				l, err := listen(ctx, local)
				if err != nil {
					return nil, err
				}
				most.Store(max(most.Load(), open.Add(1)))
				return countedListener{l, &open}, nil
			}
		}, func(w *world) {
			s, neighbour := w.login(), w.connect(w.other)
			neighbour.expect("220")
			neighbour.do("USER u", "331")
			neighbour.do("PASS secret", "230")
			for i := range 10_000 {
				s.do([]string{"PASV", "EPSV"}[i%2], "22")
				if i%1000 == 0 {
					neighbour.fetch("NLST")
				}
			}
			if n := most.Load(); n > 10 {
				t.Errorf("%d ports were open at once, of 10", n)
			}
			s.fetch("NLST")
		})
	})
	t.Run("replies that nobody reads", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			for i := range 500 {
				w.put(fmt.Sprintf("/%0200d", i), "")
			}
			s := w.login()
			go func() {
				for {
					if _, err := io.WriteString(s.conn, strings.Repeat("STAT /\r\n", 100)); err != nil {
						return
					}
				}
			}()
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			if n := w.srv.Sessions(); n > 0 {
				t.Errorf("%d sessions wait for their client", n)
			}
		})
	})
	t.Run("commands in front of a transfer", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			s := w.login()
			data := s.passive()
			s.do("STOR up", "150")
			time.Sleep(time.Second)
			sent := make(chan int)
			go func() {
				n := 0
				_ = s.conn.SetWriteDeadline(time.Now().Add(time.Minute))
				for n < 100_000 {
					if _, err := io.WriteString(s.conn, "SIZE "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
						break
					}
					n++
				}
				sent <- n
			}()
			if n := <-sent; n == 100_000 {
				t.Error("the server has taken a hundred megabytes of commands")
			}
			_ = data.Close()
			s.expect("226")
		})
	})
	t.Run("gone before it is known", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			client, server := net.Pipe()
			_ = client.Close()
			w.srv.ServeConn(nameless{server}, false)
			w.login().do("NOOP", "200")
		})
	})
	t.Run("no descriptors left", func(t *testing.T) {
		inWorld(t, nil, func(w *world) {
			conns := make(chan net.Conn, 1)
			l := &exhausted{until: time.Now().Add(10 * time.Minute), conns: conns}
			served := make(chan error, 1)
			go func() { served <- w.srv.Serve(l) }()
			time.Sleep(11 * time.Minute)
			select {
			case err := <-served:
				t.Fatalf("the server gave up: %v", err)
			default:
			}
			client, server := net.Pipe()
			conns <- server
			s := &session{w: w, conn: client, r: bufio.NewReader(client)}
			s.expect("220")
			_ = client.Close()
			_ = w.srv.Close()
			if err := <-served; !errors.Is(err, ftpserver.ErrServerClosed) {
				t.Errorf("Serve: %v", err)
			}
		})
	})
	t.Run("a flood of connections", func(t *testing.T) {
		inWorld(t, func(w *world) { w.srv.MaxSessions, w.srv.MaxPerAddress = 50, 40 }, func(w *world) {
			var all []*session
			for range 500 {
				all = append(all, w.connect(w.client))
			}
			synctest.Wait()
			if n := w.srv.Sessions(); n != 40 {
				t.Errorf("%d sessions, the limit is 40", n)
			}
			neighbour := w.connect(w.other)
			neighbour.expect("220")
			for _, s := range all {
				_ = netx.Abort(s.conn)
			}
			synctest.Wait()
			if n := w.srv.Sessions(); n != 1 {
				t.Errorf("%d sessions are left", n)
			}
		})
	})
}

// countedListener counts the listeners that are open.
type countedListener struct {
	net.Listener
	open *atomic.Int32
}

func (l countedListener) Close() error {
	err := l.Listener.Close()
	if err == nil {
		l.open.Add(-1)
	}
	return err
}

// nameless is a connection whose peer was gone before anybody asked for its
// address.
type nameless struct{ net.Conn }

func (nameless) RemoteAddr() net.Addr { return nil }
func (nameless) LocalAddr() net.Addr  { return nil }

// exhausted is a listener for which there are no descriptors for some time.
type exhausted struct {
	until time.Time
	conns chan net.Conn
	over  atomic.Bool
}

func (l *exhausted) Accept() (net.Conn, error) {
	if time.Now().Before(l.until) {
		return nil, &net.OpError{Op: "accept", Err: errTooManyFiles}
	}
	conn, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (l *exhausted) Close() error {
	if l.over.CompareAndSwap(false, true) {
		close(l.conns)
	}
	return nil
}
func (l *exhausted) Addr() net.Addr { return nil }

// errTooManyFiles is what EMFILE is on every system.
var errTooManyFiles = filesError("too many open files")

type filesError string

func (e filesError) Error() string { return string(e) }
func (filesError) Temporary() bool { return true }
func (filesError) Timeout() bool   { return false }
