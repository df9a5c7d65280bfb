package nft

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"ferry/internal/nsnet"
)

// patience bounds what must come; nothing waits for it unless the test fails.
const patience = 5 * time.Second

// A session is both ends of a control connection.
type session struct {
	client, server         net.Conn
	fromClient, fromServer *bufio.Reader
	clientHost, serverHost *nsnet.Host
	clientAddr, serverAddr netip.Addr // the hosts' own
	dialled, seenFrom      netip.Addr // what the client has dialled, and whom the server has seen
}

// open opens a control connection, or fails the test.
func open(t *testing.T, n *network, client, server, dial netip.Addr, port uint16) *session {
	t.Helper()
	s := &session{clientHost: n.client, serverHost: n.server, clientAddr: client, serverAddr: server, dialled: dial}
	var err error
	s.client, s.server, err = link(n.client, n.server, netip.AddrPortFrom(client, 0), netip.AddrPortFrom(server, port), netip.AddrPortFrom(dial, port))
	if err != nil {
		t.Fatalf("control connection: %v", err)
	}
	t.Cleanup(s.close)
	s.seenFrom = s.server.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	s.fromServer, s.fromClient = bufio.NewReader(s.client), bufio.NewReader(s.server)
	s.say(t, true, "220 Ready.")
	return s
}

func (s *session) close() {
	_ = s.client.Close()
	_ = s.server.Close()
}

// say sends a line of the client, or of the server, and gives it as it has come. Ends
// of scans that came before are left out.
func (s *session) say(t *testing.T, fromServer bool, line string) string {
	t.Helper()
	from, to, reader := s.client, s.server, s.fromClient
	if fromServer {
		from, to, reader = s.server, s.client, s.fromServer
	}
	deadline := time.Now().Add(patience)
	must(t, from.SetWriteDeadline(deadline))
	must(t, to.SetReadDeadline(deadline))
	if _, err := from.Write([]byte(line + "\r\n")); err != nil {
		t.Fatalf("control connection: %q: %v", line, err)
	}
	for {
		got, err := reader.ReadString('\n')
		if err != nil {
			t.Fatalf("control connection: %q does not come: %v", line, err)
		}
		if !strings.HasPrefix(got, "NOOP ") {
			return strings.TrimRight(got, "\r\n")
		}
	}
}

// portLine is PORT or EPRT.
func portLine(a netip.AddrPort) string {
	if a.Addr().Is6() {
		return fmt.Sprintf("EPRT |2|%s|%d|", a.Addr(), a.Port())
	}
	return "PORT " + commas(a)
}

// pasvLine is 227, or 229 in IPv6.
func pasvLine(a netip.AddrPort) string {
	if a.Addr().Is6() {
		return fmt.Sprintf("229 Entering Extended Passive Mode (|||%d|)", a.Port())
	}
	return "227 Entering Passive Mode (" + commas(a) + ")."
}

func commas(a netip.AddrPort) string {
	b := a.Addr().As4()
	return fmt.Sprintf("%d,%d,%d,%d,%d,%d", b[0], b[1], b[2], b[3], a.Port()>>8, a.Port()&0xff)
}

// named reads the address of a PORT, EPRT, 227 or 229; in a 229 it is peer's.
func named(t *testing.T, line string, peer netip.Addr) netip.AddrPort {
	t.Helper()
	var h [4]byte
	var p1, p2, port uint16
	numbers := line[max(0, strings.IndexAny(line, "0123456789")):]
	if _, inside, found := strings.Cut(line, "("); found {
		numbers = inside
	}
	if _, err := fmt.Sscanf(numbers, "%d,%d,%d,%d,%d,%d", &h[0], &h[1], &h[2], &h[3], &p1, &p2); err == nil {
		return netip.AddrPortFrom(netip.AddrFrom4(h), p1<<8|p2)
	}
	parts := strings.Split(line, "|")
	if len(parts) < 5 {
		t.Fatalf("%q names no address", line)
	}
	if _, err := fmt.Sscan(parts[3], &port); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if parts[2] != "" {
		peer = netip.MustParseAddr(parts[2])
	}
	return netip.AddrPortFrom(peer, port)
}

// connect opens a connection from one host, by the address that it dials, to the
// other, where it listens, and sends a line each way. src's port may be 0.
func connect(from, to *nsnet.Host, src, listen, dial netip.AddrPort) (near, far net.Conn, err error) {
	if near, far, err = link(from, to, src, listen, dial); err != nil {
		return nil, nil, err
	}
	if err = errors.Join(pass(near, far), pass(far, near)); err != nil {
		_, _ = near.Close(), far.Close()
		return nil, nil, err
	}
	return near, far, nil
}

// link is connect without the lines.
func link(from, to *nsnet.Host, src, listen, dial netip.AddrPort) (near, far net.Conn, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	listener, err := listenOn(ctx, to, listen)
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	err = from.Do(func() (err error) {
		dialer := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(src)}
		dialer.SetMultipathTCP(false)
		near, err = dialer.DialContext(ctx, "tcp", dial.String())
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
	if far, err = listener.Accept(); err != nil {
		_ = near.Close()
		return nil, nil, err
	}
	return near, far, nil
}

// listenOn listens. A listener that has just been closed may live for a moment more in a
// process that another test is starting.
func listenOn(ctx context.Context, h *nsnet.Host, at netip.AddrPort) (net.Listener, error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		listener, err := h.Listen("tcp", at.String())
		if !errors.Is(err, syscall.EADDRINUSE) {
			return listener, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, err
		}
	}
}

// pass sends a line from one end to the other.
func pass(from, to net.Conn) error {
	deadline := time.Now().Add(patience)
	_, _ = from.SetDeadline(deadline), to.SetDeadline(deadline)
	if _, err := from.Write([]byte("\r\n")); err != nil {
		return err
	}
	var b [2]byte
	if _, err := to.Read(b[:]); err != nil {
		return err
	}
	_, _ = from.SetDeadline(time.Time{}), to.SetDeadline(time.Time{})
	return nil
}
