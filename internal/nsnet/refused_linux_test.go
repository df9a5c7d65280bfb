package nsnet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestRefused asks for what cannot be had.
func TestRefused(t *testing.T) { perform(t, "refused") }

func playRefused(w *World, _ []string) error {
	a, b, err := pair(w)
	if err != nil {
		return err
	}
	eth0 := func(h *Host) Port { return Port{Host: h, Name: "eth0", Addrs: prefixes("192.0.2.1/24")} }
	if err := w.Connect(eth0(a), eth0(b)); err != nil {
		return err
	}
	dial := func(address string) error {
		conn, err := a.Dial(context.Background(), "tcp", address)
		if err == nil {
			conn.Close()
		}
		return err
	}
	tests := []struct {
		name string
		f    func() error
		want string
	}{
		{"host without a name", func() error { _, err := w.AddHost(""); return err }, "needs a name"},
		{"host twice", func() error { _, err := w.AddHost("a"); return err }, "add host a: there is one"},
		{"interface twice", func() error { return w.Connect(eth0(a), Port{Host: b, Name: "eth1"}) }, "connect a:eth0 and b:eth1: make a veth pair: file exists"},
		{"peer twice", func() error { return w.Connect(Port{Host: a, Name: "eth1"}, eth0(b)) }, "file exists"},
		{"one name at both ends", func() error { return w.Connect(Port{Host: a, Name: "x"}, Port{Host: a, Name: "x"}) }, "make a veth pair"},
		{"bad port", func() error { return w.Connect(Port{Host: a, Name: "x"}, Port{Host: b, Name: "a/b"}) }, "a slash"},
		{"foreign host", func() error { return w.Connect(Port{Host: a, Name: "x"}, Port{Host: &Host{name: "b"}, Name: "x"}) }, "not of this world"},
		{"address twice", func() error {
			return w.Connect(Port{Host: a, Name: "x"}, Port{Host: b, Name: "x", Addrs: prefixes("192.0.2.9/24", "192.0.2.9/24")})
		}, "b:x: add address 192.0.2.9/24: file exists"},
		{"gateway far away", func() error { return a.Route(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParseAddr("198.51.100.1")) }, "host a: route 0.0.0.0/0 via 198.51.100.1: network is unreachable"},
		{"mixed families", func() error { return a.Route(netip.MustParsePrefix("::/0"), netip.MustParseAddr("192.0.2.2")) }, "same family"},
		{"no gateway", func() error { return a.Route(netip.MustParsePrefix("::/0"), netip.Addr{}) }, "same family"},
		{"no prefix", func() error { return a.Drop(netip.Prefix{}) }, "not a prefix"},
		{"dial a name", func() error { return dial("localhost:21") }, "an IP address and a port"},
		{"dial nobody", func() error { return dial("127.0.0.1:9") }, "host a: dial tcp 127.0.0.1:9: connect: connection refused"},
		{"listen on a name", func() error { _, err := a.Listen("tcp", ":21"); return err }, "an IP address and a port"},
		{"listen elsewhere", func() error { _, err := a.Listen("tcp", "203.0.113.1:0"); return err }, "cannot assign"},
		{"goexit", func() error { return a.Do(func() error { runtime.Goexit(); return nil }) }, "ended its goroutine"},
		{"no program", func() error { return a.Command(context.Background(), "/no/program").Run() }, "no such file"},
	}
	for _, test := range tests {
		if err := test.f(); err == nil || !strings.Contains(err.Error(), test.want) {
			return fmt.Errorf("%s: error %w, want %q in it", test.name, err, test.want)
		}
	}
	// What has failed has left nothing.
	for _, h := range []*Host{a, b} {
		err := h.Do(func() error {
			list, err := net.Interfaces()
			if err == nil && len(list) != 2 {
				err = fmt.Errorf("host %s has %d interfaces, want lo and eth0", h.Name(), len(list))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if w.Host("a") != a || w.Host("c") != nil {
		return errors.New("hosts by name")
	}
	// A cable from a host to itself is one too.
	return w.Connect(Port{Host: a, Name: "x", Addrs: prefixes("198.51.100.1/24")}, Port{Host: a, Name: "y"})
}

// TestClose closes a world in which processes run.
func TestClose(t *testing.T) { perform(t, "closed") }

func playClosed(w *World, _ []string) error {
	a, b, err := pair(w)
	if err != nil {
		return err
	}
	daemon, err := startDaemon(a)
	if err != nil {
		return err
	}
	child := on(b, "linger")
	stdout, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	if _, err := stdout.Read(make([]byte, 1)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := awaitEnd(daemon); err != nil {
		return err
	}
	if err := child.Wait(); err == nil || child.ProcessState.Sys().(interface{ Signal() unix.Signal }).Signal() != unix.SIGKILL {
		return fmt.Errorf("the child has ended by itself: %w", err)
	}
	for name, f := range map[string]func() error{
		"AddHost": func() error { _, err := w.AddHost("c"); return err },
		"Do":      func() error { return a.Do(func() error { return nil }) },
		"Start":   on(a, "addresses").Start,
		"Output":  func() error { _, err := on(a, "addresses").Output(); return err },
		"Drop":    func() error { return a.Drop(prefixes("0.0.0.0/0")[0]) },
		"Connect": func() error { return w.Connect(Port{Host: a, Name: "x"}, Port{Host: b, Name: "x"}) },
		"itself":  func() error { return w.Connect(Port{Host: a, Name: "x"}, Port{Host: a, Name: "y"}) },
	} {
		if err := f(); !errors.Is(err, os.ErrClosed) {
			return fmt.Errorf("%s in a closed world: %w", name, err)
		}
	}
	return w.Close()
}
