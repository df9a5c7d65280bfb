package ftpserver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ferry/ftp"
	"ferry/internal/netx"
	"ferry/vfs"
	"ferry/vfs/osfs"
)

// writesListener gives connections that note each write.
type writesListener struct {
	net.Listener
	mu     sync.Mutex
	writes []string
}

func (l *writesListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return &writesConn{conn, l}, err
}

// take returns what was written since it was asked last.
func (l *writesListener) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	taken := l.writes
	l.writes = nil
	return taken
}

type writesConn struct {
	net.Conn
	l *writesListener
}

func (c *writesConn) Write(p []byte) (int, error) {
	c.l.mu.Lock()
	c.l.writes = append(c.l.writes, string(p))
	c.l.mu.Unlock()
	return c.Conn.Write(p)
}

// unlimited is a limiter that never waits.
type unlimited struct{}

func (unlimited) WaitN(context.Context, int) error { return nil }
func (unlimited) Burst() int                       { return 1 << 20 }

type limited struct{ anybody }

func (l limited) Authenticate(ctx context.Context, login Login) (*User, error) {
	u, err := l.anybody.Authenticate(ctx, login)
	u.NewLimiter = func(Direction) Limiter { return unlimited{} }
	return u, err
}

// TestSmallFile wants the 150 and the 226 in one write where a small file can go before them, and
// in two everywhere else, and the same bytes in any case.
func TestSmallFile(t *testing.T) {
	dir := t.TempDir()
	content := make(map[string][]byte)
	for name, size := range map[string]int{"empty": 0, "little": 1, "small": maxSmall, "large": maxSmall + 1} {
		content[name] = bytes.Repeat([]byte("0123456789\n"), size/11+1)[:size]
		if err := os.WriteFile(filepath.Join(dir, name), content[name], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, file string
		rest       int
		ascii      bool
		copied     bool // use_sendfile=NO
		limited    bool
		together   bool
	}{
		{name: "empty", file: "empty"},
		{name: "little", file: "little", together: true},
		{name: "small", file: "small", together: true},
		{name: "large", file: "large"},
		{name: "large from one on", file: "large", rest: 1, together: true},
		{name: "from its end on", file: "small", rest: maxSmall},
		{name: "ASCII", file: "small", ascii: true},
		{name: "copied", file: "small", copied: true},
		{name: "limited", file: "small", limited: true},
	}
	for _, tt := range tests {
		for _, mode := range []string{"passive", "active"} {
			t.Run(tt.name+", "+mode, func(t *testing.T) {
				store, err := osfs.New(dir, osfs.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = store.Close() }()
				var told TransferInfo
				srv := &Server{
					Accounts: anybody{store}, Policy: DefaultPolicy(), PassiveMin: 20400, PassiveMax: 20499,
					Trace: &Trace{Transfer: func(_ SessionInfo, i TransferInfo) { told = i }},
				}
				if tt.limited {
					srv.Accounts = limited{anybody{store}}
				}
				srv.Policy.Download.ASCII, srv.Policy.Data.Kernel = true, !tt.copied
				tcp, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					t.Fatal(err)
				}
				l := &writesListener{Listener: tcp}
				served := make(chan error, 1)
				go func() { served <- srv.Serve(l) }()
				c := newPlainClient(t, tcp.Addr().String())
				c.do("USER u", "331")
				c.do("PASS p", "230")
				c.do("TYPE "+map[bool]string{false: "I", true: "A"}[tt.ascii], "200")
				open := c.passive
				if mode == "active" {
					open = c.active
				}
				accept := open()
				if tt.rest > 0 {
					c.do(fmt.Sprintf("REST %d", tt.rest), "350")
				}
				l.take()
				c.do("RETR "+tt.file, "150")
				data := accept()
				got, err := io.ReadAll(data)
				_ = data.Close()
				c.expect("226")
				writes := l.take()
				c.do("QUIT", "221")
				_ = srv.Close()
				if err := <-served; !errors.Is(err, ErrServerClosed) {
					t.Error(err)
				}

				want := content[tt.file][tt.rest:]
				if tt.ascii {
					want = bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n"))
				}
				if err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes of %d came, %v", len(got), len(want), err)
				}
				if together := len(writes) == 1; together != tt.together || !strings.HasPrefix(strings.Join(writes, ""), "150 ") {
					t.Errorf("written as %q", writes)
				}
				if told.Bytes != int64(len(content[tt.file])-tt.rest) && !tt.ascii || told.Err != nil || told.Reply.Code != ftp.CodeTransferOK {
					t.Errorf("told of %d bytes, %v, %v", told.Bytes, told.Err, told.Reply)
				}
			})
		}
	}
}

// TestSmallFileWaits has a small file not fit into what waits to be sent: then the 150 comes first.
func TestSmallFileWaits(t *testing.T) {
	dir := t.TempDir()
	want := bytes.Repeat([]byte("x"), maxSmall)
	if err := os.WriteFile(filepath.Join(dir, "file"), want, 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := osfs.New(dir, osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	l, err := netx.System{}.Listen(t.Context(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = peer.Close() }()
	data, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(dir, "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	filled := 0
	for all := true; all; {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		var n int64
		n, all = netx.SendFileNow(data, file, maxSmall)
		filled += int(n)
	}

	srv := &Server{Accounts: anybody{store}, Policy: DefaultPolicy()}
	srv.init()
	defer func() { _ = srv.Close() }()
	near, far := net.Pipe()
	defer func() { _, _ = near.Close(), far.Close() }()
	control := &plainClient{t, far, bufio.NewReader(far)}
	s := newSession(srv, near, netip.MustParseAddrPort("127.0.0.1:4000"), netip.MustParseAddrPort("127.0.0.1:21"))
	s.user, s.fsys, s.state, s.typ = &User{Name: "u", FS: store, Access: vfs.Policy{Allow: vfs.PermAll}}, store, stateIn, ftp.TypeImage
	s.data = ready{data}
	over := make(chan struct{})
	go func() {
		defer close(over)
		s.answer(t.Context(), ftp.Command{Verb: "RETR", Arg: "file"})
	}()
	control.expect("150 ") // and no 226, for which somebody must read
	got, err := io.ReadAll(peer)
	if err != nil || len(got) != filled+len(want) {
		t.Errorf("%d bytes came, %v; want %d", len(got), err, filled+len(want))
	}
	control.expect("226 ")
	<-over
}

// plainClient speaks as little FTP as it can, over real connections.
type plainClient struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

func newPlainClient(t *testing.T, addr string) *plainClient {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	c := &plainClient{t, conn, bufio.NewReader(conn)}
	c.expect("220")
	return c
}

func (c *plainClient) do(line, want string) string {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, line+"\r\n"); err != nil {
		c.t.Fatal(err)
	}
	return c.expect(want)
}

func (c *plainClient) expect(want string) string {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, want) {
		c.t.Fatalf("%q, %v, want %s", line, err, want)
	}
	return line
}

// passive and active agree on a data connection; what they return gives it once there is one.
func (c *plainClient) passive() func() net.Conn {
	port, err := ftp.ParseExtPassive(c.do("EPSV", "229"))
	if err != nil {
		c.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		c.t.Fatal(err)
	}
	return func() net.Conn { return conn }
}

func (c *plainClient) active() func() net.Conn {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = l.Close() })
	c.do(fmt.Sprintf("EPRT |1|127.0.0.1|%d|", l.Addr().(*net.TCPAddr).Port), "200")
	return func() net.Conn {
		conn, err := l.Accept()
		if err != nil {
			c.t.Fatal(err)
		}
		return conn
	}
}
