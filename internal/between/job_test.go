package between_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/ftpserver"
	"ferry/internal/between"
	"ferry/vfs"
	"ferry/vfs/memfs"
)

// accounts lets everybody in, to one store.
type accounts struct{ fsys vfs.FS }

func (accounts) Ask(context.Context, ftpserver.Login) (bool, error) { return false, nil }

func (a accounts) Authenticate(_ context.Context, l ftpserver.Login) (*ftpserver.User, error) {
	return &ftpserver.User{Name: l.Name, FS: a.fsys, Access: vfs.Policy{Allow: vfs.PermAll}}, nil
}

// serve starts a server on loopback, and gives a pool of connections to it.
func serve(t *testing.T, cfg ftpclient.Config, set func(*ftpserver.Policy)) *ftpclient.Pool {
	t.Helper()
	srv := &ftpserver.Server{Accounts: accounts{memfs.New()}, Policy: ftpserver.DefaultPolicy(), PassiveMin: 20000, PassiveMax: 40000}
	if set != nil {
		set(&srv.Policy)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: l.Addr().String(), Config: &cfg, Size: 3, Backoff: time.Millisecond})
	t.Cleanup(func() {
		_ = pool.Close()
		_ = srv.Close()
		if err := <-served; !errors.Is(err, ftpserver.ErrServerClosed) {
			t.Error(err)
		}
	})
	return pool
}

// put makes files, with the directories that they need.
func put(t *testing.T, pool *ftpclient.Pool, files map[string]string) {
	t.Helper()
	err := pool.Do(t.Context(), func(c *ftpclient.Conn) error {
		for name, content := range files {
			for i, r := range name {
				if r == '/' {
					_ = c.Mkdir(t.Context(), name[:i]) // it may be there
				}
			}
			if _, err := c.Store(t.Context(), name, strings.NewReader(content), 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// get is the content of a file.
func get(t *testing.T, pool *ftpclient.Pool, name string) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := pool.Retrieve(t.Context(), &b, name, 0); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return b.String()
}

// events collects what a Job tells.
type events struct {
	mu   sync.Mutex
	list []between.Event
}

func (e *events) add(event between.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event)
}

// count is how many there are of a kind.
func (e *events) count(kind between.Kind) int {
	n := 0
	for _, event := range e.list {
		if event.Kind == kind {
			n++
		}
	}
	return n
}

func noActive(p *ftpserver.Policy) { p.Data.Active = false }

// TestTree copies a tree by each route, also where it has to change.
func TestTree(t *testing.T) {
	files := map[string]string{"tree/a": "a", "tree/b": strings.Repeat("b", 200_000), "tree/deep/er/c": "", "tree/deep/d e": "d"}
	for name, tt := range map[string]struct {
		route  between.Route
		set    func(*ftpserver.Policy)
		direct bool
		around int
	}{
		"directly":                        {between.Auto, nil, true, 0},
		"directly or not at all":          {between.Direct, nil, true, 0},
		"through this machine":            {between.Through, nil, false, 0},
		"through it where servers refuse": {between.Auto, noActive, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := serve(t, ftpclient.Config{}, tt.set), serve(t, ftpclient.Config{}, tt.set)
			put(t, from, files)
			var told events
			j := &between.Job{From: from, To: to, Route: tt.route, Recursive: true, Verify: between.VerifySize, Parallel: 2, Event: told.add}
			for _, copied := range []struct{ from, to, at string }{{"tree", "copy", "copy"}, {"tree/", "copy/", "copy"}, {"tree", "copy", "copy/tree"}, {"tree/b", "copy/", "copy"}} {
				if err := j.Copy(t.Context(), copied.from, copied.to); err != nil {
					t.Fatalf("%+v: %v", copied, err)
				}
			}
			for name, content := range files {
				name = strings.TrimPrefix(name, "tree/")
				for _, at := range []string{"copy/", "copy/tree/"} {
					if got := get(t, to, at+name); got != content {
						t.Errorf("%s%s has %d bytes", at, name, len(got))
					}
				}
			}
			if n := told.count(between.Done); n != 3*len(files)+1 || told.count(between.Around) != tt.around {
				t.Errorf("%d files, %+v", n, told.list)
			}
			for _, e := range told.list {
				if e.Kind == between.Done && (e.Direct != tt.direct || e.Bytes < 0) {
					t.Errorf("%+v", e)
				}
			}
		})
	}
	from, to := serve(t, ftpclient.Config{}, noActive), serve(t, ftpclient.Config{}, noActive)
	put(t, from, files)
	err := (&between.Job{From: from, To: to, Route: between.Direct}).Copy(t.Context(), "tree/a", "copy")
	if !errors.Is(err, ftpclient.ErrNoThirdParty) {
		t.Errorf("not at all: %v", err)
	}
	err = (&between.Job{From: from, To: to}).Copy(t.Context(), "tree", "copy")
	if !errors.Is(err, between.ErrDirectory) {
		t.Errorf("a directory: %v", err)
	}
	err = (&between.Job{From: from, To: to, Verify: between.VerifyHash}).Copy(t.Context(), "tree/a", "copy")
	if !errors.Is(err, ftpclient.ErrNoChecksum) {
		t.Errorf("no checksums: %v", err)
	}
}

// cutting is a connection that breaks once, behind so many bytes.
type cutting struct {
	net.Conn
	left *int
}

func (c cutting) Write(b []byte) (int, error) {
	if *c.left > 0 {
		if *c.left -= len(b); *c.left <= 0 {
			_ = c.Close()
			return 0, net.ErrClosed
		}
	}
	return c.Conn.Write(b)
}

// TestGoesOn breaks an upload in the middle: the rest comes behind what is there. A
// copy that failed between the servers is made through this machine.
func TestGoesOn(t *testing.T) {
	content := strings.Repeat("0123456789", 300_000)
	left := 1_000_000
	from := serve(t, ftpclient.Config{}, nil)
	control := true
	to := serve(t, ftpclient.Config{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil && !control {
			conn = cutting{conn, &left}
		}
		control = false
		return conn, err
	}}, nil)
	put(t, from, map[string]string{"big": content})
	var told events
	j := &between.Job{From: from, To: to, Route: between.Through, Retries: 2, Pause: time.Millisecond, Event: told.add}
	if err := j.Copy(t.Context(), "big", "copy"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, to, "copy"); got != content || told.count(between.Retry) != 1 {
		t.Errorf("%d bytes, %+v", len(got), told.list)
	}
}

// TestHostileTree has a tree that is too deep, and goes on with the rest.
func TestHostileTree(t *testing.T) {
	from, to := serve(t, ftpclient.Config{}, nil), serve(t, ftpclient.Config{}, nil)
	put(t, from, map[string]string{"tree/" + strings.Repeat("d/", 110) + "file": "deep", "tree/file": "flat"})
	var told events
	j := &between.Job{From: from, To: to, Recursive: true, Event: told.add}
	if err := j.Copy(t.Context(), "tree", "copy"); !errors.Is(err, between.ErrSome) {
		t.Errorf("it came to %v", err)
	}
	if get(t, to, "copy/file") != "flat" || told.count(between.Fail) != 1 {
		t.Errorf("%+v", told.list)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Copy(ctx, "tree", "copy"); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}
