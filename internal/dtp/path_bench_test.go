package dtp

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"

	"ferry/ftp"
	"ferry/internal/netx"
)

// The ways that bytes can take between a file and a socket, for each size and
// number of sessions at once. The other end costs as little as it can.

var benchSizes = []int64{4 << 10, 64 << 10, 256 << 10, 1 << 20, 64 << 20}

func BenchmarkSend(b *testing.B) {
	for _, kernel := range []bool{true, false} {
		for _, size := range benchSizes {
			for _, sessions := range []int{1, 8} {
				way := "copy"
				if kernel {
					way = "sendfile"
				}
				b.Run(fmt.Sprintf("%s/%dKiB/%d", way, size>>10, sessions), func(b *testing.B) {
					name := benchFile(b, size)
					benchTransfers(b, size, sessions, func(server net.Conn) error {
						f, err := os.Open(name)
						if err != nil {
							return err
						}
						defer func() { _ = f.Close() }()
						s := NewStream(b.Context(), server, Rules{Stall: 300e9, Kernel: kernel})
						var file *os.File
						if kernel {
							file = f
						}
						if err := s.Send(f, file, SendOptions{Type: ftp.TypeImage}); err != nil {
							return err
						}
						return s.Close()
					}, func(client net.Conn) {
						swallow(client)
					})
				})
			}
		}
	}
}

func BenchmarkReceive(b *testing.B) {
	for _, way := range []string{"copy", "splice"} {
		for _, sender := range []string{"write", "sendfile"} {
			for _, size := range benchSizes {
				for _, sessions := range []int{1, 8} {
					b.Run(fmt.Sprintf("%s/from-%s/%dKiB/%d", way, sender, size>>10, sessions), func(b *testing.B) {
						name := benchFile(b, size)
						benchTransfers(b, size, sessions, func(server net.Conn) error {
							f, err := os.CreateTemp(benchDir(), "up")
							if err != nil {
								return err
							}
							defer func() { _, _ = f.Close(), os.Remove(f.Name()) }()
							s := NewStream(b.Context(), server, Rules{Stall: 300e9, Kernel: true})
							defer func() { _ = s.Close() }()
							if way == "splice" {
								return s.receiveFile(f)
							}
							return s.Receive(f, nil, ftp.TypeImage)
						}, func(client net.Conn) {
							if sender == "sendfile" {
								f, err := os.Open(name)
								if err == nil {
									_, _ = netx.SendFile(client, f, size)
									_ = f.Close()
								}
								return
							}
							pooled := blocks.Get().(*[]byte)
							defer blocks.Put(pooled)
							block := *pooled
							for left := size; left > 0; left -= int64(len(block)) {
								_, _ = client.Write(block[:min(left, int64(len(block)))])
							}
						})
					})
				}
			}
		}
	}
}

// blocks are the other end's buffers.
var blocks = sync.Pool{New: func() any { b := make([]byte, 1<<20); return &b }}

// benchTransfers measures b.N transfers by that many sessions at once.
func benchTransfers(b *testing.B, size int64, sessions int, serve func(net.Conn) error, client func(net.Conn)) {
	l, err := netx.System{}.Listen(b.Context(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	b.SetBytes(size)
	b.ReportAllocs()
	var wg sync.WaitGroup
	jobs := make(chan struct{})
	for range sessions {
		wg.Go(func() {
			for range jobs {
				done := make(chan struct{})
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					b.Error(err)
					return
				}
				go func() {
					client(c)
					_ = c.Close()
					close(done)
				}()
				server, err := l.Accept()
				if err == nil {
					err = serve(server)
				}
				if err != nil {
					b.Error(err)
				}
				<-done
			}
		})
	}
	b.ResetTimer()
	for range b.N {
		jobs <- struct{}{}
	}
	close(jobs)
	wg.Wait()
}

// benchDir is in memory where there is such a place.
func benchDir() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return os.TempDir()
}

func benchFile(b *testing.B, size int64) string {
	f, err := os.CreateTemp(benchDir(), "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.Remove(f.Name()) })
	block := make([]byte, 1<<20)
	for left := size; left > 0; left -= int64(len(block)) {
		if _, err := f.Write(block[:min(left, int64(len(block)))]); err != nil {
			b.Fatal(err)
		}
	}
	_ = f.Close()
	return f.Name()
}
