package ftpclient_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ferry/ftpclient"
	"ferry/internal/netx"
)

// A noopAnswer is what a server does about a NOOP during a transfer.
type noopAnswer string

const (
	noopAtOnce  noopAnswer = "at once"
	noopAfter   noopAnswer = "after the 226"
	noopNever   noopAnswer = "never"
	noopRefused noopAnswer = "refused at once"
	noopMixed   noopAnswer = "one of them at once, one after the 226, one never"
)

// slow is a server in memory whose files take minutes: it sends or takes one byte
// every 45 seconds.
type slow struct {
	noops noopAnswer
	// single answers ABOR and what it ends with one reply.
	single bool
	// length is how many bytes a file has.
	length int
	// dies closes the control connection behind the last byte, without a 226.
	dies bool
	// size is answered to SIZE: 0 is length, -1 that there is no such file. A file
	// that is stored sets it.
	size int
	host *netx.Host
	// sessions counts the control connections.
	sessions int
}

const slowStep = 45 * time.Second

var slowAddr = netip.MustParseAddr("192.0.2.1")

// start serves until the test ends, and gives the configuration of a client on
// another host.
func (s *slow) start(t *testing.T) *ftpclient.Config {
	t.Helper()
	network := netx.NewMem()
	s.host = network.Host(slowAddr)
	client := network.Host(netip.MustParseAddr("192.0.2.2"))
	l, err := s.host.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(slowAddr, 21)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.sessions++
			go s.serve(conn)
		}
	}()
	return &ftpclient.Config{Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
		return client.Dial(ctx, netx.DialConfig{Remote: netip.MustParseAddrPort(address)})
	}}
}

// serve talks to one client.
func (s *slow) serve(conn net.Conn) {
	defer conn.Close()
	say := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
	commands := make(chan string)
	go func() {
		defer close(commands)
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			commands <- lines.Text()
		}
	}()
	defer func() {
		for range commands { // until the client has gone
		}
	}()
	var passive net.Listener
	say("220 ready")
	for line := range commands {
		verb, _, _ := strings.Cut(line, " ")
		switch verb {
		case "USER":
			say("230 in")
		case "PWD":
			say(`257 "/"`)
		case "SIZE":
			switch s.size {
			case -1:
				say("550 no such file")
			case 0:
				say(fmt.Sprintf("213 %d", s.length))
			default:
				say(fmt.Sprintf("213 %d", s.size))
			}
		case "EPSV":
			passive, _ = s.host.Listen(context.Background(), netx.ListenConfig{Addr: netip.AddrPortFrom(slowAddr, 0)})
			say(fmt.Sprintf("229 here (|||%d|)", netx.AddrPort(passive.Addr()).Port()))
		case "RETR", "STOR":
			say("150 comes")
			data, err := passive.Accept()
			_ = passive.Close()
			if err != nil {
				return
			}
			if !s.transfer(verb, data, commands, say) {
				_ = conn.Close()
				return
			}
		case "FEAT":
			say("500 what?")
		default: // TYPE, NOOP, QUIT
			say("200 ok")
		}
	}
}

// transfer moves the bytes of a file and ends as the server does; false is the end
// of the session.
func (s *slow) transfer(verb string, data net.Conn, commands <-chan string, say func(string)) bool {
	var late []string
	seen := 0
	noop := func() {
		answer := s.noops
		if answer == noopMixed {
			answer = []noopAnswer{noopAtOnce, noopAfter, noopNever}[seen%3]
		}
		seen++
		switch answer {
		case noopAtOnce:
			say("200 noop")
		case noopRefused:
			say("500 not now")
		case noopAfter:
			late = append(late, "200 noop")
		case noopNever, noopMixed:
		}
	}
	defer func() { _ = data.Close() }()
	tick := time.NewTicker(slowStep)
	defer tick.Stop()
	ended := make(chan struct{})
	if verb == "STOR" {
		go func() {
			defer close(ended)
			n, _ := io.Copy(io.Discard, data)
			s.size = int(n)
		}()
	}
	for sent := 0; ; {
		select {
		case line, ok := <-commands:
			switch {
			case !ok:
				return false
			case line == "ABOR":
				_ = data.Close()
				say("426 aborted")
				if !s.single {
					say("226 so it is")
				}
				for _, r := range late {
					say(r)
				}
				return true
			case line == "NOOP":
				noop()
			}
			continue
		case <-ended:
			sent = s.length
		case <-tick.C:
			if verb == "STOR" {
				continue
			}
			_, _ = data.Write([]byte{'x'})
			sent++
		}
		if sent >= s.length {
			break
		}
	}
	_ = data.Close()
	if s.dies {
		return false
	}
	say("226 done")
	for _, r := range late {
		say(r)
	}
	return true
}

// trickle is a file of n bytes, of which one comes every 45 seconds.
type trickle struct{ left int }

func (tr *trickle) Read(b []byte) (int, error) {
	if tr.left == 0 {
		return 0, io.EOF
	}
	tr.left--
	timer := time.NewTimer(slowStep)
	<-timer.C
	b[0] = 'x'
	return 1, nil
}
