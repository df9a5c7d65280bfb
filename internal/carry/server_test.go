package carry

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/internal/netx"
)

// scripted is a server that lists and sends what a test wants, good or not.
type scripted struct {
	listings map[string]string // MLSD lines of a directory
	files    map[string]string
	// directories lets RMD remove what is listed and empty.
	directories bool
	// endless repeats a listing until the client has had enough.
	endless bool
	mu      sync.Mutex // of files, which uploads change
	// say gives a reply of its own to a command; "" is the usual one.
	say func(command string) string
	// deaf accepts REST, and does not heed it.
	deaf bool
	// features are more lines for FEAT.
	features string
	// got keeps the commands.
	got commands
	// cut ends a download in its middle, once.
	cut  atomic.Bool
	addr string
	stop func() // ends it: nobody is let in, and who is in is out
}

// start serves until the test ends.
func (s *scripted) start(t *testing.T) {
	t.Helper()
	l := listen(t)
	s.addr = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = func() {
		cancel()
		_ = l.Close()
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all sync.WaitGroup
		defer all.Wait()
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer context.AfterFunc(ctx, func() { _ = c.Close() })()
				s.session(t, c)
			})
		}
	}()
	t.Cleanup(func() {
		s.stop()
		<-done
	})
}

// file is the content of a file.
func (s *scripted) file(name string) (text string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok = s.files[name]
	return text, ok
}

func (s *scripted) setFile(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = make(map[string]string)
	}
	s.files[name] = text
}

// remove removes a file.
func (s *scripted) remove(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.files[name]
	delete(s.files, name)
	return ok
}

// rmdir removes a directory in which nothing is.
func (s *scripted) rmdir(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.listings[name]
	for other := range s.files {
		ok = ok && !strings.HasPrefix(other, name+"/")
	}
	for other := range s.listings {
		ok = ok && !strings.HasPrefix(other, name+"/")
	}
	if ok && s.directories {
		delete(s.listings, name)
	}
	return ok && s.directories
}

// names are all files and directories.
func (s *scripted) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	both := maps.Clone(s.files)
	maps.Copy(both, s.listings)
	return slices.Sorted(maps.Keys(both))
}

// commands are those that the server got.
type commands struct {
	mu  sync.Mutex
	all []string
}

func (c *commands) add(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, line)
}

// count says how many begin with a verb.
func (c *commands) count(verb string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range c.all {
		if line == verb || strings.HasPrefix(line, verb+" ") {
			n++
		}
	}
	return n
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := netx.System{}.Listen(context.Background(), netx.ListenConfig{Addr: netip.MustParseAddrPort("127.0.0.1:0")})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// session answers one client after the other.
func (s *scripted) session(t *testing.T, c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	say := func(line string) { fmt.Fprint(c, line+"\r\n") }
	say("220 ready")
	var data net.Listener
	defer func() {
		if data != nil {
			_ = data.Close()
		}
	}()
	rest, from := 0, ""
	for lines := bufio.NewScanner(c); lines.Scan(); {
		verb, arg, _ := strings.Cut(lines.Text(), " ")
		arg = strings.TrimSuffix(arg, "/")
		s.got.add(lines.Text())
		if s.say != nil {
			if r := s.say(lines.Text()); r != "" {
				say(r)
				continue
			}
		}
		switch verb {
		case "USER":
			say("230 in")
		case "FEAT":
			say("211-Features\r\n MLST type*;size*;\r\n SIZE\r\n" + s.features + "211 End")
		case "EPSV":
			if data != nil {
				_ = data.Close()
			}
			data = listen(t)
			say(fmt.Sprintf("229 (|||%d|)", netx.AddrPort(data.Addr()).Port()))
		case "MLST":
			kind := "file"
			if _, ok := s.listings[arg]; ok {
				kind = "dir"
			} else if _, ok := s.file(arg); !ok {
				say("550 no such file")
				continue
			}
			say("250-\r\n type=" + kind + "; " + arg + "\r\n250 end")
		case "REST":
			var err error
			if rest, err = strconv.Atoi(arg); err != nil {
				t.Errorf("REST %q", arg)
			}
			say("350 go on")
		case "MDTM":
			say("213 20260102030405")
		case "SIZE":
			text, ok := s.file(arg)
			if !ok {
				say("550 no such file")
				continue
			}
			say(fmt.Sprint("213 ", len(text)))
		case "MLSD", "RETR":
			s.mu.Lock()
			text, ok := s.listings[arg]
			s.mu.Unlock()
			if verb == "RETR" {
				text, ok = s.file(arg)
			}
			if !ok {
				say("550 no such file")
				continue
			}
			if s.deaf {
				rest = 0
			}
			text, rest = text[min(rest, len(text)):], 0
			say("150 here")
			d, err := data.Accept()
			if err != nil {
				return
			}
			if verb == "RETR" && s.cut.CompareAndSwap(true, false) {
				fmt.Fprint(d, text[:len(text)/2])
				_ = d.Close()
				say("426 broken")
				continue
			}
			for _, err = fmt.Fprint(d, text); err == nil && s.endless && verb == "MLSD"; {
				_, err = fmt.Fprint(d, text)
			}
			_ = d.Close()
			say("226 done")
		case "STOR", "APPE":
			if data == nil {
				say("425 no")
				continue
			}
			say("150 give")
			d, err := data.Accept()
			if err != nil {
				return
			}
			text, err := io.ReadAll(d)
			_ = d.Close()
			old, _ := s.file(arg)
			if verb == "STOR" {
				old = ""
			}
			s.setFile(arg, old+string(text))
			if err != nil || s.cut.CompareAndSwap(true, false) {
				return // without a word
			}
			say("226 done")
		case "RNFR":
			from = arg
			say("350 to what?")
		case "RNTO":
			text, ok := s.file(from)
			if !ok {
				say("550 no such file")
				continue
			}
			s.setFile(arg, text)
			s.remove(from)
			say("250 done")
		case "DELE", "RMD":
			if verb == "DELE" && !s.remove(arg) || verb == "RMD" && !s.rmdir(arg) {
				say("550 no such file")
				continue
			}
			say("250 gone")
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

// job makes a job for the server, which keeps the events.
func (s *scripted) job(t *testing.T) (*Job, *log) {
	t.Helper()
	events := &log{}
	pool := ftpclient.NewPool(ftpclient.PoolConfig{
		Address: s.addr, Config: &ftpclient.Config{Timeout: 30 * time.Second, MaxListing: 50_000}, Size: 4, Retries: 2, Backoff: time.Millisecond,
	})
	t.Cleanup(func() { _ = pool.Close() }) // the server may have closed first
	return &Job{Pool: pool, Event: events.add}, events
}

// log keeps events.
type log struct {
	mu  sync.Mutex
	all []Event
}

func (l *log) add(e Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, e)
}

// of are the events of a kind.
func (l *log) of(kind string) []Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(l.all), func(e Event) bool { return e.Kind != kind })
}
