package sys

import (
	"errors"
	"io"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// pair makes two sockets that are closed with the test.
func pair(t *testing.T) (a, b int) {
	t.Helper()
	a, b, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = Close(a) // the test may have done it
		_ = Close(b)
	})
	return a, b
}

// openDescriptors counts those of this process.
func openDescriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestPair(t *testing.T) {
	a, b := pair(t)
	if !IsPair(a) || !IsPair(b) || IsPair(0) {
		t.Error("IsPair does not know a pair")
	}
	buf := make([]byte, 10)
	for _, text := range []string{"one", "two"} {
		if err := SendMessage(a, []byte(text), -1); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"one", "two"} {
		n, passed, err := ReceiveMessage(b, buf)
		if string(buf[:n]) != text || passed != -1 || err != nil {
			t.Errorf("%q, %d, %v, want %q", buf[:n], passed, err, text)
		}
	}
	if err := SetNonblock(b); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReceiveMessage(b, buf); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("where there is nothing: %v", err)
	}
	if err := ShutdownPair(a); err != nil {
		t.Fatal(err)
	}
	for _, fd := range []int{a, b} {
		if _, _, err := ReceiveMessage(fd, buf); !errors.Is(err, io.EOF) {
			t.Errorf("after the end: %v", err)
		}
	}
	if err := SendMessage(b, []byte("late"), -1); !errors.Is(err, unix.EPIPE) {
		t.Errorf("sending after the end: %v", err)
	}
}

func TestPassedDescriptor(t *testing.T) {
	a, b := pair(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := SendMessage(a, []byte("pipe"), int(w.Fd())); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, passed, err := ReceiveMessage(b, make([]byte, 10))
	if err != nil || passed < 0 {
		t.Fatalf("%d, %v", passed, err)
	}
	if flags, err := unix.FcntlInt(uintptr(passed), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("a passed descriptor has the flags %x, %v: programs that are started would have it", flags, err)
	}
	if _, err := unix.Write(passed, []byte("x")); err != nil {
		t.Error(err)
	}
	if err := ClosePassed(passed); err != nil {
		t.Error(err)
	}
	if got, err := io.ReadAll(r); string(got) != "x" || err != nil {
		t.Errorf("through the pipe came %q, %v", got, err)
	}
}

// TestMalformedMessages sends what no honest end does: nothing of it stays open.
func TestMalformedMessages(t *testing.T) {
	a, b := pair(t)
	before := openDescriptors(t)
	for what, c := range map[string]struct {
		text string
		fds  []int
		want error
	}{
		"too long":                 {"0123456789", nil, ErrMessage},
		"too long with descriptor": {"0123456789", []int{0}, ErrMessage},
		"two descriptors":          {"x", []int{0, 1}, ErrMessage},
		"many descriptors":         {"x", []int{0, 1, 2, 0, 1, 2}, ErrMessage},
		"empty":                    {"", nil, io.EOF},
	} {
		var rights []byte
		if c.fds != nil {
			rights = unix.UnixRights(c.fds...)
		}
		if err := unix.Sendmsg(a, []byte(c.text), rights, nil, 0); err != nil {
			t.Fatal(err)
		}
		n, passed, err := ReceiveMessage(b, make([]byte, 5))
		if n != 0 || passed != -1 || !errors.Is(err, c.want) {
			t.Errorf("%s: %d bytes, descriptor %d, %v", what, n, passed, err)
		}
	}
	if after := openDescriptors(t); after != before {
		t.Errorf("%d descriptors became %d", before, after)
	}
	if err := SendMessage(a, []byte("fine"), -1); err != nil {
		t.Fatal(err)
	}
	if n, _, err := ReceiveMessage(b, make([]byte, 5)); n != 4 || err != nil {
		t.Errorf("the message after them: %d bytes, %v", n, err)
	}
}
