package nsnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestRouted sends TCP through two routers with a cable of small packets between
// them, in both families: without forwarding, with it, into a black hole, and to a
// route that refuses.
func TestRouted(t *testing.T) { perform(t, "routed") }

const (
	narrow = 1300 // the MTU in the middle
	volume = 300_000
	// patience is how long nothing must come for it to count as dropped: a thousand
	// times the time that a connection takes here.
	patience = 400 * time.Millisecond
)

func prefixes(list ...string) (parsed []netip.Prefix) {
	for _, p := range list {
		parsed = append(parsed, netip.MustParsePrefix(p))
	}
	return parsed
}

// line makes client - left - right - server with all routes, none forwarding.
func line(w *World) error {
	for _, name := range []string{"client", "left", "right", "server"} {
		if _, err := w.AddHost(name); err != nil {
			return err
		}
	}
	for _, cable := range [][2]Port{
		{
			{w.Host("client"), "eth0", prefixes("10.1.0.2/24", "fd00:1::2/64"), 0},
			{w.Host("left"), "inside", prefixes("10.1.0.1/24", "fd00:1::1/64"), 0},
		},
		{
			{w.Host("left"), "outside", prefixes("10.2.0.1/24", "fd00:2::1/64"), narrow},
			{w.Host("right"), "outside", prefixes("10.2.0.2/24", "fd00:2::2/64"), narrow},
		},
		{
			{w.Host("right"), "inside", prefixes("10.3.0.1/24", "fd00:3::1/64"), 0},
			{w.Host("server"), "eth0", prefixes("10.3.0.2/24", "fd00:3::2/64"), 1400},
		},
	} {
		if err := w.Connect(cable[0], cable[1]); err != nil {
			return err
		}
	}
	for _, r := range []struct{ host, dst, via string }{
		{"client", "0.0.0.0/0", "10.1.0.1"},
		{"client", "::/0", "fd00:1::1"},
		{"left", "10.3.0.0/24", "10.2.0.2"},
		{"left", "fd00:3::/64", "fd00:2::2"},
		{"right", "10.1.0.0/24", "10.2.0.1"},
		{"right", "fd00:1::/64", "fd00:2::1"},
		{"server", "0.0.0.0/0", "10.3.0.1"},
		{"server", "::/0", "fd00:3::1"},
	} {
		if err := w.Host(r.host).Route(netip.MustParsePrefix(r.dst), netip.MustParseAddr(r.via)); err != nil {
			return err
		}
	}
	return nil
}

func playRouted(w *World, _ []string) error {
	if err := line(w); err != nil {
		return err
	}
	for _, port := range []struct {
		host, name string
		mtu        int
	}{{"client", "eth0", 1500}, {"left", "outside", narrow}, {"right", "outside", narrow}, {"server", "eth0", 1400}} {
		err := w.Host(port.host).Do(func() error {
			i, err := net.InterfaceByName(port.name)
			if err == nil && i.MTU != port.mtu {
				err = fmt.Errorf("%s:%s: MTU %d, want %d", port.host, port.name, i.MTU, port.mtu)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, f := range []struct {
		address, forwarding, network string
		level, option                int
		rejected                     error
	}{
		{"10.3.0.2", "net.ipv4.ip_forward", "10.3.0.0/24", unix.IPPROTO_IP, unix.IP_MTU, unix.EHOSTUNREACH},
		{"fd00:3::2", "net.ipv6.conf.all.forwarding", "fd00:3::/64", unix.IPPROTO_IPV6, unix.IPV6_MTU, unix.ENETUNREACH},
	} {
		listener, err := w.Host("server").Listen("tcp", net.JoinHostPort(f.address, "0"))
		if err != nil {
			return err
		}
		address := listener.Addr().String()
		if err := wantTimeout(w.Host("client"), address); err != nil {
			return fmt.Errorf("without forwarding: %w", err)
		}
		for _, name := range []string{"left", "right"} {
			if err := w.Host(name).Sysctl(f.forwarding, "1"); err != nil {
				return err
			}
		}
		mtu, err := exchange(w.Host("client"), listener, f.level, f.option)
		if err != nil {
			return fmt.Errorf("%s: %w", address, err)
		}
		if mtu != narrow {
			return fmt.Errorf("%s: the path's MTU is found to be %d, want %d", address, mtu, narrow)
		}
		// One router has a route to the server's network, the other an interface in
		// it: Drop and Reject win over both.
		network := netip.MustParsePrefix(f.network)
		for _, name := range []string{"right", "left"} {
			if err := w.Host(name).Drop(network); err != nil {
				return err
			}
			if err := wantTimeout(w.Host("client"), address); err != nil {
				return fmt.Errorf("dropped by %s: %w", name, err)
			}
			if err := w.Host(name).Reject(network); err != nil {
				return err
			}
			if _, err := w.Host("client").Dial(context.Background(), "tcp", address); !errors.Is(err, f.rejected) {
				return fmt.Errorf("rejected by %s: dialling %s says %w", name, address, err)
			}
		}
	}
	return nil
}

// wantTimeout dials, and is content if nothing comes back.
func wantTimeout(h *Host, address string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := h.Dial(ctx, "tcp", address)
	if err == nil {
		conn.Close()
		return fmt.Errorf("%s: connected", address)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no timeout: %w", err)
	}
	return nil
}

// exchange sends a volume from the client to a listener and back, and returns the
// MTU of the path as the client's kernel has learned it.
func exchange(client *Host, listener net.Listener, level, option int) (mtu int, err error) {
	served := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, err = io.Copy(conn, conn)
			err = errors.Join(err, conn.Close())
		}
		served <- err
	}()
	conn, err := client.Dial(context.Background(), "tcp", listener.Addr().String())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	go func() {
		_, _ = conn.Write(make([]byte, volume))
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	n, err := io.Copy(io.Discard, conn)
	if err != nil {
		return 0, err
	}
	if n != volume {
		return 0, fmt.Errorf("%d bytes came back, want %d", n, volume)
	}
	raw, err := conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { mtu, failed = unix.GetsockoptInt(int(fd), level, option) })
	return mtu, errors.Join(err, failed, <-served)
}

// TestApart lets processes, and functions that run at once, say which addresses
// they see, on each host and outside.
func TestApart(t *testing.T) { perform(t, "apart") }

func playApart(w *World, _ []string) error {
	const loopback = "127.0.0.1/8 ::1/128"
	outside, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return err
	}
	if err := line(w); err != nil {
		return err
	}
	want := map[string]string{
		"client": "10.1.0.2/24 " + loopback + " fd00:1::2/64",
		"left":   "10.1.0.1/24 10.2.0.1/24 " + loopback + " fd00:1::1/64 fd00:2::1/64",
		"right":  "10.2.0.2/24 10.3.0.1/24 " + loopback + " fd00:2::2/64 fd00:3::1/64",
		"server": "10.3.0.2/24 " + loopback + " fd00:3::2/64",
	}
	for name, addresses := range want {
		cmd := on(w.Host(name), "addresses")
		out, err := cmd.Output()
		if err == nil && string(out) != addresses {
			err = fmt.Errorf("got %q, want %q", out, addresses)
		}
		if err != nil {
			return fmt.Errorf("a process on %s: %w", name, err)
		}
	}
	const rounds = 25
	results := make(chan error)
	for name, addresses := range want {
		for range rounds {
			go func() {
				results <- w.Host(name).Do(func() error {
					got, err := addressList()
					if err == nil && got != addresses {
						err = fmt.Errorf("a function on %s sees %q, want %q", name, got, addresses)
					}
					return err
				})
			}()
			// Goroutines that are on no host get no thread of one.
			go func() {
				got, err := addressList()
				if err == nil && got != loopback {
					err = fmt.Errorf("outside %q is seen, want %q", got, loopback)
				}
				results <- err
			}()
		}
	}
	for range 2 * rounds * len(want) {
		err = errors.Join(err, <-results)
	}
	if now, readErr := os.Readlink("/proc/self/ns/net"); now != outside {
		err = errors.Join(err, readErr, fmt.Errorf("the main thread is in %s, was in %s", now, outside))
	}
	return err
}

// addressList lists what the calling thread's namespace has, but for link-local
// addresses, which are made of random hardware addresses.
func addressList() (string, error) {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	var list []string
	for _, a := range addrs {
		if p := netip.MustParsePrefix(a.String()); !p.Addr().IsLinkLocalUnicast() {
			list = append(list, p.String())
		}
	}
	slices.Sort(list)
	return strings.Join(list, " "), nil
}

func playAddresses(*World, []string) error {
	list, err := addressList()
	if err == nil {
		_, err = fmt.Fprint(os.Stdout, list)
	}
	return err
}

// TestSettings writes settings of one host and reads those of all.
func TestSettings(t *testing.T) { perform(t, "settings") }

func playSettings(w *World, _ []string) error {
	a, b, err := pair(w)
	if err != nil {
		return err
	}
	for _, key := range []string{"net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv4.ip_local_port_range"} {
		before, err := setting(b, key)
		if err != nil {
			return err
		}
		value := "1"
		if key == "net.ipv4.ip_local_port_range" {
			value = "40000\t40009"
		}
		if err := a.Sysctl(key, value); err != nil {
			return err
		}
		for h, want := range map[*Host]string{a: value, b: before} {
			got, err := setting(h, key)
			if err == nil && got != want {
				err = fmt.Errorf("%s of %s: got %q, want %q", key, h.Name(), got, want)
			}
			if err != nil {
				return err
			}
		}
	}
	for key, want := range map[string]error{"net.ipv4.no_such_setting": os.ErrNotExist, "net.ipv4.ip_forward": unix.EINVAL} {
		if err := a.Sysctl(key, "blue"); !errors.Is(err, want) {
			return fmt.Errorf("%s: error %w, want %w", key, err, want)
		}
	}
	if err := a.Sysctl("kernel.hostname", "x"); err == nil {
		return errors.New("a setting of the machine was written")
	}
	return nil
}

func setting(h *Host, key string) (value string, err error) {
	path, err := sysctlPath(key)
	if err != nil {
		return "", err
	}
	err = h.Do(func() error {
		text, err := os.ReadFile(path)
		value = strings.TrimSpace(string(text))
		return err
	})
	return value, err
}
