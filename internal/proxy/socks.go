package proxy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
)

// The numbers of SOCKS version 5 (RFC 1928, RFC 1929).
const (
	socksVersion     = 5
	socksNoAuth      = 0
	socksPassword    = 2
	socksNoneFits    = 0xff
	socksPasswordVer = 1
	socksConnect     = 1
	socksIPv4        = 1
	socksName        = 3
	socksIPv6        = 4
)

// socksFailures says what a proxy means (RFC 1928 §6).
var socksFailures = map[byte]string{
	1: "general failure",
	2: "its rules do not allow it",
	3: "network unreachable",
	4: "host unreachable",
	5: "connection refused",
	6: "no answer in time (TTL expired)",
	7: "it does not know CONNECT",
	8: "it does not know this kind of address",
}

var (
	errNotSOCKS  = errors.New("it does not speak SOCKS version 5: is it another kind of proxy?")
	errWantsUser = errors.New("it wants a user and a password: name them in its URL")
)

// askSOCKS asks for a connection to an address, or to a name that the proxy looks
// up itself. Every answer has a known length, so nothing of the server's is read.
func askSOCKS(conn net.Conn, p *Proxy, host string, port uint16) error {
	address, err := socksAddress(host)
	if err != nil {
		return err
	}
	methods := []byte{socksNoAuth}
	if p.User != "" {
		methods = append(methods, socksPassword)
	}
	if _, err := conn.Write(append([]byte{socksVersion, byte(len(methods))}, methods...)); err != nil {
		return err
	}
	var chosen [2]byte
	if _, err := io.ReadFull(conn, chosen[:]); err != nil {
		return early(err)
	}
	switch {
	case chosen[0] != socksVersion:
		return errNotSOCKS
	case chosen[1] == socksPassword && p.User != "":
		if err := socksLogin(conn, p); err != nil {
			return err
		}
	case chosen[1] == socksNoneFits && p.User == "":
		return errWantsUser
	case chosen[1] == socksNoneFits:
		return errors.New("it takes no user and password, nor goes without")
	case chosen[1] != socksNoAuth:
		return errNotSOCKS
	}
	request := append([]byte{socksVersion, socksConnect, 0}, address...)
	if _, err := conn.Write(binary.BigEndian.AppendUint16(request, port)); err != nil {
		return err
	}
	return socksAnswer(conn)
}

// socksLogin is RFC 1929 §2.
func socksLogin(conn net.Conn, p *Proxy) error {
	b := append([]byte{socksPasswordVer, byte(len(p.User))}, p.User...)
	b = append(append(b, byte(len(p.Password))), p.Password...)
	if _, err := conn.Write(b); err != nil {
		return err
	}
	var answer [2]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return early(err)
	}
	if answer[1] != 0 {
		return errors.New("it refuses its user or password")
	}
	return nil
}

// socksAddress is a host as RFC 1928 §5 has it.
func socksAddress(host string) ([]byte, error) {
	addr, err := netip.ParseAddr(host)
	switch {
	case err == nil && addr.Zone() != "":
		return nil, fmt.Errorf("an address with a zone (%s) means nothing to it", host)
	case err == nil && addr.Unmap().Is4():
		return append([]byte{socksIPv4}, addr.Unmap().AsSlice()...), nil
	case err == nil:
		return append([]byte{socksIPv6}, addr.AsSlice()...), nil
	case len(host) > 255:
		return nil, errors.New("the name of the host is longer than 255 bytes")
	}
	return append([]byte{socksName, byte(len(host))}, host...), nil
}

// socksAnswer reads whether there is a connection (RFC 1928 §6).
func socksAnswer(conn net.Conn) error {
	var head [4]byte
	if _, err := io.ReadFull(conn, head[:]); err != nil {
		return early(err)
	}
	switch {
	case head[0] != socksVersion:
		return errNotSOCKS
	case head[1] != 0:
		why, ok := socksFailures[head[1]]
		if !ok {
			why = fmt.Sprintf("failure %d", head[1])
		}
		return errors.New(why)
	}
	// The address from which the proxy connects means nothing to us.
	var rest int
	switch head[3] {
	case socksIPv4:
		rest = net.IPv4len
	case socksIPv6:
		rest = net.IPv6len
	case socksName:
		var length [1]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return early(err)
		}
		rest = int(length[0])
	default:
		return errNotSOCKS
	}
	_, err := io.ReadFull(conn, make([]byte, rest+2))
	return early(err)
}

// early names an end that comes before the answer is whole.
func early(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it closed the connection without an answer")
	}
	return err
}
