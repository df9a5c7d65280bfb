package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"ferry/internal/sys"
)

// login is what the tests' requests hold, and their Grant functions understand.
type login struct {
	Identity *Identity
	Root     string
	Answer   string
	Refuse   string
}

// grantAll lets in whoever asks, as whomever.
func grantAll(_ context.Context, request []byte) (*Grant, error) {
	var l login
	if err := json.Unmarshal(request, &l); err != nil {
		return nil, err
	}
	if l.Refuse != "" {
		return nil, errors.New(l.Refuse)
	}
	return &Grant{Identity: l.Identity, Root: l.Root, Answer: []byte(l.Answer)}, nil
}

// needLinux skips a test of what other systems lack.
func needLinux(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has threads with an identity of their own")
	}
}

// needRoot skips a test that must become other users.
func needRoot(t testing.TB) {
	t.Helper()
	needLinux(t)
	if sys.Euid() != 0 {
		t.Skip("only root can become somebody else")
	}
}

// connection makes the two ends of a connection between processes.
func connection(t testing.TB) (server, client *net.UnixConn) {
	t.Helper()
	needLinux(t)
	a, b, err := sys.Pair()
	if err != nil {
		t.Fatal(err)
	}
	server, err = unixConn(a, "server")
	if err != nil {
		t.Fatal(err)
	}
	client, err = unixConn(b, "client")
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

// serve runs a Server in this process, and ends it with the test.
func serve(t testing.TB, s *Server) *Client {
	t.Helper()
	theirs, ours := connection(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, theirs) }()
	c := NewClient(ours)
	t.Cleanup(func() {
		_ = c.Close() // the test may have done it
		if err := <-ended; err != nil {
			t.Errorf("Serve: %v", err)
		}
		cancel()
	})
	return c
}

// enter logs in and closes the session with the test.
func enter(t testing.TB, c *Client, l login) *Session {
	t.Helper()
	s, _, err := c.Grant(context.Background(), l.request(t))
	if err != nil {
		t.Fatal(err)
	}
	if s == nil {
		t.Fatal("no session was made")
	}
	t.Cleanup(func() { _ = s.Close() }) // the test may have done it
	return s
}

func (l login) request(t testing.TB) []byte {
	t.Helper()
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// selfSession is a session of whoever runs the test.
func selfSession(t testing.TB) (*Session, string) {
	t.Helper()
	dir := t.TempDir()
	return enter(t, serve(t, &Server{Grant: grantAll, asSelf: true}), login{Root: dir}), dir
}

// reachable makes an empty directory that every user can reach.
func reachable(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; strings.HasPrefix(d, os.TempDir()+"/"); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// home makes an empty directory of a user.
func home(t testing.TB, id Identity) string {
	t.Helper()
	dir := reachable(t)
	if err := os.Chown(dir, int(id.UID), int(id.GID)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// must fails the test.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// alice and bob are nobody's numbers on any machine that tests run on.
var (
	alice = Identity{UID: 48101, GID: 48201, Groups: []uint32{48301, 48302}}
	bob   = Identity{UID: 48102, GID: 48202}
)

func (l login) String() string { return fmt.Sprintf("%+v", l.Identity) }

// eventually waits until cond holds, looking again as other goroutines run.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("in vain: %s", what)
		}
	}
}
