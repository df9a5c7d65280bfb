package mirror

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/internal/netx"
)

// scripted is a server that lists what a test wants, good or not, and notes what it
// is told to change.
type scripted struct {
	// list gives the listing of a directory, and the reply behind it. A listing
	// without reply is cut off in its middle; one that is refused has a reply of
	// 5yz.
	list func(dir string) (text, reply string)
	// features are those of FEAT; "" is MLST.
	features []string
	// say gives a reply of its own to a command; "" is the usual one.
	say  func(verb, arg string) string
	addr string

	mu      sync.Mutex
	changes []string
}

// start serves until the test ends.
func (s *scripted) start(t *testing.T) *Mirror {
	t.Helper()
	if s.features == nil {
		s.features = []string{"MLST type*;size*;modify*;", "MFMT"}
	}
	l := listen(t)
	s.addr = l.Addr().String()
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
	pool := ftpclient.NewPool(ftpclient.PoolConfig{
		Address: s.addr, Size: 3, Retries: -1, Config: &ftpclient.Config{Timeout: 30 * time.Second},
	})
	t.Cleanup(func() {
		_ = pool.Close()
		_ = l.Close()
		sessions.Wait()
	})
	return &Mirror{Pool: pool, Remote: "base", Local: path.Join(t.TempDir(), "here"), Parallel: 3, Options: Options{Times: true, Delete: true}}
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
	defer data.Close()
	cwd := "/"
	at := func(arg string) string {
		if strings.HasPrefix(arg, "/") {
			return path.Clean(arg)
		}
		return path.Join(cwd, arg)
	}
	for lines := bufio.NewScanner(c); lines.Scan(); {
		verb, arg, _ := strings.Cut(lines.Text(), " ")
		if s.say != nil {
			if r := s.say(verb, arg); r != "" {
				say(r)
				continue
			}
		}
		switch verb {
		case "USER":
			say("230 in")
		case "FEAT":
			say("211-Features\r\n " + strings.Join(s.features, "\r\n ") + "\r\n211 End")
		case "EPSV":
			say(fmt.Sprintf("229 (|||%d|)", netx.AddrPort(data.Addr()).Port()))
		case "MLST", "CWD":
			_, reply := s.list(at(arg))
			switch {
			case strings.HasPrefix(reply, "550 no such") && at(arg) != "/":
				say(reply)
			case verb == "CWD":
				cwd = at(arg)
				say("250 in")
			default:
				say("250-\r\n type=dir; " + arg + "\r\n250 end")
			}
		case "PWD":
			say(`257 "` + cwd + `"`)
		case "MLSD", "LIST":
			text, reply := s.list(at(strings.TrimPrefix(arg, "-a")))
			if strings.HasPrefix(reply, "5") {
				say(reply)
				continue
			}
			say("150 here")
			d, err := data.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(d, text)
			_ = d.Close()
			if reply == "" {
				return
			}
			say(reply)
		case "DELE", "RMD", "MKD":
			s.mu.Lock()
			s.changes = append(s.changes, verb+" "+at(arg))
			s.mu.Unlock()
			say("250 done")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("200 fine")
		}
	}
}

// listings serves MLSD from a map; what is not in it is not there.
func listings(of map[string]string) func(dir string) (text, reply string) {
	return func(dir string) (text, reply string) {
		text, ok := of[dir]
		if !ok {
			return "", "550 no such directory"
		}
		return text, "226 done"
	}
}

const anHour = "modify=20260301120000;"
