package ftpserver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/netx"
	"ferry/vfs"
	"ferry/vfs/memfs"
)

var (
	serverIP = netip.MustParseAddr("192.0.2.1")
	clientIP = netip.MustParseAddr("192.0.2.10")
	otherIP  = netip.MustParseAddr("192.0.2.66")
)

// world is a server with a store in memory, and two hosts beside it, in a
// synctest bubble.
type world struct {
	t             *testing.T
	mem           *netx.Mem
	host          *netx.Host
	client, other *netx.Host
	fs            *memfs.FS
	srv           *ftpserver.Server
	user          ftpserver.User
	refuse        error

	mu     sync.Mutex
	events []string // what Trace was told
	ended  []ftpserver.SessionEnd
	moved  []ftpserver.TransferInfo
}

// inWorld runs a test against a server that change may have changed before it
// starts. At the end the server is shut down, and nothing may be left over.
func inWorld(t *testing.T, change func(*world), test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		mem := netx.NewMem()
		w := &world{
			t: t, mem: mem, host: mem.Host(serverIP), client: mem.Host(clientIP), other: mem.Host(otherIP),
			fs: memfs.New(),
		}
		policy := ftpserver.DefaultPolicy()
		w.user = ftpserver.User{Name: "u", FS: w.fs, Access: vfs.Policy{Allow: vfs.PermAll}}
		w.srv = &ftpserver.Server{
			Accounts: w, Policy: policy, PassiveMin: 40000, PassiveMax: 40009,
			PassiveTurn: 2e9, PassiveBadPeer: 3e9, MaxLoginFails: 3, FailedLoginDelay: 1e9,
			ListenData: func(ctx context.Context, local netip.AddrPort) (net.Listener, error) {
				return w.host.Listen(ctx, netx.ListenConfig{Addr: local})
			},
			DialData: func(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error) {
				return w.host.Dial(ctx, netx.DialConfig{Local: local, Remote: remote, ReuseAddr: true})
			},
			Trace: &ftpserver.Trace{
				SessionEnd: func(_ ftpserver.SessionInfo, e ftpserver.SessionEnd) {
					w.mu.Lock()
					defer w.mu.Unlock()
					w.ended = append(w.ended, e)
				},
				Transfer: func(_ ftpserver.SessionInfo, i ftpserver.TransferInfo) {
					w.mu.Lock()
					defer w.mu.Unlock()
					w.moved = append(w.moved, i)
				},
				Command: func(_ ftpserver.SessionInfo, c ftpserver.CommandInfo) {
					w.mu.Lock()
					defer w.mu.Unlock()
					w.events = append(w.events, c.Command.String())
				},
			},
		}
		if change != nil {
			change(w)
		}
		l, err := w.host.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, 21)})
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- w.srv.Serve(l) }()
		t.Cleanup(func() {
			_ = w.srv.Close()
			if err := <-served; !errors.Is(err, ftpserver.ErrServerClosed) {
				t.Errorf("Serve: %v", err)
			}
		})
		test(w)
	})
}

// Ask implements ftpserver.Accounts: everybody needs a password.
func (w *world) Ask(context.Context, ftpserver.Login) (bool, error) { return true, w.refuse }

// Authenticate implements ftpserver.Accounts: the password is "secret".
func (w *world) Authenticate(_ context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if l.Password != "secret" {
		return nil, errors.New("wrong password")
	}
	u := w.user
	return &u, nil
}

func (w *world) put(name, content string) {
	w.t.Helper()
	f, err := w.fs.Create(w.t.Context(), name, vfs.CreateOptions{Perm: 0o644})
	if err != nil {
		w.t.Fatal(err)
	}
	_, _ = io.WriteString(f, content)
	if err := f.Commit(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) get(name string) (string, error) {
	f, err := w.fs.Open(w.t.Context(), name, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	return string(b), err
}

// session is a client's view of one control connection.
type session struct {
	w    *world
	host *netx.Host
	conn net.Conn
	r    *bufio.Reader
}

// dial connects, and reads the greeting.
func (w *world) dial() *session {
	w.t.Helper()
	s := w.connect(w.client)
	s.expect("220")
	return s
}

func (w *world) connect(host *netx.Host) *session {
	w.t.Helper()
	conn, err := host.Dial(w.t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, 21)})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	return &session{w: w, host: host, conn: conn, r: bufio.NewReader(conn)}
}

// login is dial, and USER and PASS.
func (w *world) login() *session {
	w.t.Helper()
	s := w.dial()
	s.do("USER u", "331")
	s.do("PASS secret", "230")
	return s
}

// send writes lines as they are.
func (s *session) send(text string) {
	s.w.t.Helper()
	if _, err := io.WriteString(s.conn, text); err != nil {
		s.w.t.Fatalf("send %q: %v", text, err)
	}
}

// reply reads one reply.
func (s *session) reply() (ftp.Reply, error) {
	var p ftp.ReplyParser
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return ftp.Reply{}, err
		}
		if !strings.HasSuffix(line, "\r\n") {
			return ftp.Reply{}, fmt.Errorf("line without CRLF: %q", line)
		}
		r, done, err := p.Line(strings.TrimSuffix(line, "\r\n"))
		if err != nil || done {
			return r, err
		}
	}
}

// expect reads a reply that must begin with want: the code, and perhaps more.
func (s *session) expect(want string) ftp.Reply {
	s.w.t.Helper()
	r, err := s.reply()
	if err != nil {
		s.w.t.Fatalf("want %s: %v", want, err)
	}
	if !strings.HasPrefix(r.String(), want) {
		s.w.t.Fatalf("got %q, want %s", r, want)
	}
	return r
}

// do sends a command and reads its reply.
func (s *session) do(line, want string) ftp.Reply {
	s.w.t.Helper()
	s.send(line + "\r\n")
	r, err := s.reply()
	if err != nil {
		s.w.t.Fatalf("%s: %v", line, err)
	}
	if !strings.HasPrefix(r.String(), want) {
		s.w.t.Fatalf("%s: got %q, want %s", line, r, want)
	}
	return r
}

// gone expects the end of the control connection.
func (s *session) gone() {
	s.w.t.Helper()
	if r, err := s.reply(); err == nil {
		s.w.t.Fatalf("got %q, want the end", r)
	}
}

// passive agrees on a data connection and makes it.
func (s *session) passive() net.Conn {
	s.w.t.Helper()
	r := s.do("EPSV", "229")
	port, err := ftp.ParseExtPassive(r.Text())
	if err != nil {
		s.w.t.Fatal(err)
	}
	return s.dialData(s.host, port)
}

func (s *session) dialData(from *netx.Host, port uint16) net.Conn {
	s.w.t.Helper()
	conn, err := from.Dial(s.w.t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, port)})
	if err != nil {
		s.w.t.Fatal(err)
	}
	s.w.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// active listens on a port, tells it with PORT, and returns what accepts.
func (s *session) active() func() net.Conn {
	s.w.t.Helper()
	l, err := s.host.Listen(s.w.t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(clientIP, 0)})
	if err != nil {
		s.w.t.Fatal(err)
	}
	s.do("PORT "+ftp.FormatHostPort(netx.AddrPort(l.Addr())), "200")
	return func() net.Conn {
		conn, err := l.Accept()
		if err != nil {
			s.w.t.Fatal(err)
		}
		_ = l.Close()
		s.w.t.Cleanup(func() { _ = conn.Close() })
		return conn
	}
}

// fetch transfers to the client, passively.
func (s *session) fetch(command string) string {
	s.w.t.Helper()
	data := s.passive()
	s.do(command, "150")
	b, err := io.ReadAll(data)
	if err != nil {
		s.w.t.Fatalf("%s: %v", command, err)
	}
	s.expect("226")
	return string(b)
}

// store transfers to the server, passively.
func (s *session) store(command, content string) {
	s.w.t.Helper()
	data := s.passive()
	s.do(command, "150")
	if _, err := io.WriteString(data, content); err != nil {
		s.w.t.Fatal(err)
	}
	_ = data.Close()
	s.expect("226")
}
