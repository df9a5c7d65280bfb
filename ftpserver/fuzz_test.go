package ftpserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/netx"
	"ferry/vfs"
	"ferry/vfs/memfs"
)

// states are the ways into each state of a session; a fuzzed input follows.
// What a session answers meanwhile does not matter: after it, the server must
// still serve.
var states = []struct {
	name string
	in   string // what is sent before
	data bool   // whether the client connects to the passive port
}{
	{name: "greeted"},
	{name: "named", in: "USER u\r\n"},
	{name: "logged in", in: "USER u\r\nPASS secret\r\n"},
	{name: "renaming", in: "USER u\r\nPASS secret\r\nRNFR file\r\n"},
	{name: "restarting", in: "USER u\r\nPASS secret\r\nTYPE I\r\nREST 3\r\n"},
	{name: "active agreed", in: "USER u\r\nPASS secret\r\nPORT 192,0,2,10,19,136\r\n"},
	{name: "passive agreed", in: "USER u\r\nPASS secret\r\nEPSV\r\n"},
	{name: "connected", in: "USER u\r\nPASS secret\r\nTYPE I\r\nPASV\r\n", data: true},
	{name: "uploading", in: "USER u\r\nPASS secret\r\nTYPE I\r\nPASV\r\nSTOR up\r\n", data: true},
	{name: "downloading", in: "USER u\r\nPASS secret\r\nPASV\r\nRETR big\r\n", data: true},
	{name: "EPSV ALL", in: "USER u\r\nPASS secret\r\nEPSV ALL\r\n"},
	{name: "after REIN", in: "USER u\r\nPASS secret\r\nCWD dir\r\nREIN\r\n"},
}

type openHouse struct{ fs vfs.FS }

func (openHouse) Ask(context.Context, ftpserver.Login) (bool, error) { return true, nil }
func (h openHouse) Authenticate(context.Context, ftpserver.Login) (*ftpserver.User, error) {
	return &ftpserver.User{Name: "u", FS: h.fs, Access: vfs.Policy{Allow: vfs.PermAll}}, nil
}

// FuzzServer brings a session into a state and sends it anything, in two pieces.
// The server must neither hang nor fall, and every line that it sends must be part of a
// reply.
func FuzzServer(f *testing.F) {
	for i := range states {
		for _, line := range []string{
			"RETR file\r\n", "STOR x\r\nABOR\r\n", "\xff\xf4\xff\xf2ABOR\r\n", "LIST -laR {a,b}*\r\n", "RNTO /x/../y\r\n",
			"PORT 192,0,2,10,19,136\r\nRETR file\r\n", "EPRT |1|192.0.2.10|5000|\r\nAPPE file\r\n", "MFF modify=20260101000000;unix.mode=644; file\r\n",
			"SITE CHMOD 777 file\r\nSITE UTIME 20260101000000 file\r\n", "QUIT\r\n", "\x00\r\r\n\n\xff\xff\xff",
		} {
			f.Add(uint8(i), []byte(line), uint16(5))
		}
	}
	f.Fuzz(func(t *testing.T, state uint8, input []byte, cut uint16) {
		synctest.Test(t, func(t *testing.T) {
			feed(t, states[int(state)%len(states)].in, states[int(state)%len(states)].data, input, int(cut))
		})
	})
}

// feed plays one session.
func feed(t *testing.T, in string, data bool, input []byte, cut int) {
	t.Helper()
	mem := netx.NewMem()
	host, client := mem.Host(serverIP), mem.Host(clientIP)
	fs := memfs.New()
	for name, content := range map[string]string{"/file": "content", "/big": string(make([]byte, 300_000))} {
		w, err := fs.Create(t.Context(), name, vfs.CreateOptions{Perm: 0o644})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, content)
		_ = w.Commit(t.Context())
	}
	_ = fs.Mkdir(t.Context(), "/dir", 0o755)
	fault := make(chan error, 1)
	srv := &ftpserver.Server{
		Accounts: openHouse{fs}, Policy: ftpserver.DefaultPolicy(), PassiveMin: 40000, PassiveMax: 40001,
		ListenData: func(ctx context.Context, local netip.AddrPort) (net.Listener, error) {
			return host.Listen(ctx, netx.ListenConfig{Addr: local})
		},
		DialData: func(ctx context.Context, local, remote netip.AddrPort) (net.Conn, error) {
			return host.Dial(ctx, netx.DialConfig{Local: local, Remote: remote, ReuseAddr: true})
		},
		Trace: &ftpserver.Trace{SessionEnd: func(_ ftpserver.SessionInfo, e ftpserver.SessionEnd) {
			if e.Cause == ftp.CauseInternal {
				fault <- e.Err
			}
		}},
	}
	srv.Policy.Data.AcceptTimeout, srv.Policy.Data.StallTimeout = 50*time.Millisecond, 50*time.Millisecond
	srv.Policy.Data.ConnectTimeout, srv.Policy.Idle = 50*time.Millisecond, 5*time.Second
	l, err := host.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, 21)})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(l) }()
	conn, err := client.Dial(t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, 21)})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(conn, in)
		if data {
			for _, port := range []uint16{40000, 40001} {
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				if conn, err := client.Dial(ctx, netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, port)}); err == nil {
					go func() { _, _ = io.Copy(io.Discard, conn) }()
					defer func() { _ = conn.Close() }()
				}
				cancel()
			}
		}
		at := cut % (len(input) + 1)
		_, _ = conn.Write(input[:at])
		_, _ = conn.Write(input[at:])
		_, _ = io.WriteString(conn, "\r\nQUIT\r\n")
	}()
	checkReplies(t, conn)
	_ = conn.Close()
	_ = srv.Close()
	select {
	case err := <-fault:
		t.Fatal(err)
	default:
	}
	if n := srv.Sessions(); n != 0 {
		t.Fatalf("%d sessions are left", n)
	}
}

// checkReplies reads to the end, and takes everything apart.

func checkReplies(t *testing.T, conn net.Conn) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	s := &session{conn: conn, r: bufio.NewReader(conn)}
	for {
		_, err := s.reply()
		if err == nil {
			continue
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the session hangs")
		}
		return
	}
}
