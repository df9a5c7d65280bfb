package ftpclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftpclient"
	"ferry/ftpserver"
)

// A lost 226 is made up for by the size of the file, asked on a new connection;
// if that proves nothing, the upload is not taken for a good one.
func TestLostReply(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server slow
		store  bool
		settle bool
	}{
		{"retrieved", slow{length: 5, dies: true}, false, true},
		{"stored, new", slow{length: 5, size: -1, dies: true}, true, true},
		{"stored, may be the old one", slow{length: 5, dies: true}, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &tt.server
				p := ftpclient.NewPool(ftpclient.PoolConfig{Address: "192.0.2.1:21", Config: s.start(t), User: "anna"})
				var r ftpclient.Result
				var err error
				if tt.store {
					r, err = p.Store(t.Context(), "file", &trickle{left: 5}, 0)
				} else {
					var got bytes.Buffer
					r, err = p.Retrieve(t.Context(), &got, "file", 0)
					if got.String() != "xxxxx" {
						t.Errorf("got %q", got.String())
					}
				}
				if r.Settled != tt.settle || (err == nil) != tt.settle || r.Bytes != 5 {
					t.Errorf("%+v, %v", r, err)
				}
				if s.sessions != 2 {
					t.Errorf("%d sessions", s.sessions)
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
				if _, err := p.Get(t.Context()); !errors.Is(err, ftpclient.ErrPoolClosed) {
					t.Errorf("after Close: %v", err)
				}
			})
		})
	}
}

// fragile makes connections that break after a number of bytes, each after other
// ones, so that transfers get somewhere and not to the end.
type fragile struct {
	mu    sync.Mutex
	seed  *rand.Rand
	limit int
	made  int
}

func (f *fragile) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	b := &breaking{Conn: conn}
	b.left.Store(int64(f.limit/2 + f.seed.IntN(f.limit)))
	return b, nil
}

// breaking is a connection that is reset when its bytes are used up.
type breaking struct {
	net.Conn
	left atomic.Int64
}

var errBreaks = errors.New("the connection breaks")

func (b *breaking) use(n int) error {
	if b.left.Add(-int64(n)) < 0 {
		_ = b.Conn.(*net.TCPConn).SetLinger(0)
		_ = b.Close()
		return errBreaks
	}
	return nil
}

func (b *breaking) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p[:min(len(p), 16<<10)])
	return n, errors.Join(err, b.use(n))
}

func (b *breaking) Write(p []byte) (int, error) {
	if err := b.use(len(p)); err != nil {
		return 0, err
	}
	return b.Conn.Write(p)
}

func content(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{2}).Read(b) // it never fails
	return b
}

// A pool brings files over connections that break all the time.
func TestPoolResumes(t *testing.T) {
	addr, _ := serve(t, nil)
	want := content(6 << 20)
	direct := connect(t, addr, nil)
	for _, seekable := range []bool{true, false} {
		f := &fragile{seed: rand.New(rand.NewPCG(1, 2)), limit: 2 << 20}
		p := ftpclient.NewPool(ftpclient.PoolConfig{
			Address: addr, Config: &ftpclient.Config{Dial: f.dial, Modes: ftpclient.Passive()},
			User: "anna", Password: "secret", Backoff: time.Millisecond, Size: 2,
		})
		if seekable {
			r, err := p.Store(t.Context(), "up", bytes.NewReader(want), 0)
			if err != nil || r.Bytes != int64(len(want)) {
				t.Fatalf("store: %+v, %v", r, err)
			}
		} else if _, err := p.Store(t.Context(), "other", io.MultiReader(bytes.NewReader(want)), 0); err == nil || !ftpclient.Temporary(err) {
			t.Errorf("what cannot be read twice: %v", err)
		}
		var stored bytes.Buffer
		if _, err := direct.Retrieve(t.Context(), &stored, "up", 0); err != nil || !bytes.Equal(stored.Bytes(), want) {
			t.Fatalf("%d bytes are stored, which are wrong: %v", stored.Len(), err)
		}
		file, err := os.Create(filepath.Join(t.TempDir(), "down"))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var memory bytes.Buffer
		for _, w := range []io.Writer{file, &memory} {
			if r, err := p.Retrieve(t.Context(), w, "up", 100); err != nil || r.Bytes != int64(len(want)-100) {
				t.Fatalf("retrieve: %+v, %v", r, err)
			}
		}
		onDisk, err := os.ReadFile(file.Name())
		if err != nil || !bytes.Equal(onDisk, want[100:]) || !bytes.Equal(memory.Bytes(), want[100:]) {
			t.Errorf("what came is wrong: %v", err)
		}
		if f.made < 5 {
			t.Errorf("only %d connections: nothing broke", f.made)
		}
		if _, err := p.Retrieve(t.Context(), io.Discard, "nosuch", 0); ftpclient.Code(err) != 550 {
			t.Errorf("what is not temporary: %v", err)
		}
		if err := p.Close(); err != nil {
			t.Log(err) // one of them has broken meanwhile
		}
	}
}

// few lets two sessions of a user be, and says of a third that the login is wrong.
type few struct {
	accounts
	sessions *atomic.Int32
}

func (f *few) Authenticate(ctx context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	if f.sessions.Add(1) > 2 {
		f.sessions.Add(-1)
		return nil, errors.New("no more")
	}
	u, err := f.accounts.Authenticate(ctx, l)
	if err == nil {
		u.Leave = func() { f.sessions.Add(-1) }
	}
	return u, err
}

// A pool makes do with as many connections as the server allows, whichever way it
// says so.
func TestPoolMakesDo(t *testing.T) {
	for _, code := range []int{421, 530} {
		var sessions atomic.Int32
		addr, _ := serve(t, func(s *ftpserver.Server) {
			if code == 421 {
				s.MaxSessions = 2
				return
			}
			s.Accounts = &few{accounts: s.Accounts.(accounts), sessions: &sessions}
		})
		p := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Password: "secret", Size: 8, Backoff: time.Millisecond})
		var all sync.WaitGroup
		var got [16]error
		for i := range got {
			all.Go(func() {
				_, got[i] = p.Store(t.Context(), "file"+strings.Repeat("x", i), strings.NewReader("content"), 0)
			})
		}
		all.Wait()
		if err := errors.Join(got[:]...); err != nil {
			t.Errorf("%d: %v", code, err)
		}
		if n := p.Limit(); n > 2 {
			t.Errorf("%d: the limit is %d", code, n)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	addr, _ := serve(t, nil)
	p := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Password: "wrong"})
	if _, err := p.Get(t.Context()); ftpclient.Code(err) != 530 {
		t.Errorf("a wrong password: %v", err)
	}
}

// A connection that died while it was idle is found out and replaced.
func TestPoolChecksIdle(t *testing.T) {
	d := rude{}
	addr := d.start(t)
	p := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Fresh: time.Nanosecond, Size: 1})
	c, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Put(c)
	again, err := p.Get(t.Context())
	if err != nil || again != c {
		t.Fatalf("a healthy one is another: %v", err)
	}
	if _, err := c.Cmd(t.Context(), "QUIT", ""); err != nil {
		t.Fatal(err)
	}
	p.Put(c)
	if again, err = p.Get(t.Context()); err != nil || again == c {
		t.Fatalf("one that has ended is given out: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("there is one only: %v", err)
	}
	p.Put(again)
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}
