package dialogue

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ferry/ftp"
)

// maxData ends a transfer that has no end.
const maxData = 64 << 20

// dataConn is a data connection that was agreed on. In passive mode it is
// connected at once, in active mode when it is first used.
type dataConn struct {
	conn     net.Conn
	listener *net.TCPListener
}

// open agrees on a data connection, which replaces the one before.
func (pl *player) open(kind string) error {
	switch kind {
	case "pasv":
		if err := pl.command("PASV", "227"); err != nil {
			return err
		}
		return pl.dial()
	case "epsv":
		if err := pl.command("EPSV", "229"); err != nil {
			return err
		}
		return pl.dial()
	case "port", "eprt":
		return pl.listen(kind)
	default:
		return fmt.Errorf("no such data connection")
	}
}

// listen opens a port on the control connection's local address and sends it
// to the server.
func (pl *player) listen(kind string) error {
	pl.dropData()
	local, err := netip.ParseAddrPort(pl.control.conn.LocalAddr().String())
	if err != nil {
		return err
	}
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(local.Addr(), 0)))
	if err != nil {
		return err
	}
	pl.data = &dataConn{listener: l}
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		return err
	}
	if kind == "port" {
		return pl.command("PORT "+ftp.FormatHostPort(at), "200")
	}
	return pl.command("EPRT "+ftp.FormatEPRT(at), "200")
}

// dial connects to the port of the last 227 or 229, at the address of the
// control connection: what the server announces is for S: lines to check.
func (pl *player) dial() error {
	pl.dropData()
	port, err := passivePort(pl.last)
	if err != nil {
		return err
	}
	host, err := pl.control.host()
	if err != nil {
		return err
	}
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, strconv.Itoa(int(port))), patience)
	if err != nil {
		return err
	}
	pl.data = &dataConn{conn: conn}
	return nil
}

// passivePort reads the port out of the last line of a reply.
func passivePort(reply string) (uint16, error) {
	if text, ok := strings.CutPrefix(reply, "229 "); ok {
		return ftp.ParseExtPassive(text)
	}
	if text, ok := strings.CutPrefix(reply, "227 "); ok {
		at, err := ftp.ParsePassive(text)
		return at.Port(), err
	}
	return 0, errors.New("no 227 or 229 before it")
}

// withData calls f with the connected data connection.
func (pl *player) withData(f func(*dataConn) error) error {
	if pl.data == nil {
		return errors.New("no data connection is open")
	}
	if err := pl.data.connect(); err != nil {
		return err
	}
	return f(pl.data)
}

// dropData closes what is left of a data connection that nobody asks about.
func (pl *player) dropData() {
	if pl.data == nil {
		return
	}
	if pl.data.conn != nil {
		_ = pl.data.conn.Close() // it may be closed already
	}
	if pl.data.listener != nil {
		_ = pl.data.listener.Close() // it may be closed already
	}
	pl.data = nil
}

// connect waits for the server's connection in active mode.
func (d *dataConn) connect() error {
	if d.conn == nil {
		if err := d.listener.SetDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		conn, err := d.listener.Accept()
		if err != nil {
			return fmt.Errorf("wait for the server's data connection: %w", err)
		}
		d.conn = conn
	}
	return d.conn.SetDeadline(time.Now().Add(patience))
}

// from compares the port that the server's side has.
func (d *dataConn) from(port string) error {
	_, got, err := net.SplitHostPort(d.conn.RemoteAddr().String())
	if err == nil && got != port {
		err = fmt.Errorf("the data connection comes from port %s", got)
	}
	return err
}

// send writes text and leaves the connection open.
func (d *dataConn) send(text string) error {
	_, err := d.conn.Write([]byte(text))
	return err
}

// receive reads to the end.
func (d *dataConn) receive() (string, error) {
	b, err := io.ReadAll(io.LimitReader(d.conn, maxData+1))
	if err != nil {
		return "", fmt.Errorf("data connection after %q: %w", b, err)
	}
	if len(b) > maxData {
		return "", fmt.Errorf("data connection carried more than %d bytes", maxData)
	}
	return string(b), d.conn.Close()
}

// close ends the connection in good order.
func (d *dataConn) close() error { return d.conn.Close() }

// reset breaks the connection: the server sees ECONNRESET, not its end.
func (d *dataConn) reset() error {
	tcp, ok := d.conn.(*net.TCPConn)
	if !ok {
		return fmt.Errorf("cannot reset a %T", d.conn)
	}
	if err := tcp.SetLinger(0); err != nil {
		return err
	}
	return tcp.Close()
}
