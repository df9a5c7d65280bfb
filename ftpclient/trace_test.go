package ftpclient_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/ftpserver"
)

// A REST that no transfer followed does not count for the next one.
func TestRestTakenBack(t *testing.T) {
	addr, _ := serve(t, nil)
	p := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Password: "secret", Size: 1})
	defer p.Close()
	if _, err := p.Store(t.Context(), "file", strings.NewReader("0123456789"), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ctx = ftpclient.WithTrace(ctx, &ftpclient.Trace{Sent: func(c ftp.Command) {
		if c.Verb == "REST" {
			cancel()
		}
	}})
	var got bytes.Buffer
	if _, err := p.Retrieve(ctx, &got, "file", 5); !errors.Is(err, context.Canceled) {
		t.Fatalf("the first: %v", err)
	}
	got.Reset()
	if _, err := p.Retrieve(t.Context(), &got, "file", 0); err != nil || got.String() != "0123456789" {
		t.Errorf("the second: %q, %v", got.String(), err)
	}
}

// The trace of a call is told of that call alone.
func TestWithTrace(t *testing.T) {
	addr, _ := serve(t, nil)
	var mu sync.Mutex
	told := make(map[string][]string)
	trace := func(name string) *ftpclient.Trace {
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			told[name] = append(told[name], what)
		}
		return &ftpclient.Trace{
			Sent:     func(c ftp.Command) { note("sent " + string(c.Verb)) },
			Received: func(ftp.Reply) { note("received") },
			Rung:     func(m ftpclient.Mode, _ error) { note("rung " + string(m)) },
			Moved:    func(n int64) { note("moved " + string(rune('0'+n))) },
			Retry:    func(error, time.Duration) { note("retry") },
		}
	}
	p := ftpclient.NewPool(ftpclient.PoolConfig{
		Address: addr, User: "anna", Password: "secret", Config: &ftpclient.Config{Trace: trace("all")}, Backoff: time.Millisecond,
	})
	defer p.Close()
	var both sync.WaitGroup
	for _, name := range []string{"a", "bb"} {
		both.Go(func() {
			ctx := ftpclient.WithTrace(t.Context(), trace(name))
			if _, err := p.Store(ctx, name, strings.NewReader(name), 0); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	count := func(name, what string) (n int) {
		for _, line := range told[name] {
			if strings.HasPrefix(line, what) {
				n++
			}
		}
		return n
	}
	for name, moved := range map[string]string{"a": "moved 1", "bb": "moved 2"} {
		if count(name, "sent STOR") != 1 || count(name, "rung") != 1 || count(name, moved) == 0 || count(name, "received") < 3 {
			t.Errorf("%s is told %q", name, told[name])
		}
	}
	if count("all", "sent STOR") != 2 || count("all", "moved 1") == 0 || count("all", "moved 2") == 0 {
		t.Errorf("all is told %q", told["all"])
	}
}

// A pool tells that it tries again, and of which call.
func TestTraceRetry(t *testing.T) {
	addr, _ := serve(t, func(s *ftpserver.Server) { s.MaxSessions = 1 })
	first := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Password: "secret"})
	if err := first.Do(t.Context(), func(*ftpclient.Conn) error { return nil }); err != nil {
		t.Fatal(err)
	}
	second := ftpclient.NewPool(ftpclient.PoolConfig{Address: addr, User: "anna", Password: "secret", Retries: 50, Backoff: time.Millisecond})
	defer second.Close()
	var once sync.Once
	retried := 0
	ctx := ftpclient.WithTrace(t.Context(), &ftpclient.Trace{Retry: func(err error, wait time.Duration) {
		retried++
		if ftpclient.Code(err) != 421 || wait <= 0 {
			t.Errorf("after %v, for %v", err, wait)
		}
		once.Do(func() { _ = first.Close() })
	}})
	if err := second.Do(ctx, func(*ftpclient.Conn) error { return nil }); err != nil {
		t.Error(err)
	}
	if retried == 0 {
		t.Error("nothing is told")
	}
}
