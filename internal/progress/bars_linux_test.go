package progress

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// openPty opens a pseudo terminal of a size.
func openPty(t *testing.T, width, height uint16) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this machine has no pseudo terminals")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, number int32
	size := [4]uint16{height, width}
	ioctl(t, master, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, master, syscall.TIOCGPTN, unsafe.Pointer(&number))
	ioctl(t, master, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(arg)); errno != 0 {
		t.Fatal(errno)
	}
}

// TestRealTerminal draws on a pseudo terminal, with the goroutine and the clock of
// the real thing.
func TestRealTerminal(t *testing.T) {
	master, slave := openPty(t, 60, 24)
	term := newTerminal(60, 24)
	seen := make(chan string, 1000)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buffer := make([]byte, 4096)
		for {
			n, err := master.Read(buffer)
			if err != nil {
				return // the last descriptor of the other end is closed
			}
			_, _ = term.Write(buffer[:n])
			seen <- term.text()
		}
	}()
	d := New(Config{Stdout: slave, Stderr: slave, Explain: error.Error})
	for _, w := range []*Writer{d.Stdout(), d.Stderr()} {
		if w.Fd() != slave.Fd() || !w.above {
			t.Errorf("a writer to a terminal has the descriptor %d, want %d", w.Fd(), slave.Fd())
		}
	}
	d.Event(download("start", "slow", 0, 1000))
	d.Event(download("progress", "slow", 500, 1000))
	limit := time.After(time.Minute)
	for text := ""; !strings.HasPrefix(text, "pub/slow ") || !strings.Contains(text, " 50% "); {
		select {
		case text = <-seen:
		case <-limit:
			t.Fatalf("no row comes; the terminal shows\n%s", term.text())
		}
	}
	_, _ = io.WriteString(d.Stderr(), "a warning\n")
	d.Event(download("done", "slow", 1000, 1000))
	d.Close()
	slave.Close()
	<-ended
	if got, want := term.text(), "a warning\npub/slow -> slow  1000 bytes in 2ms\n"; got != want {
		t.Errorf("the terminal shows\n%q\nwant\n%q", got, want)
	}
}

// TestPlainTerminal shows no rows on a terminal that cannot move its cursor, and
// none beside objects.
func TestPlainTerminal(t *testing.T) {
	_, slave := openPty(t, 80, 24)
	for _, cfg := range []Config{{Plain: true}, {JSON: true}} {
		cfg.Stdout, cfg.Stderr = slave, slave
		d := New(cfg)
		if d.screen != nil {
			t.Errorf("%+v has rows", cfg)
		}
		d.Close()
	}
	// Another terminal, or a file, is not written to above the rows.
	d := New(Config{Stdout: os.Stdout, Stderr: slave})
	defer d.Close()
	if d.Stdout().above || !d.Stderr().above {
		t.Error("the outputs are taken for one terminal, or stderr for none")
	}
}
