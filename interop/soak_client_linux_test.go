package interop_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"time"

	"ferry/ftp"
)

// soakLimit is how long a reply, or a piece of a transfer, may take on a machine
// that is busy.
const soakLimit = 2 * time.Minute

// soaker is one client of the soak: a session that is made anew whenever it was
// lost on purpose.
type soaker struct {
	soak   *soak
	number int
	rand   *rand.Rand
	ip     netip.Addr // where it comes from: one of 127.0.0.0/8
	secure bool

	conn   net.Conn // the control connection, below TLS
	line   net.Conn // the control connection, under TLS if there is
	r      *bufio.Reader
	config *tls.Config
	l      net.Listener // of active mode
	files  int          // names given to uploads
	said   string       // the last command, for complaints
}

// soakAddr spreads clients over loopback addresses; strangers have others.
func soakAddr(i int, stranger bool) netip.Addr {
	net := byte(1)
	if stranger {
		net = 2
	}
	return netip.AddrFrom4([4]byte{127, net, byte(i / 200 % 250), byte(1 + i%200)})
}

func newSoaker(s *soak, number int) *soaker {
	return &soaker{
		soak: s, number: number, rand: rand.New(rand.NewPCG(s.seed, uint64(number))),
		ip: soakAddr(number, false), secure: number%2 == 1 && number < 2*s.busy,
	}
}

// dial connects from an address.
func (c *soaker) dial(from netip.Addr, to string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from.AsSlice()}, Timeout: soakLimit}
	return d.Dial("tcp", to)
}

// login makes the session.
func (c *soaker) login() error {
	conn, err := c.dial(c.ip, c.soak.server.Addr)
	if err != nil {
		return err
	}
	c.conn, c.line, c.r = conn, conn, bufio.NewReader(conn)
	if _, err := c.reply("220"); err != nil {
		return err
	}
	if c.secure {
		if err := c.do("AUTH TLS", "234"); err != nil {
			return err
		}
		c.config = &tls.Config{
			RootCAs: c.soak.cert.Pool, ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(4),
			MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12 + uint16(c.number/2%2),
		}
		t := tls.Client(conn, c.config)
		_ = conn.SetDeadline(time.Now().Add(soakLimit))
		if err := t.Handshake(); err != nil {
			return fmt.Errorf("handshake: %w", err)
		}
		c.line, c.r = t, bufio.NewReader(t)
	}
	steps := []string{"USER anonymous", "331", "PASS soak@example.com", "230", "TYPE I", "200"}
	if c.secure {
		steps = append(steps, "PBSZ 0", "200", "PROT P", "200")
	}
	for i := 0; i < len(steps); i += 2 {
		if err := c.do(steps[i], steps[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// send writes a command.
func (c *soaker) send(line string) error {
	c.said = line
	_ = c.conn.SetDeadline(time.Now().Add(soakLimit))
	_, err := io.WriteString(c.line, line+"\r\n")
	if err != nil {
		return fmt.Errorf("send %s: %w", line, err)
	}
	return nil
}

// unexpected is a reply that no action has asked for.
type unexpected struct{ said, want, got string }

func (e *unexpected) Error() string {
	return fmt.Sprintf("%s: %s, want %s", e.said, e.got, e.want)
}

// reply reads one reply, whose code must be among those wanted, and counts it.
func (c *soaker) reply(want string) (string, error) {
	_ = c.conn.SetDeadline(time.Now().Add(soakLimit))
	code := ""
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("reply to %s: %w", c.said, err)
		}
		if code == "" {
			code = line[:min(3, len(line))]
		}
		if !strings.HasPrefix(line, code+" ") {
			continue
		}
		verb, _, _ := strings.Cut(c.said, " ")
		c.soak.count(verb + " " + code)
		if !strings.Contains(want, code) {
			return line, &unexpected{c.said, want, strings.TrimSpace(line)}
		}
		return line, nil
	}
}

// do sends a command and wants one of some codes.
func (c *soaker) do(line, want string) error {
	_, err := c.ask(line, want)
	return err
}

func (c *soaker) ask(line, want string) (string, error) {
	if err := c.send(line); err != nil {
		return "", err
	}
	return c.reply(want)
}

// dataPort agrees on a data connection, and returns what makes it. In active mode
// that is to be called after the transfer command.
func (c *soaker) dataPort(active bool) (open func() (net.Conn, error), to string, err error) {
	if active {
		l, err := net.Listen("tcp", netip.AddrPortFrom(c.ip, 0).String())
		if err != nil {
			return nil, "", err
		}
		at := netip.MustParseAddrPort(l.Addr().String())
		command := "PORT " + ftp.FormatHostPort(at)
		if c.rand.IntN(2) == 0 {
			command = "EPRT " + ftp.FormatEPRT(at)
		}
		if err := c.do(command, "200"); err != nil {
			_ = l.Close()
			return nil, "", err
		}
		c.l = l
		return func() (net.Conn, error) {
			defer l.Close()
			_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(soakLimit))
			return l.Accept()
		}, "", nil
	}
	var at netip.AddrPort
	if c.rand.IntN(2) == 0 {
		line, err := c.ask("PASV", "227")
		if err != nil {
			return nil, "", err
		}
		if at, err = ftp.ParsePassive(line); err != nil {
			return nil, "", err
		}
	} else {
		line, err := c.ask("EPSV", "229")
		if err != nil {
			return nil, "", err
		}
		port, err := ftp.ParseExtPassive(line)
		if err != nil {
			return nil, "", err
		}
		at = netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), port)
	}
	return func() (net.Conn, error) { return c.dial(c.ip, at.String()) }, at.String(), nil
}

// transfer is a data connection that is made, with the 150 read.
func (c *soaker) transfer(command string, active bool) (data net.Conn, err error) {
	open, _, err := c.dataPort(active)
	if err != nil {
		return nil, err
	}
	return c.begin(command, active, open)
}

// begin sends the transfer command and makes the data connection.
func (c *soaker) begin(command string, active bool, open func() (net.Conn, error)) (data net.Conn, err error) {
	if !active {
		if data, err = open(); err != nil {
			return nil, err
		}
	}
	if err = c.send(command); err == nil {
		_, err = c.reply("150") // in active mode too: the server has dialled by then, if it will
	}
	if active {
		if err != nil {
			_ = c.l.Close()
		} else {
			data, err = open()
		}
	}
	if err != nil {
		if data != nil {
			_ = data.Close()
		}
		return nil, err
	}
	_ = data.SetDeadline(time.Now().Add(soakLimit))
	if c.secure {
		data = tls.Client(data, c.config)
	}
	return data, nil
}

// lose ends the session without a word.
func (c *soaker) lose(reset bool) {
	if c.conn == nil {
		return
	}
	if reset {
		_ = c.conn.(*net.TCPConn).SetLinger(0)
	}
	_ = c.conn.Close()
	c.conn = nil
}

// newFile is a name that no upload had.
func (c *soaker) newFile() string {
	c.files++
	return fmt.Sprintf("incoming/%d.%d", c.number, c.files)
}

// quit ends the session in good order.
func (c *soaker) quit() error {
	if c.conn == nil {
		return nil
	}
	err := c.do("QUIT", "221")
	return errors.Join(err, c.conn.Close())
}
