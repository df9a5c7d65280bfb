package ftpserver_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/netx"
	"ferry/vfs/osfs"
)

// rude is a client that does not care.
type rude struct {
	conn net.Conn
	r    *bufio.Reader
}

// say sends a line and reads one line, whatever it is.
func (c *rude) say(format string, args ...any) string {
	_, _ = fmt.Fprintf(c.conn, format+"\r\n", args...)
	line, _ := c.r.ReadString('\n')
	return line
}

func (c *rude) passive(from string) net.Conn {
	port, err := ftp.ParseExtPassive(c.say("EPSV"))
	if err != nil {
		return nil
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	conn, err := d.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil
	}
	return conn
}

// ways are how clients leave things behind. conn is closed after each.
var ways = []func(c *rude){
	func(*rude) {},
	func(c *rude) { _ = netx.Abort(c.conn) },
	func(c *rude) { c.say("PASV") },
	func(c *rude) { c.say("PASV"); c.say("PASV"); c.say("PORT 127,0,0,1,200,10"); c.say("EPSV") },
	func(c *rude) { c.passive("127.0.0.1") },
	func(c *rude) { // nobody connects
		c.say("EPSV")
		c.say("RETR big")
	},
	func(c *rude) { // nobody listens
		c.say("PORT 127,0,0,1,4,1")
		c.say("RETR big")
	},
	func(c *rude) { // a wrong peer
		if d := c.passive("127.0.0.9"); d != nil {
			c.say("RETR big")
			_ = d.Close()
		}
	},
	func(c *rude) { // gone in the middle of a download
		if d := c.passive("127.0.0.1"); d != nil {
			c.say("RETR big")
			_, _ = io.CopyN(io.Discard, d, 10_000)
			_ = netx.Abort(d)
		}
	},
	func(c *rude) { // aborted in the middle of a download
		if d := c.passive("127.0.0.1"); d != nil {
			c.say("RETR big")
			c.say("ABOR")
			_ = d.Close()
		}
	},
	func(c *rude) { // gone in the middle of an upload
		if d := c.passive("127.0.0.1"); d != nil {
			c.say("STOR up%d", rand.Uint32())
			_, _ = d.Write(make([]byte, 10_000))
			_ = netx.Abort(d)
		}
	},
	func(c *rude) { // the control connection goes first
		if d := c.passive("127.0.0.1"); d != nil {
			c.say("STOR up%d", rand.Uint32())
			_, _ = d.Write(make([]byte, 10_000))
			_ = netx.Abort(c.conn)
			_, _ = io.Copy(io.Discard, d)
			_ = d.Close()
		}
	},
	func(c *rude) { // many connections for one transfer
		var all []net.Conn
		for range 3 {
			if d := c.passive("127.0.0.1"); d != nil {
				all = append(all, d)
			}
		}
		c.say("LIST")
		for _, d := range all {
			_ = d.Close()
		}
	},
	func(c *rude) { c.say("LIST -R") },
	func(c *rude) { _, _ = c.conn.Write([]byte("\xff\xf4\xff\xf2ABOR\r\nQUIT\r\nNOOP\r\n")) },
	func(c *rude) { _, _ = io.WriteString(c.conn, strings.Repeat("x", 10_000)) },
}

// After any number of rude clients the server holds what it held before: no
// descriptor, no goroutine, no file of a failed upload more.
func TestNothingIsLeftBehind(t *testing.T) {
	descriptors := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip("the system does not show descriptors")
		}
		return len(entries)
	}
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/big", make([]byte, 20<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := osfs.New(dir, osfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	fds, goroutines := descriptors(), runtime.NumGoroutine()

	const clients = 160
	var ended sync.WaitGroup
	ended.Add(clients)
	policy := ftpserver.DefaultPolicy()
	policy.Upload.DeleteFailed = true
	policy.Data.AcceptTimeout, policy.Data.ConnectTimeout = 300*time.Millisecond, 300*time.Millisecond
	srv := &ftpserver.Server{
		Accounts: benchAccounts{store}, Policy: policy, PassiveMin: 20200, PassiveMax: 20239,
		PassiveTurn: time.Second, PassiveBadPeer: 100 * time.Millisecond,
		Trace: &ftpserver.Trace{SessionEnd: func(_ ftpserver.SessionInfo, e ftpserver.SessionEnd) {
			if e.Cause == ftp.CauseInternal {
				t.Error(e.Err)
			}
			ended.Done()
		}},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Error(err)
				ended.Done()
				return
			}
			defer func() { _ = conn.Close() }()
			c := &rude{conn, bufio.NewReader(conn)}
			_, _ = c.r.ReadString('\n')
			if i >= len(ways) { // the first round comes before login
				c.say("USER u")
				c.say("PASS x")
				c.say("TYPE I")
			}
			ways[i%len(ways)](c)
		})
	}
	wg.Wait()
	ended.Wait()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, ftpserver.ErrServerClosed) {
		t.Error(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("files are left: %v, %v", files, err)
	}
	// What has been closed by the clients' defers may take a moment to go.
	for range 1000 {
		if descriptors() <= fds && runtime.NumGoroutine() <= goroutines {
			return
		}
		runtime.GC() // connections that the ways have not closed
		runtime.Gosched()
	}
	t.Errorf("%d descriptors instead of %d, %d goroutines instead of %d", descriptors(), fds, runtime.NumGoroutine(), goroutines)
}
