package ftpclient_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"ferry/ftp"
	"ferry/ftpclient"
	"ferry/internal/netx"
	"ferry/internal/wire"
)

// fake is a server in memory that answers what a test wants.
type fake struct {
	// features are the lines of FEAT; without any it is not known.
	features []string
	// listing is what LIST and MLSD send.
	listing string
	// answer, if not nil, is asked first: "" is the usual.
	answer func(ftp.Command) string
	// act, if not nil, is asked then, and reports that it has done the command.
	act func(ftp.Command, *fakeSession) bool

	mu       sync.Mutex
	commands []ftp.Command
	addr     netip.Addr
	host     *netx.Host
}

var clientAddr = netip.MustParseAddr("192.0.2.2")

// start serves on a network of its own, and gives the configuration of a client.
func (f *fake) start(t testing.TB) *ftpclient.Config {
	network := netx.NewMem()
	return f.startAt(t, network, slowAddr, network.Host(clientAddr))
}

// startAt serves at an address.
func (f *fake) startAt(t testing.TB, network *netx.Mem, addr netip.Addr, client *netx.Host) *ftpclient.Config {
	t.Helper()
	f.addr, f.host = addr, network.Host(addr)
	l, err := f.host.Listen(t.Context(), netx.ListenConfig{Addr: netip.AddrPortFrom(addr, 21)})
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
			go f.serve(conn)
		}
	}()
	return &ftpclient.Config{
		Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
			return client.Dial(ctx, netx.DialConfig{Remote: netip.MustParseAddrPort(address)})
		},
		Listen: func(ctx context.Context, local netip.AddrPort) (net.Listener, error) {
			return client.Listen(ctx, netx.ListenConfig{Addr: local})
		},
	}
}

// seen are the arguments of a verb so far.
func (f *fake) seen(verb ftp.Verb) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var args []string
	for _, c := range f.commands {
		if c.Verb == verb {
			args = append(args, c.Arg)
		}
	}
	return args
}

// fakeSession is one control connection.
type fakeSession struct {
	conn     net.Conn
	commands chan ftp.Command
}

func (s *fakeSession) say(text string) { _, _ = s.conn.Write([]byte(text + "\r\n")) }

func (f *fake) serve(conn net.Conn) {
	defer conn.Close()
	s := &fakeSession{conn, make(chan ftp.Command)}
	go func() {
		defer close(s.commands)
		for control := wire.New(conn); ; {
			cmd, err := control.ReadCommand()
			if err != nil {
				return
			}
			s.commands <- cmd
		}
	}()
	defer func() {
		_ = conn.Close()
		for range s.commands { // until the reader has seen it
		}
	}()
	say := s.say
	var passive net.Listener
	say("220 ready")
	for cmd := range s.commands {
		f.mu.Lock()
		f.commands = append(f.commands, cmd)
		f.mu.Unlock()
		if f.act != nil && f.act(cmd, s) {
			continue
		}
		if f.answer != nil {
			if text := f.answer(cmd); text != "" {
				say(text)
				continue
			}
		}
		switch cmd.Verb {
		case "USER":
			say("230 in")
		case "FEAT":
			if len(f.features) == 0 {
				say("500 what?")
				continue
			}
			say("211-I can\r\n " + strings.Join(f.features, "\r\n ") + "\r\n211 End")
		case "PWD":
			say(`257 "/"`)
		case "EPSV":
			passive, _ = f.host.Listen(context.Background(), netx.ListenConfig{Addr: netip.AddrPortFrom(f.addr, 0)})
			say(fmt.Sprintf("229 here (|||%d|)", netx.AddrPort(passive.Addr()).Port()))
		case "LIST", "MLSD":
			say("150 comes")
			data, err := passive.Accept()
			_ = passive.Close()
			if err != nil {
				return
			}
			_, _ = data.Write([]byte(f.listing))
			_ = data.Close()
			say("226 done")
		case "SIZE":
			say("213 5")
		case "MDTM":
			say("550 no such file")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("200 ok")
		}
	}
}

// login connects to "192.0.2.1:21".
func login(t testing.TB, cfg *ftpclient.Config, addr netip.Addr) *ftpclient.Conn {
	t.Helper()
	c, err := ftpclient.Dial(t.Context(), netip.AddrPortFrom(addr, 21).String(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Login(t.Context(), "", "", ""); err != nil {
		t.Fatal(err)
	}
	return c
}

// namesOf lists what a Conn lists.
func namesOf(t testing.TB, c *ftpclient.Conn, dir string) []string {
	t.Helper()
	var names []string
	for e, err := range c.List(t.Context(), dir) {
		if err != nil {
			t.Error(err)
		}
		names = append(names, e.Name)
	}
	return slices.Clip(names)
}
