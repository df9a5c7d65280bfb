package wire

import (
	"net"
	"strings"
	"testing"
	"time"
	"unsafe"

	"ferry/ftp"
)

// loop is a connection that gives the same input again and again and swallows
// output.
type loop struct {
	net.Conn
	in   string
	next int
}

func (l *loop) Read(p []byte) (int, error) {
	n := copy(p, l.in[l.next:])
	l.next = (l.next + n) % len(l.in)
	return n, nil
}

func (l *loop) Write(p []byte) (int, error)     { return len(p), nil }
func (l *loop) SetReadDeadline(time.Time) error { return nil }

func TestAllocations(t *testing.T) {
	reply := ftp.Reply{Code: 227, Lines: []string{"Entering Passive Mode (127,0,0,1,4,1)."}}
	several := ftp.Reply{Code: 211, Lines: []string{"Features:", " UTF8 \xff", "End"}}
	tests := []struct {
		name, in string
		do       func(c *Conn) error
		max      float64
	}{
		{"NOOP", "noop\r\n", func(c *Conn) error { _, err := c.ReadCommand(); return err }, 0},
		{"RETR", "RETR a/b.txt\r\n", func(c *Conn) error { _, err := c.ReadCommand(); return err }, 1},
		{"line", "RETR a/b.txt\r\n", func(c *Conn) error { _, err := c.ReadLine(); return err }, 1},
		{"long line", strings.Repeat("x", MaxLine) + "\r\n", func(c *Conn) error { _, err := c.ReadLine(); return err }, 1},
		{"refused line", "a\rb\r\n", func(c *Conn) error { _, _ = c.ReadLine(); return nil }, 0},
		{"reply", "x", func(c *Conn) error { return c.WriteReply(reply) }, 0},
		{"replies", "x", func(c *Conn) error { return c.WriteReplies(reply, several) }, 0},
		{"command", "x", func(c *Conn) error { return c.WriteCommand(ftp.Command{Verb: "RETR", Arg: "a\xff"}) }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := New(&loop{in: tt.in})
			n := testing.AllocsPerRun(500, func() {
				if err := tt.do(c); err != nil {
					t.Error(err)
				}
			})
			if n > tt.max && !raceEnabled { // the race detector empties pools at random
				t.Errorf("%v allocations, want at most %v", n, tt.max)
			}
		})
	}
}

// stalled tells when somebody waits for input, which never comes.
type stalled struct {
	net.Conn
	in      string
	waiting chan int // the room that Read was given
	done    chan struct{}
}

func (s *stalled) Read(p []byte) (int, error) {
	if s.in != "" {
		n := copy(p, s.in)
		s.in = s.in[n:]
		return n, nil
	}
	s.waiting <- len(p)
	<-s.done
	return 0, net.ErrClosed
}

// TestIdleMemory wants a connection that waits for a line to hold no more than
// the small buffer, even after a long line.
func TestIdleMemory(t *testing.T) {
	if size := unsafe.Sizeof(Conn{}); size > 1024 {
		t.Errorf("a Conn has %d bytes", size)
	}
	s := &stalled{in: strings.Repeat("x", 3000) + "\r\n", waiting: make(chan int), done: make(chan struct{})}
	c := New(s)
	if _, err := c.ReadLine(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := c.ReadLine()
		ended <- err
	}()
	if room := <-s.waiting; room > smallBuffer || c.big != nil {
		t.Errorf("waits with a buffer of %d bytes", room)
	}
	close(s.done)
	if err := <-ended; err == nil {
		t.Error("the stalled read succeeded")
	}
}
