package dtp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"ferry/ftp"
	"ferry/internal/netx"
)

// connected makes both ends of a connection in memory, of which the first can
// hold buffer bytes under way.
func connected(t *testing.T, buffer int) (server, client net.Conn) {
	t.Helper()
	mem := netx.NewMem()
	mem.SetBuffer(buffer)
	host := mem.Host(serverIP)
	l, err := host.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(serverIP, 5000)})
	if err != nil {
		t.Fatal(err)
	}
	client, err = host.Dial(t.Context(), netx.DialConfig{Remote: netip.AddrPortFrom(serverIP, 5000)})
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	t.Cleanup(func() { _ = client.Close(); _ = server.Close() })
	return server, client
}

func TestStallLimit(t *testing.T) {
	const stall = 300 * time.Second
	tests := []struct {
		name string
		run  func(s *Stream, client net.Conn) error
		// The stall limit counts from the last byte, give or take a tick of it.
		after time.Duration
	}{
		{"a client that sends nothing", func(s *Stream, _ net.Conn) error {
			return s.Receive(io.Discard, nil, ftp.TypeImage)
		}, stall},
		{"a client that stops sending", func(s *Stream, client net.Conn) error {
			go func() {
				for range 10 {
					_, _ = client.Write([]byte("x"))
					<-time.After(200 * time.Second)
				}
			}()
			return s.Receive(io.Discard, nil, ftp.TypeImage)
		}, 1800*time.Second + stall},
		{"a client that never reads", func(s *Stream, _ net.Conn) error {
			return s.Send(bytes.NewReader(make([]byte, 1<<20)), nil, SendOptions{Type: ftp.TypeImage})
		}, stall},
		{"a client that stops reading", func(s *Stream, client net.Conn) error {
			go func() {
				for range 20 {
					_, _ = client.Read(make([]byte, 100))
					<-time.After(100 * time.Second)
				}
			}()
			return s.Send(bytes.NewReader(make([]byte, 1<<20)), nil, SendOptions{Type: ftp.TypeImage})
		}, 1900*time.Second + stall},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, client := connected(t, 64<<10)
				s := NewStream(t.Context(), server, Rules{Stall: stall})
				defer s.Abort()
				start := time.Now()
				err := tt.run(s, client)
				if CauseOf(err) != ftp.CauseDataTimeout {
					t.Fatalf("%v", err)
				}
				if late := time.Since(start) - tt.after; late < -time.Second || late > 4*tickOf(stall) {
					t.Errorf("%v late", late)
				}
			})
		})
	}
}

// A client that reads a kilobyte a second is never cut off, however much waits
// for it.
func TestSlowReaderIsNotCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := connected(t, 4<<20)
		s := NewStream(t.Context(), server, Rules{Stall: 60 * time.Second})
		const size = 5 << 20
		read := make(chan int64)
		go func() {
			n := int64(0)
			for {
				m, err := io.CopyN(io.Discard, client, 1<<10)
				if n += m; err != nil {
					read <- n
					return
				}
				time.Sleep(time.Second)
			}
		}()
		if err := s.Send(bytes.NewReader(make([]byte, size)), nil, SendOptions{Type: ftp.TypeImage}); err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		if n := <-read; n != size {
			t.Errorf("%d bytes arrived", n)
		}
	})
}

func TestAbortTakesEffectAtOnce(t *testing.T) {
	abort := errors.New("ABOR")
	for name, run := range map[string]func(*Stream) error{
		"receive": func(s *Stream) error { return s.Receive(io.Discard, nil, ftp.TypeImage) },
		"send": func(s *Stream) error {
			return s.Send(bytes.NewReader(make([]byte, 1<<20)), nil, SendOptions{Type: ftp.TypeImage})
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, client := connected(t, 1<<10)
				ctx, cancel := context.WithCancelCause(t.Context())
				s := NewStream(ctx, server, Rules{Stall: time.Hour})
				time.AfterFunc(time.Minute, func() { cancel(abort) })
				start := time.Now()
				if err := run(s); !errors.Is(err, abort) || time.Since(start) != time.Minute {
					t.Errorf("%v after %v", err, time.Since(start))
				}
				s.Abort()
				if _, err := io.Copy(io.Discard, client); err == nil {
					t.Error("the client takes it for the end")
				}
			})
		})
	}
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := connected(t, 64<<10)
		l := rate.NewLimiter(10_000, 2500)
		l.AllowN(time.Now(), 2500)
		s := NewStream(t.Context(), server, Rules{Stall: time.Second, Limiter: l, Chunk: 1000})
		go func() { _, _ = io.Copy(io.Discard, client) }()
		start := time.Now()
		if err := s.Send(bytes.NewReader(make([]byte, 100_000)), nil, SendOptions{Type: ftp.TypeImage}); err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		if took := time.Since(start); took < 9900*time.Millisecond || took > 10100*time.Millisecond {
			t.Errorf("100,000 bytes at 10,000 a second took %v", took)
		}
	})
}

// counting is a limiter that lets everything pass and notes it.
type counting struct {
	t     *testing.T
	total int64
}

func (c *counting) Burst() int { return 1000 }

func (c *counting) WaitN(_ context.Context, n int) error {
	if n < 1 || n > c.Burst() {
		c.t.Errorf("it was asked for %d bytes", n)
	}
	c.total += int64(n)
	return nil
}

// A limiter is asked for exactly the bytes that move, in portions, whether the
// kernel moves them or not.
func TestLimiterIsAskedForWhatMoves(t *testing.T) {
	const size = 10_500
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := netx.System{}.Listen(t.Context(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, kernel := range []bool{false, true} {
		for _, upload := range []bool{false, true} {
			t.Run(fmt.Sprintf("kernel=%v,upload=%v", kernel, upload), func(t *testing.T) {
				client, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = client.Close() }()
				server, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				file, err := os.OpenFile(name, os.O_RDWR, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = file.Close() }()
				limiter := &counting{t: t}
				s := NewStream(t.Context(), server, Rules{Stall: time.Minute, Limiter: limiter, Kernel: kernel})
				done := make(chan int64)
				if upload {
					go func() {
						n, _ := client.Write(make([]byte, size))
						_ = client.Close()
						done <- int64(n)
					}()
					err = s.Receive(file, file, ftp.TypeImage)
				} else {
					go func() {
						n, _ := io.Copy(io.Discard, client)
						done <- n
					}()
					err = s.Send(file, file, SendOptions{Type: ftp.TypeImage})
				}
				if err != nil {
					t.Fatal(err)
				}
				_ = s.Close()
				if n := <-done; n != size || limiter.total != size || s.Moved() != size {
					t.Errorf("%d bytes went, %d were counted, the limiter was asked for %d", n, s.Moved(), limiter.total)
				}
			})
		}
	}
}

func TestFailuresHaveASide(t *testing.T) {
	boom := errors.New("boom")
	synctest.Test(t, func(t *testing.T) {
		server, client := connected(t, 64<<10)
		s := NewStream(t.Context(), server, Rules{})
		err := s.Send(io.MultiReader(bytes.NewReader([]byte("x")), iotest.ErrReader(boom)), nil, SendOptions{Type: ftp.TypeImage})
		if local, ok := errors.AsType[*LocalError](err); !ok || !errors.Is(local, boom) {
			t.Errorf("a file that cannot be read: %v", err)
		}
		_, _ = client.Write([]byte("x"))
		if err := s.Receive(failingWriter{boom}, nil, ftp.TypeASCII); !errors.Is(err, boom) {
			t.Errorf("a file that cannot be written: %v", err)
		}
		_ = netx.Abort(client)
		err = s.Receive(io.Discard, nil, ftp.TypeImage)
		if CauseOf(err) != ftp.CauseDataReset {
			t.Errorf("a connection that broke: %v", err)
		}
		if err = s.Send(bytes.NewReader([]byte("x")), nil, SendOptions{}); CauseOf(err) != ftp.CauseDataReset {
			t.Errorf("a connection that broke: %v", err)
		}
	})
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// Files of all sizes, both ways, over real sockets, by the kernel and without it.
func TestFilesArriveWhole(t *testing.T) {
	l, err := netx.System{}.Listen(t.Context(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, kernel := range []bool{true, false} {
		for _, size := range []int{0, 1, 4099, 64 << 10, 64<<10 + 1, kernelChunk, 3*kernelChunk + 7} {
			content := make([]byte, size)
			for i := range content {
				content[i] = byte(rand.Uint32())
			}
			name := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
			grown := name + ".grown"
			if err := os.WriteFile(grown, slices.Concat(content, []byte("what came later")), 0o600); err != nil {
				t.Fatal(err)
			}
			pair := func() (*Stream, net.Conn, *atomic.Int64) {
				client, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				server, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				moved := new(atomic.Int64)
				return NewStream(t.Context(), server, Rules{Stall: time.Minute, Kernel: kernel, Moved: moved}), client, moved
			}

			send := func(name string, o SendOptions) {
				s, client, moved := pair()
				f, err := os.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				sent := make(chan struct{})
				go func() {
					defer close(sent)
					if err := s.Send(f, f, o); err != nil {
						t.Error(err)
					}
					_ = s.Close()
				}()
				got, err := io.ReadAll(client)
				<-sent
				if err != nil || sha256.Sum256(got) != sha256.Sum256(content) || moved.Load() != int64(size) {
					t.Errorf("kernel=%v, %+v: %d bytes sent: %d arrived, %d counted, %v", kernel, o, size, len(got), moved.Load(), err)
				}
				_, _ = client.Close(), f.Close()
			}
			send(name, SendOptions{Type: ftp.TypeImage})
			if size > 0 {
				send(name, SendOptions{Type: ftp.TypeImage, Size: int64(size)})
				send(grown, SendOptions{Type: ftp.TypeImage, Size: int64(size)})
			}

			s, client, moved := pair()
			f, err := os.Create(name + ".up")
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				_, _ = client.Write(content)
				_ = client.Close()
			}()
			if err := s.Receive(f, f, ftp.TypeImage); err != nil {
				t.Error(err)
			}
			_, _ = s.Close(), f.Close()
			got, err := os.ReadFile(name + ".up")
			if err != nil || !bytes.Equal(got, content) || moved.Load() != int64(size) {
				t.Errorf("kernel=%v: %d bytes received: %d stored, %d counted, %v", kernel, size, len(got), moved.Load(), err)
			}
		}
	}
}

// A reader that stops for longer than several ticks must not lose the place in
// the file.
func TestKernelSendSurvivesPauses(t *testing.T) {
	l, err := netx.System{}.Listen(t.Context(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	content := make([]byte, 32<<20)
	for i := range content {
		content[i] = byte(i>>8) ^ byte(i)
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	s := NewStream(t.Context(), server, Rules{Stall: time.Minute, Kernel: true})
	s.guard.tick = time.Millisecond // many deadlines pass while the client rests
	sent := make(chan error, 1)
	go func() {
		err := s.Send(f, f, SendOptions{Type: ftp.TypeImage})
		_ = s.Close()
		sent <- err
	}()
	h := sha256.New()
	buf := make([]byte, 64<<10)
	for rest := 0; ; rest++ {
		n, err := client.Read(buf)
		h.Write(buf[:n])
		if err != nil {
			break
		}
		if rest%16 == 0 {
			<-time.After(5 * time.Millisecond)
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256(content); !bytes.Equal(h.Sum(nil), want[:]) {
		t.Error("the file arrived damaged")
	}
}
