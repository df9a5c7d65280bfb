package proxy

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

const (
	// maxHead bounds what an HTTP proxy may say before the connection, in bytes.
	maxHead = 64 << 10
	// maxSaid is how much of a strange answer is shown.
	maxSaid = 60
)

var (
	errEndless = fmt.Errorf("its answer does not end within %d bytes", maxHead)
	errNotHTTP = errors.New("it does not speak HTTP: is it another kind of proxy?")
)

// askCONNECT asks for a tunnel (RFC 9110 §9.3.6). The name is looked up by the
// proxy.
func askCONNECT(conn net.Conn, p *Proxy, host string, port uint16) error {
	target := net.JoinHostPort(host, strconv.Itoa(int(port)))
	request := "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\nUser-Agent: ferry\r\n"
	if p.User != "" {
		request += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(p.User+":"+p.Password)) + "\r\n"
	}
	if _, err := conn.Write([]byte(request + "\r\n")); err != nil {
		return err
	}
	left := maxHead
	for {
		status, reason, err := readHead(conn, &left)
		switch {
		case err != nil:
			return err
		case status >= 200 && status < 300:
			return nil
		case status == 407 && p.User == "":
			return errWantsUser
		case status == 407:
			return errors.New("it refuses its user or password")
		case status >= 200:
			return fmt.Errorf("it says: %s", reason)
		}
		// An interim answer (1xx): the real one follows.
	}
}

// readHead reads the lines of an answer up to the empty one, and gives its status
// and first line.
func readHead(conn net.Conn, left *int) (status int, first string, err error) {
	first, err = readLine(conn, left)
	if err != nil {
		return 0, "", err
	}
	version, rest, _ := strings.Cut(first, " ")
	code, _, _ := strings.Cut(strings.TrimLeft(rest, " "), " ")
	status, err = strconv.Atoi(code)
	if !strings.HasPrefix(version, "HTTP/") || err != nil || len(code) != 3 || status < 100 {
		return 0, "", fmt.Errorf("%w It says %q", errNotHTTP, cut(first))
	}
	for {
		line, err := readLine(conn, left)
		if err != nil || line == "" {
			return status, cut(first), err
		}
	}
}

// readLine reads a line, and not a byte of what follows: that may be the server's
// greeting.
func readLine(conn net.Conn, left *int) (string, error) {
	var line []byte
	for b := make([]byte, 1); *left > 0; {
		n, err := conn.Read(b)
		if n == 0 && err != nil {
			return "", early(err)
		}
		*left -= n
		if n == 1 && b[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, b[:n]...)
	}
	return "", errEndless
}

// cut shortens what a proxy says.
func cut(s string) string {
	if len(s) > maxSaid {
		return s[:maxSaid] + "..."
	}
	return s
}
