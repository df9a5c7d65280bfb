package ftpclient_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ferry/ftpclient"
)

// Whatever a server makes of a NOOP that comes during a transfer, and whether it
// answers ABOR with one reply or two, the next reply is that of the next command.
func TestNoopAccounting(t *testing.T) {
	for _, noops := range []noopAnswer{noopAtOnce, noopAfter, noopNever, noopRefused, noopMixed} {
		t.Run(string(noops), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &slow{noops: noops, length: 12, single: noops == noopNever || noops == noopAtOnce}
				cfg := s.start(t)
				var moved int64
				cfg.Trace = &ftpclient.Trace{Moved: func(n int64) { moved = n }}
				c, err := ftpclient.Dial(t.Context(), "192.0.2.1:21", cfg)
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Login(t.Context(), "anna", "", ""); err != nil {
					t.Fatal(err)
				}
				inStep := func(after string) {
					t.Helper()
					if n, err := c.Size(t.Context(), "file"); n != 12 || err != nil {
						t.Fatalf("SIZE after %s: %d, %v", after, n, err)
					}
					if dir, err := c.Getwd(t.Context()); dir != "/" || err != nil {
						t.Fatalf("PWD after %s: %q, %v", after, dir, err)
					}
				}
				for range 2 {
					var got bytes.Buffer
					began := time.Now()
					r, err := c.Retrieve(t.Context(), &got, "file", 0)
					if err != nil || got.String() != strings.Repeat("x", 12) || r.Reply.Code != 226 {
						t.Fatalf("retrieve: %q, %+v, %v", got.String(), r, err)
					}
					if moved != 12 {
						t.Errorf("told of %d bytes", moved)
					}
					if took := time.Since(began); took != 12*slowStep {
						t.Errorf("it took %v, as if something had been waited for", took)
					}
					inStep("a transfer")
					r, err = c.Store(t.Context(), "file", &trickle{left: 12}, 0)
					if err != nil || r.Reply.Code != 226 || r.Bytes != 12 {
						t.Fatalf("store: %+v, %v", r, err)
					}
					inStep("an upload")
					ctx, cancel := context.WithTimeout(t.Context(), 8*slowStep)
					_, err = c.Retrieve(ctx, &got, "file", 0)
					cancel()
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("given up: %v", err)
					}
					inStep("one that was given up")
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
