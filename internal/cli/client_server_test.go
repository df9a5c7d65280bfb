package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/internal/netx"
)

// listServer is a server that knows nothing but listings, as a test makes them up.
type listServer struct {
	addr string
	// feat are the lines of FEAT; list writes a listing for MLSD or LIST and its
	// argument, or false is a 550.
	feat string
	list func(verb, arg string, w io.Writer) bool
	// stall answers nothing to this verb; answers are those to some commands.
	stall   string
	answers map[string]string

	mu       sync.Mutex
	commands []string
	open     int // connections
}

// start serves until the test ends.
func (s *listServer) start(t *testing.T) {
	t.Helper()
	l := listenHere(t)
	s.addr = l.Addr().String()
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.count(1)
			sessions.Go(func() {
				defer s.count(-1)
				s.session(t, conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		sessions.Wait()
	})
}

func listenHere(t *testing.T) net.Listener {
	t.Helper()
	l, err := netx.System{}.Listen(context.Background(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *listServer) count(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open += n
}

// sent are the commands that came, and how many connections are open.
func (s *listServer) sent() (commands []string, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.commands...), s.open
}

func (s *listServer) session(t *testing.T, conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	data := listenHere(t)
	defer func() { data.Close() }()
	fmt.Fprint(conn, "220 ready\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		verb, arg, _ := strings.Cut(lines.Text(), " ")
		s.mu.Lock()
		s.commands = append(s.commands, lines.Text())
		s.mu.Unlock()
		reply := "200 fine"
		switch verb {
		case s.stall:
			continue
		case "USER":
			reply = "230 in"
		case "AUTH":
			reply = "502 no"
		case "FEAT":
			reply = "211-Features\r\n" + s.feat + "211 End"
		case "EPSV":
			// One for each: a refused listing leaves a connection in the queue.
			data.Close()
			data = listenHere(t)
			reply = fmt.Sprintf("229 (|||%d|)", netx.AddrPort(data.Addr()).Port())
		case "MLSD", "LIST":
			var b strings.Builder
			if reply = "550 no"; s.list(verb, arg, &b) {
				fmt.Fprint(conn, "150 here\r\n")
				d, err := data.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(d, b.String())
				_ = d.Close()
				reply = "226 done"
			}
		case "ABOR":
			reply = "226 nothing runs"
		case "MLST", "SIZE", "CWD":
			reply = "550 no"
		case "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		}
		if answer, ok := s.answers[lines.Text()]; ok {
			reply = answer
		}
		fmt.Fprint(conn, reply+"\r\n")
	}
}
