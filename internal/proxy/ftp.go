package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// dialFTP connects to an FTP proxy: as it is for data connections, and for the
// control connection up to where the user of the server can log in.
func (d *Dialer) dialFTP(ctx context.Context, address string) (net.Conn, error) {
	p := d.Proxy
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, &Error{p.String(), address, err}
	}
	conn, err := d.reach(ctx, host, port)
	if err != nil {
		return nil, &Error{p.String(), "", err}
	}
	if address != p.Addr() {
		return conn, nil
	}
	var greeting string
	err = within(ctx, conn, func() error {
		greeting, err = p.logOn(conn, withoutDefaultPort(d.Server))
		return err
	})
	if err != nil {
		_ = conn.Close() // of no use
		return nil, &Error{p.String(), d.Server, err}
	}
	if greeting == "" {
		return conn, nil
	}
	return &greeted{conn, greeting}, nil
}

// greeted is a connection of which the first lines have been read already.
type greeted struct {
	net.Conn
	unread string
}

// Read implements net.Conn. One goroutine reads at a time.
func (g *greeted) Read(b []byte) (int, error) {
	if g.unread == "" {
		return g.Conn.Read(b)
	}
	n := copy(b, g.unread)
	g.unread = g.unread[n:]
	return n, nil
}

// logOn does what the way of the proxy asks for before USER. It gives the greeting
// for whoever goes on, or "" if that has not been read yet.
func (p *Proxy) logOn(conn net.Conn, server string) (greeting string, err error) {
	first := p.User != "" && p.Logon != LogonJoined
	if !first && (p.Logon == LogonUser || p.Logon == LogonJoined) {
		return "", nil
	}
	left := maxHead
	code, text, err := readReply(conn, &left)
	if err != nil {
		return "", err
	}
	if code/100 != 2 {
		return "", fmt.Errorf("it greets with: %s", cut(text))
	}
	if first {
		if err := p.logOnFirst(conn, &left); err != nil {
			return "", err
		}
	}
	switch p.Logon {
	case LogonOpen, LogonSite:
		// What it replies is the greeting of the server, or that there is none.
		_, err := conn.Write([]byte(strings.ToUpper(string(p.Logon)) + " " + server + "\r\n"))
		return "", err
	case LogonUser, LogonJoined:
	}
	return "220 logged in at the proxy\r\n", nil
}

// logOnFirst logs the proxy's own user in.
func (p *Proxy) logOnFirst(conn net.Conn, left *int) error {
	for _, command := range []string{"USER " + p.User, "PASS " + p.Password} {
		if _, err := conn.Write([]byte(command + "\r\n")); err != nil {
			return err
		}
		code, text, err := readReply(conn, left)
		switch {
		case err != nil:
			return err
		case code/100 == 2:
			return nil
		case code/100 != 3:
			return fmt.Errorf("it refuses its user or password: %s", cut(text))
		}
	}
	return errors.New("it wants more than its user and password")
}

// readReply reads a reply of FTP (RFC 959 §4.2), and gives its last line.
func readReply(conn net.Conn, left *int) (code int, line string, err error) {
	begin := ""
	for {
		line, err = readLine(conn, left)
		if err != nil {
			return 0, "", err
		}
		if begin == "" {
			if code, err = strconv.Atoi(line[:min(3, len(line))]); err != nil || len(line) < 3 || code < 100 {
				return 0, "", fmt.Errorf("it does not speak FTP, it says %q", cut(line))
			}
			begin = line[:3]
		}
		if strings.HasPrefix(line, begin) && (len(line) == 3 || line[3] == ' ') {
			return code, line, nil
		}
	}
}
