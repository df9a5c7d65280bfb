package firewallproof

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ferry/internal/firewall"
	"ferry/internal/nsnet"
)

// talkLimit bounds a connection that must work, and takes some milliseconds.
const talkLimit = 20 * time.Second

// volume is what goes over a data connection, in each direction.
const volume = 200_000

// A dialogue is a control connection, seen from both ends.
type dialogue struct {
	ends  map[firewall.Side]net.Conn
	lines map[firewall.Side]*bufio.Reader
}

// converse tries real connections.
func (s *scene) converse(g *gallery) error {
	var found []error
	for _, port := range s.plan.Facts.Control {
		d, err := s.connect(port)
		if err != nil {
			found = append(found, fmt.Errorf("control connection to port %d: %w", port, err))
			continue
		}
		for _, active := range []bool{true, false} {
			wanted := s.plan.Facts.Passive
			if active {
				wanted = s.plan.Facts.Active
			}
			switch {
			case wanted:
				err = s.data(g, d, active)
			case s.plan.Facts.Tracking == firewall.Helper:
				err = s.unwanted(g, d, active)
			}
			if err != nil {
				found = append(found, fmt.Errorf("control port %d, active mode %v: %w", port, active, err))
			}
		}
		found = append(found, s.icmpErrors(g, d), d.close())
	}
	return errors.Join(append(found, s.own())...)
}

// connect opens a control connection and sends a line each way.
func (s *scene) connect(port uint16) (*dialogue, error) {
	l, err := s.hosts[firewall.Server].Listen("tcp", netip.AddrPortFrom(s.server, port).String())
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }() // it has accepted what it was for
	d := &dialogue{make(map[firewall.Side]net.Conn), make(map[firewall.Side]*bufio.Reader)}
	client, server, err := s.meet(l, s.hosts[firewall.Client], netip.AddrPortFrom(s.client, 0), netip.AddrPortFrom(s.dialled, port))
	if err != nil {
		return nil, err
	}
	d.ends[firewall.Client], d.ends[firewall.Server] = client, server
	for side, c := range d.ends {
		d.lines[side] = bufio.NewReader(c)
	}
	if _, err := d.say(firewall.Server, "220 ready"); err != nil {
		return nil, err
	}
	_, err = d.say(firewall.Client, "NOOP")
	return d, err
}

// say sends a line and returns it as it arrives.
func (d *dialogue) say(from firewall.Side, line string) (string, error) {
	if _, err := io.WriteString(d.ends[from], line+"\r\n"); err != nil {
		return "", err
	}
	got, err := d.lines[from.Other()].ReadString('\n')
	return strings.TrimRight(got, "\r\n"), err
}

func (d *dialogue) close() error {
	return errors.Join(d.ends[firewall.Client].Close(), d.ends[firewall.Server].Close())
}

// meet dials a listener and returns both ends of the connection.
func (s *scene) meet(l net.Listener, from *nsnet.Host, src, dst netip.AddrPort) (dialled, accepted net.Conn, err error) {
	if err := l.(*net.TCPListener).SetDeadline(time.Now().Add(s.limit)); err != nil {
		return nil, nil, err
	}
	taken := make(chan error, 1)
	go func() {
		var err error
		accepted, err = l.Accept()
		taken <- err
	}()
	err = from.Do(func() (err error) {
		dialer := net.Dialer{ //nolint:forbidigo // It must leave from an address and a port that are given.
			LocalAddr: net.TCPAddrFromAddrPort(src), Timeout: s.limit,
			Control: func(_, _ string, c syscall.RawConn) (err error) {
				var failed error
				err = c.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) })
				return errors.Join(err, failed)
			},
		}
		dialer.SetMultipathTCP(false)
		dialled, err = dialer.DialContext(context.Background(), "tcp", dst.String())
		return err
	})
	if err != nil {
		_ = l.Close() // so that Accept ends
		<-taken       //nolint:errcheck // The error is that of dialling.
		return nil, nil, err
	}
	if err := <-taken; err != nil {
		return nil, nil, err
	}
	for _, c := range []net.Conn{dialled, accepted} {
		if err := c.SetDeadline(time.Now().Add(s.limit)); err != nil {
			return nil, nil, err
		}
	}
	return dialled, accepted, nil
}

// ends says who opens a data connection, from where, and who waits for it, where.
func (s *scene) ends(active bool) (opener firewall.Side, src netip.AddrPort, waiter netip.Addr, ports firewall.Ports) {
	if active {
		return firewall.Server, netip.AddrPortFrom(s.server, s.plan.Facts.DataPort), s.client, s.plan.Facts.ActivePorts
	}
	return firewall.Client, netip.AddrPortFrom(s.client, 0), s.server, s.plan.Facts.PassivePorts
}

// negotiate announces a waiting address on the control connection, and returns what
// the other end reads.
func (s *scene) negotiate(d *dialogue, active bool, waiting netip.AddrPort) (netip.AddrPort, error) {
	announced := waiting
	if !active && s.plan.Facts.Tracking != firewall.Helper {
		announced = netip.AddrPortFrom(s.dialled, waiting.Port()) // pasv_address
	}
	a, port := announced.Addr(), announced.Port()
	six := s.family == firewall.IPv6
	list := fmt.Sprintf("%s,%d,%d", strings.ReplaceAll(a.String(), ".", ","), port>>8, port&255)
	var line string
	switch {
	case active && six:
		line = fmt.Sprintf("EPRT |2|%s|%d|", a, port)
	case active:
		line = "PORT " + list
	case six:
		line = fmt.Sprintf("229 Entering Extended Passive Mode (|||%d|)", port)
	default:
		line = "227 Entering Passive Mode (" + list + ")."
	}
	from := firewall.Server
	if active {
		from = firewall.Client
	}
	got, err := d.say(from, line)
	if err != nil {
		return netip.AddrPort{}, err
	}
	at, err := s.understand(got)
	if err != nil {
		return at, fmt.Errorf("%q became %q: %w", line, got, err)
	}
	return at, nil
}

// understand reads the address in a PORT, EPRT, 227 or 229.
func (s *scene) understand(line string) (netip.AddrPort, error) {
	if strings.HasPrefix(line, "EPRT ") {
		fields := strings.Split(line[5:], "|")
		if len(fields) != 5 {
			return netip.AddrPort{}, errors.New("five fields are wanted")
		}
		return netip.ParseAddrPort("[" + fields[2] + "]:" + fields[3])
	}
	if _, rest, extended := strings.Cut(line, "(|||"); extended {
		port, err := strconv.ParseUint(strings.TrimSuffix(rest, "|)"), 10, 16)
		return netip.AddrPortFrom(s.dialled, uint16(port)), err
	}
	line = strings.TrimRight(line[strings.LastIndexAny(line, " (")+1:], ").")
	fields := strings.Split(line, ",")
	if len(fields) != 6 {
		return netip.AddrPort{}, errors.New("six numbers are wanted")
	}
	high, err := strconv.ParseUint(fields[4], 10, 8)
	low, more := strconv.ParseUint(fields[5], 10, 8)
	a, other := netip.ParseAddr(strings.Join(fields[:4], "."))
	return netip.AddrPortFrom(a, uint16(high<<8|low)), errors.Join(err, more, other)
}

// data makes a data connection of a mode that is wanted.
func (s *scene) data(g *gallery, d *dialogue, active bool) error {
	opener, src, waiter, ports := s.ends(active)
	l, err := s.hosts[opener.Other()].Listen("tcp", netip.AddrPortFrom(waiter, ports.To).String())
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // it has accepted what it was for
	if s.plan.Facts.Tracking == firewall.Helper {
		// What the helper expects may come from any port; the plan knows better.
		wrong := netip.AddrPortFrom(src.Addr(), 999)
		if err := s.expected(g, d, active, wrong, netip.AddrPortFrom(waiter, ports.To)); err != nil {
			return err
		}
	}
	at, err := s.negotiate(d, active, l.Addr().(*net.TCPAddr).AddrPort())
	if err != nil {
		return err
	}
	dialled, accepted, err := s.meet(l, s.hosts[opener], src, at)
	if err != nil {
		return err
	}
	if peer := accepted.RemoteAddr().(*net.TCPAddr).AddrPort(); active && (peer.Addr() != s.dialled || src.Port() != 0 && peer.Port() != src.Port()) {
		return fmt.Errorf("the data connection comes from %s, not from %s port %d", peer, s.dialled, src.Port())
	}
	err = errors.Join(pour(dialled, accepted), pour(accepted, dialled))
	return errors.Join(err, dialled.Close(), accepted.Close())
}

// pour sends a volume and counts what comes.
func pour(from io.Writer, to io.Reader) error {
	sent := make(chan error, 1)
	go func() {
		_, err := from.Write(make([]byte, volume))
		sent <- err
	}()
	_, err := io.ReadFull(to, make([]byte, volume))
	return errors.Join(err, <-sent)
}

// unwanted tries to open a data connection of a mode that is not wanted.
func (s *scene) unwanted(g *gallery, d *dialogue, active bool) error {
	_, src, waiter, ports := s.ends(active)
	if src.Port() == 0 {
		src = netip.AddrPortFrom(src.Addr(), 41000)
	}
	return s.expected(g, d, active, src, netip.AddrPortFrom(waiter, ports.To))
}

// expected announces a data connection, so that the helper expects it, and sends its
// first packet, which is to be treated as the plan says.
func (s *scene) expected(g *gallery, d *dialogue, active bool, src, waiting netip.AddrPort) error {
	at, err := s.negotiate(d, active, waiting)
	if err != nil {
		return err
	}
	opener := firewall.Client
	if active {
		opener = firewall.Server
	}
	first := firewall.Packet{
		Toward: opener.Other(), Proto: firewall.TCP, State: firewall.Related, Helper: true, Opens: true, Src: src, Dst: waiting,
	}
	if s.itself(&first) {
		return nil
	}
	want := s.plan.Verdict(first)
	shots := []shot{{proto: firewall.TCP, flags: flagSYN, src: src, dst: at}}
	seen, err := g.fire(opener, shots, s.last)
	if err == nil {
		err = s.compare(shots, []firewall.Action{want}, seen)
	}
	if err != nil {
		return fmt.Errorf("announced on the control connection: %w", err)
	}
	return nil
}

// icmpErrors sends errors about a connection that there is, and, where connections are
// followed, about one that there is not: those have no state that a rule could name.
func (s *scene) icmpErrors(g *gallery, d *dialogue) error {
	client := d.ends[firewall.Client].LocalAddr().(*net.TCPAddr).AddrPort()
	server := d.ends[firewall.Server].LocalAddr().(*net.TCPAddr).AddrPort()
	peer := d.ends[firewall.Server].RemoteAddr().(*net.TCPAddr).AddrPort() // the client, as the server sees it
	dialled := netip.AddrPortFrom(s.dialled, server.Port())
	kinds := []firewall.ICMPKind{firewall.Unreachable, firewall.PacketTooBig, firewall.TimeExceeded, firewall.ParameterProblem}
	var found []error
	for _, there := range []bool{true, false} {
		if !there && !s.plan.Facts.Stateful() {
			continue
		}
		if !there {
			client, peer = netip.AddrPortFrom(client.Addr(), 1), netip.AddrPortFrom(peer.Addr(), 1)
		}
		var up, down []shot
		about := firewall.Packet{Proto: firewall.ICMP, Src: client, Dst: server}
		if there && s.plan.Facts.Stateful() {
			about.State = firewall.Related
		}
		want := make(map[firewall.Side][]firewall.Action)
		for _, kind := range kinds {
			if about.ICMP = kind; kind == firewall.PacketTooBig && s.family == firewall.IPv4 {
				about.ICMP = firewall.Unreachable
			}
			if s.itself(&about) {
				continue
			}
			up = append(up, shot{proto: firewall.ICMP, kind: kind, src: client, dst: dialled, aboutSrc: dialled, aboutDst: client})
			down = append(down, shot{proto: firewall.ICMP, kind: kind, src: server, dst: peer, aboutSrc: peer, aboutDst: server})
			for _, about.Toward = range []firewall.Side{firewall.Client, firewall.Server} {
				want[about.Toward.Other()] = append(want[about.Toward.Other()], s.plan.Verdict(about))
			}
		}
		for from, shots := range map[firewall.Side][]shot{firewall.Client: up, firewall.Server: down} {
			seen, err := g.fire(from, shots, s.last)
			if err == nil {
				err = s.compare(shots, want[from], seen)
			}
			if err != nil {
				found = append(found, fmt.Errorf("errors about a connection (is it there: %v) from the %s: %w", there, from, err))
			}
		}
	}
	return errors.Join(found...)
}

// own tries what a host may do besides FTP: speak to itself, and open connections
// if it may.
func (s *scene) own() error {
	f := &s.plan.Facts
	if !f.Host() {
		return nil
	}
	loopback := netip.MustParseAddr("127.0.0.1")
	if s.family == firewall.IPv6 {
		loopback = netip.IPv6Loopback()
	}
	if err := s.reach(s.wall, loopback, s.wall, netip.AddrPortFrom(loopback, 8080)); err != nil {
		return fmt.Errorf("the host with itself: %w", err)
	}
	if f.Outgoing != firewall.OutgoingOpen {
		return nil
	}
	here, there := firewall.Server, firewall.Client
	if f.At == firewall.AtClient {
		here, there = there, here
	}
	own := map[firewall.Side]netip.Addr{firewall.Client: s.client, firewall.Server: s.server}[here]
	if err := s.reach(s.hosts[here], own, s.hosts[there], netip.AddrPortFrom(strangers[s.family][there], 443)); err != nil {
		return fmt.Errorf("a connection of the host's own: %w", err)
	}
	return nil
}

// reach makes a connection with bytes both ways.
func (s *scene) reach(from *nsnet.Host, src netip.Addr, to *nsnet.Host, dst netip.AddrPort) error {
	l, err := to.Listen("tcp", dst.String())
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // it has accepted what it was for
	dialled, accepted, err := s.meet(l, from, netip.AddrPortFrom(src, 0), dst)
	if err != nil {
		return err
	}
	return errors.Join(pour(dialled, accepted), pour(accepted, dialled), dialled.Close(), accepted.Close())
}
