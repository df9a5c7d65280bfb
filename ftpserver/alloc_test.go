package ftpserver

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ferry/internal/dtp"
	"ferry/internal/netx"
	"ferry/vfs"
	"ferry/vfs/memfs"
)

// loopConn is a client that sends the same commands again and again, and does not read.
type loopConn struct {
	net.Conn
	in   string
	next int
	said byte // how the last reply begins
}

func (c *loopConn) Read(p []byte) (int, error) {
	n := copy(p, c.in[c.next:])
	c.next = (c.next + n) % len(c.in)
	return n, nil
}

func (c *loopConn) SetReadDeadline(time.Time) error  { return nil }
func (c *loopConn) SetWriteDeadline(time.Time) error { return nil }

func (c *loopConn) Write(p []byte) (int, error) {
	c.said = p[0]
	return len(p), nil
}

type anybody struct{ fs vfs.FS }

func (anybody) Ask(context.Context, Login) (bool, error) { return true, nil }
func (a anybody) Authenticate(context.Context, Login) (*User, error) {
	return &User{Name: "u", FS: a.fs, Access: vfs.Policy{Allow: vfs.PermAll}}, nil
}

// dataConn is a data connection that takes everything.
type dataConn struct{ loopConn }

func (*dataConn) SetDeadline(time.Time) error { return nil }
func (*dataConn) Close() error                { return nil }

// ready is an endpoint whose client is there already.
type ready struct{ conn net.Conn }

func (ready) Addr() netip.AddrPort                     { return netip.AddrPort{} }
func (r ready) Open(context.Context) (net.Conn, error) { return r.conn, nil }
func (ready) Close() error                             { return nil }

// TestAllocationsPerCommand guards what a command allocates, from the line that was read to
// the reply that is written. Each has a name; what is not named is a regression.
func TestAllocationsPerCommand(t *testing.T) {
	store := memfs.New()
	w, err := store.Create(t.Context(), "/file", vfs.CreateOptions{Perm: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(w, "content")
	if err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	const (
		lines = 1 // of a reply: a slice
		text  = 1 // of a reply that is made: a string
		arg   = 1 // of the command: a string
		path  = 2 // made of an argument: joined, cleaned
		found = 1 // what the store in memory takes to find a name
	)
	for command, most := range map[string]float64{
		"NOOP":                 lines,
		"SYST":                 lines,
		"CWD /":                lines,
		"TYPE I":               lines + arg,
		"REST 0":               lines + arg,
		"PORT 127,0,0,1,200,1": lines + arg + 1,  // the endpoint
		"XYZZY":                lines + 2,        // the error that brings the reply
		"PWD":                  lines + text + 2, // the directory: quoted, and in an interface
		"SIZE file":            lines + text + arg + path + found,
		"MDTM file":            lines + text + arg + path + found + 3, // the time: a string, in an interface, with its zone
		"EPSV":                 lines + text + 6,                      // the place in the pool 4, the port as text 2
		"PASV":                 lines + text + 5,                      // the same, and the address as text
		// 150 and 226 with what they tell 2, the plan with what it does 5, the file 3, four contexts and
		// what hangs on them 15, the watcher 4, the stream 3
		"RETR file": 32 + arg,
	} {
		t.Run(command, func(t *testing.T) {
			host := netx.NewMem().Host(netip.MustParseAddr("127.0.0.1"))
			srv := &Server{
				Accounts: anybody{store}, Policy: DefaultPolicy(), PassiveMin: 20000, PassiveMax: 20099,
				ListenData: func(ctx context.Context, local netip.AddrPort) (net.Listener, error) {
					return host.Listen(ctx, netx.ListenConfig{Addr: local})
				},
			}
			srv.init()
			defer func() { _ = srv.Close() }()
			conn := new(loopConn)
			s := newSession(srv, conn, netip.MustParseAddrPort("127.0.0.1:4000"), netip.MustParseAddrPort("127.0.0.1:21"))
			var data dtp.Endpoint = ready{&dataConn{}}
			say := func() {
				if strings.HasPrefix(command, "RETR") {
					s.data = data
				}
				s.answer(t.Context(), s.next().cmd)
			}
			for _, line := range []string{"USER u", "PASS p", "TYPE I", command} {
				conn.in, conn.next = line+"\r\n", 0
				say()
			}
			if n := testing.AllocsPerRun(500, say); n > most && !raceEnabled { // the race detector empties pools at random
				t.Errorf("%v allocations, want at most %v", n, most)
			}
			if known := command != "XYZZY"; known != (conn.said < '4') {
				t.Errorf("the reply begins with %c", conn.said)
			}
		})
	}
}
