package shell

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/internal/carry"
	"ferry/internal/netx"
)

// scripted is a server that lists and sends what a test wants, good or not.
type scripted struct {
	listings map[string]string // MLSD lines of a directory
	files    map[string]string
	// say gives a reply of its own to a command; "" is the usual one, "hang up" the
	// end of the session.
	say  func(command string) string
	addr string

	mu       sync.Mutex
	commands []string
	stored   map[string]string
}

// start serves until the test ends.
func (s *scripted) start(t *testing.T) {
	t.Helper()
	l := listen(t)
	s.addr, s.stored = l.Addr().String(), make(map[string]string)
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			sessions.Go(func() { s.session(t, c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		sessions.Wait()
	})
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := netx.System{}.Listen(context.Background(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// session answers one client.
func (s *scripted) session(t *testing.T, c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	say := func(line string) { fmt.Fprint(c, line+"\r\n") }
	say("220 ready")
	data := listen(t)
	defer func() { data.Close() }()
	cwd := "/"
	for lines := bufio.NewScanner(c); lines.Scan(); {
		verb, arg, _ := strings.Cut(lines.Text(), " ")
		if verb != "CWD" {
			arg = strings.TrimPrefix(arg, "/") // there is one directory
		}
		s.mu.Lock()
		s.commands = append(s.commands, lines.Text())
		s.mu.Unlock()
		if s.say != nil {
			switch r := s.say(lines.Text()); r {
			case "":
			case "hang up":
				return
			default:
				say(r)
				continue
			}
		}
		switch verb {
		case "USER":
			say("230 in")
		case "FEAT":
			say("211-Features\r\n MLST type*;size*;\r\n SIZE\r\n211 End")
		case "PWD":
			say(`257 "` + cwd + `"`)
		case "CWD":
			cwd = arg
			say("250 there")
		case "EPSV":
			_ = data.Close() // whoever has connected there is not wanted any more
			data = listen(t)
			say(fmt.Sprintf("229 (|||%d|)", netx.AddrPort(data.Addr()).Port()))
		case "MLST":
			if _, ok := s.files[arg]; !ok {
				say("550 no such file")
				continue
			}
			say("250-\r\n type=file; " + arg + "\r\n250 end")
		case "SIZE":
			text, ok := s.files[arg]
			if !ok {
				say("550 no such file")
				continue
			}
			say("213 " + strconv.Itoa(len(text)))
		case "MLSD", "RETR", "LIST", "NLST", "STOR", "APPE":
			text, ok := s.listings[arg]
			if verb == "RETR" {
				text, ok = s.files[arg]
			}
			if !ok && verb != "STOR" && verb != "APPE" {
				say("550 no such file")
				continue
			}
			say("150 here")
			d, err := data.Accept()
			if err != nil {
				return
			}
			if verb == "STOR" || verb == "APPE" {
				got, _ := io.ReadAll(d)
				s.mu.Lock()
				s.stored[arg] += string(got)
				s.mu.Unlock()
			} else {
				fmt.Fprint(d, text)
			}
			_ = d.Close()
			say("226 done")
		case "ABOR":
			say("226 nothing runs")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("200 fine")
		}
	}
}

// sent are the commands that came so far.
func (s *scripted) sent() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.commands, "\n") + "\n"
}

// session is a shell that reads a script, with all that it said.
type testShell struct {
	*Shell
	out, complaints bytes.Buffer
	events          []carry.Event
	cfg             Config
}

// newTestShell makes a shell for the server, in a folder of its own. Lines come
// from script.
func newTestShell(t *testing.T, s *scripted, script string) *testShell {
	t.Helper()
	x := &testShell{}
	input, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(write, script) // a shell that stops early reads no more
		_ = write.Close()
	}()
	t.Cleanup(func() { _ = input.Close() })
	x.cfg = Config{
		Input: input, Output: &x.out, Errors: &x.complaints,
		Open: func(ctx context.Context, w Where) (*Server, error) {
			pool := ftpclient.NewPool(ftpclient.PoolConfig{Address: s.addr, User: "u", Size: 1, Retries: -1, Config: &ftpclient.Config{Timeout: 20 * time.Second}})
			c, err := pool.Get(ctx)
			if err != nil {
				return nil, err
			}
			pool.Put(c)
			return &Server{Pool: pool, Name: w.Target, Host: w.Target}, nil
		},
		Explain: func(err error) []string { return []string{err.Error()} },
		Status: func(err error) int {
			if code := ftpclient.Code(err); code != 0 {
				return int(code % 100)
			}
			return 99
		},
		Printable: func(text string) string {
			return strings.Map(func(r rune) rune {
				if r < ' ' {
					return '?'
				}
				return r
			}, text)
		},
		Entry: func(w io.Writer, e *ftpclient.Entry) error {
			_, err := fmt.Fprintf(w, "%q\n", e.Name)
			return err
		},
		Show: func(bool) (func(carry.Event), func()) {
			return func(e carry.Event) { x.events = append(x.events, e) }, func() {}
		},
		Dialogue: func(int) *ftpclient.Trace { return nil },
	}
	x.Shell = must(New(x.cfg))
	x.here = t.TempDir()
	return x
}

func must(s *Shell, err error) *Shell {
	if err != nil {
		panic(err)
	}
	return s
}

// run runs the script on the server "host".
func (x *testShell) run(t *testing.T) int {
	t.Helper()
	return x.Run(t.Context(), "host")
}
