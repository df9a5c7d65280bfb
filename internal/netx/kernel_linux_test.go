package netx_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ferry/internal/netx"
)

// randomBytes are bytes that no two places have alike.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(b)
	return b
}

func TestSendFile(t *testing.T) {
	for _, size := range []int{0, 1, 4096, 5 << 20} {
		client, server := systemPair(t, false)
		want := randomBytes(size)
		name := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(name, want, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		done := make(chan error, 1)
		go func() {
			n, err := netx.SendFile(server, file, int64(size)+1)
			if err == nil && n != int64(size) {
				err = errors.New("another number was told")
			}
			_ = server.Close()
			done <- err
		}()
		got, err := io.ReadAll(client)
		if err := errors.Join(err, <-done); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %d came, %v", size, len(got), err)
		}
	}
}

// What a deadline has ended can be taken up again: the file stands where the socket does.
func TestSendFileGoesOn(t *testing.T) {
	client, server := systemPair(t, false)
	want := randomBytes(16 << 20)
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, want, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	_ = server.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	first, err := netx.SendFile(server, file, int64(len(want)))
	if !errors.Is(err, os.ErrDeadlineExceeded) || first == 0 {
		t.Fatalf("%d bytes, %v", first, err)
	}
	_ = server.SetWriteDeadline(time.Time{})
	done := make(chan error, 1)
	go func() {
		n, err := netx.SendFile(server, file, int64(len(want)))
		if err == nil && first+n != int64(len(want)) {
			err = errors.New("another number was told")
		}
		_ = server.Close()
		done <- err
	}()
	got, err := io.ReadAll(client)
	if err := errors.Join(err, <-done); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
	}
}

// TestSegments sends pieces of which none fills a segment, and some that do.
func TestSegments(t *testing.T) {
	for _, how := range []netx.Segments{netx.SegmentsJoined, netx.SegmentsFull, netx.SegmentsAtOnce} {
		client, server := systemPair(t, false)
		netx.SetSegments(server, netx.SegmentsFull)
		netx.SetSegments(server, how)
		want := randomBytes(700_001)
		go func() {
			for part := range slices.Chunk(want, 7000) {
				if _, err := server.Write(part); err != nil {
					t.Error(err)
				}
			}
			_ = server.Close()
		}()
		got, err := io.ReadAll(client)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: %d bytes of %d, %v", how, len(got), len(want), err)
		}
	}
	here, there := net.Pipe() // no socket
	netx.SetSegments(here, netx.SegmentsFull)
	_, _ = here.Close(), there.Close()
}

func TestSendFileOfPipe(t *testing.T) {
	_, server := systemPair(t, false)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = r.Close(), w.Close() }()
	if n, err := netx.SendFile(server, r, 10); n != 0 || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestReceiveFile(t *testing.T) {
	for _, flag := range []int{0, os.O_APPEND} {
		for _, size := range []int{0, 1, 4096, 5 << 20} {
			client, server := systemPair(t, false)
			want := randomBytes(size)
			file, err := os.OpenFile(filepath.Join(t.TempDir(), "file"), os.O_RDWR|os.O_CREATE|flag, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = file.Close() }()
			go func() {
				_, _ = client.Write(want)
				_ = client.Close()
			}()
			n, err := netx.ReceiveFile(server, file, int64(size)+1)
			if n != int64(size) || err != nil {
				t.Errorf("%d bytes: %d, %v", size, n, err)
			}
			if got, err := os.ReadFile(file.Name()); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes: the file has %d, %v", size, len(got), err)
			}
		}
	}
}
