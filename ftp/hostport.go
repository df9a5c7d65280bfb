package ftp

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ErrHostPort is wrapped by every error about a host-port argument or reply.
var ErrHostPort = errors.New("bad host-port")

// ErrNetworkProtocol is wrapped by ParseEPRT and ParseEPSVArg where the form is
// right but the network protocol is neither 1 (IPv4) nor 2 (IPv6): 522 (RFC 2428 §2).
var ErrNetworkProtocol = errors.New("network protocol not supported")

// FormatHostPort is the argument of PORT, h1,h2,h3,h4,p1,p2 (RFC 959 §5.3.2).
// An IPv4-mapped IPv6 address counts as IPv4; any other IPv6 address has no
// such form and gives zeros.
func FormatHostPort(ap netip.AddrPort) string {
	var a [4]byte
	if ip := ap.Addr().Unmap(); ip.Is4() {
		a = ip.As4()
	}
	p := ap.Port()
	b := make([]byte, 0, len("255,255,255,255,255,255"))
	for _, n := range [...]byte{a[0], a[1], a[2], a[3], byte(p >> 8), byte(p)} {
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return string(b)
}

// ParseHostPort reads h1,h2,h3,h4,p1,p2: six decimal numbers from 0 to 255,
// separated by commas, each of one to three digits. The port may be 0: whether
// that is allowed is for the caller to say.
func ParseHostPort(s string) (netip.AddrPort, error) {
	var n [6]byte
	rest := s
	for i := range n {
		field, tail, more := strings.Cut(rest, ",")
		if more != (i < 5) {
			return netip.AddrPort{}, hostPortError(s, "want six numbers h1,h2,h3,h4,p1,p2")
		}
		v, ok := parseUint8(field)
		if !ok {
			return netip.AddrPort{}, hostPortError(s, "number "+strconv.Itoa(i+1)+" is not 0 to 255")
		}
		n[i], rest = v, tail
	}
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte(n[:4])), uint16(n[4])<<8|uint16(n[5])), nil
}

// FormatEPRT is the argument of EPRT, |1|132.235.1.2|6275| (RFC 2428 §2).
func FormatEPRT(ap netip.AddrPort) string {
	ip, proto := ap.Addr().Unmap().WithZone(""), "1"
	if !ip.Is4() {
		proto = "2"
	}
	return "|" + proto + "|" + ip.String() + "|" + strconv.Itoa(int(ap.Port())) + "|"
}

// ParseEPRT reads the argument of EPRT. Any printable ASCII character may be the
// delimiter (RFC 2428 §2). An IPv4-mapped IPv6 address comes back as IPv4.
func ParseEPRT(s string) (netip.AddrPort, error) {
	if s == "" || s[0] < 33 || s[0] > 126 {
		return netip.AddrPort{}, hostPortError(s, "want |protocol|address|port|")
	}
	f := strings.Split(s, s[:1])
	if len(f) != 5 || f[0] != "" || f[4] != "" {
		return netip.AddrPort{}, hostPortError(s, "want |protocol|address|port|")
	}
	proto, err := strconv.ParseUint(f[1], 10, 16)
	if err != nil {
		return netip.AddrPort{}, hostPortError(s, "the protocol is not a number")
	}
	if proto != 1 && proto != 2 {
		return netip.AddrPort{}, fmt.Errorf("%w: %s: %w", ErrHostPort, quote(s), ErrNetworkProtocol)
	}
	ip, err := netip.ParseAddr(f[2])
	if err != nil || ip.Zone() != "" || ip.Is4() != (proto == 1) {
		return netip.AddrPort{}, hostPortError(s, "not an address of protocol "+f[1])
	}
	port, ok := parsePort(f[3])
	if !ok {
		return netip.AddrPort{}, hostPortError(s, "the port is not 0 to 65535")
	}
	return netip.AddrPortFrom(ip.Unmap(), port), nil
}

// FormatEPSV is the bracketed part of a 229 reply, (|||6446|) (RFC 2428 §3).
func FormatEPSV(port uint16) string {
	return "(|||" + strconv.Itoa(int(port)) + "|)"
}

// ParseEPSVArg reads the argument of EPSV (RFC 2428 §3): nothing (proto is 0),
// a network protocol (1 for IPv4, 2 for IPv6), or ALL in any case (RFC 2428 §4).
func ParseEPSVArg(arg string) (proto int, all bool, err error) {
	switch arg = strings.TrimSpace(arg); {
	case arg == "":
		return 0, false, nil
	case strings.EqualFold(arg, "ALL"):
		return 0, true, nil
	}
	switch n, err := strconv.ParseUint(arg, 10, 16); {
	case err != nil:
		return 0, false, hostPortError(arg, "want 1, 2, ALL or nothing")
	case n != 1 && n != 2:
		return 0, false, fmt.Errorf("%w: %s: %w", ErrHostPort, quote(arg), ErrNetworkProtocol)
	default:
		return int(n), false, nil
	}
}

// ParsePassive reads the host and port out of the text of a 227 reply. The
// brackets are optional and anything may stand around the six numbers
// (RFC 1123 §4.1.2.6).
func ParsePassive(text string) (netip.AddrPort, error) {
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) || i > 0 && (isDigit(text[i-1]) || text[i-1] == ',') {
			continue
		}
		j := i
		for j < len(text) && (isDigit(text[j]) || text[j] == ',') {
			j++
		}
		if ap, err := ParseHostPort(strings.TrimRight(text[i:j], ",")); err == nil {
			return ap, nil
		}
	}
	return netip.AddrPort{}, hostPortError(text, "no h1,h2,h3,h4,p1,p2 in it")
}

// ParseExtPassive reads the port out of the text of a 229 reply: between
// brackets, three equal delimiters, the port, and the delimiter again
// (RFC 2428 §3). Protocol and address must be absent, as the RFC has it.
func ParseExtPassive(text string) (port uint16, err error) {
	for rest := text; ; {
		i := strings.IndexByte(rest, '(')
		if i < 0 {
			return 0, hostPortError(text, "no (|||port|) in it")
		}
		rest = rest[i+1:]
		if len(rest) < 6 {
			continue
		}
		d := rest[0]
		if d < 33 || d > 126 || isDigit(d) || rest[1] != d || rest[2] != d {
			continue
		}
		field, tail, ok := strings.Cut(rest[3:], string(d))
		if !ok || !strings.HasPrefix(tail, ")") {
			continue
		}
		if p, ok := parsePort(field); ok && p != 0 {
			return p, nil
		}
	}
}

// hostPortError quotes the text, cut short, as it may be anything.
func hostPortError(s, why string) error {
	return fmt.Errorf("%w: %s: %s", ErrHostPort, quote(s), why)
}

func quote(s string) string { return strconv.Quote(shorten(s)) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func parseUint8(s string) (byte, bool) {
	n, ok := parseDigits(s, 3, 255)
	return byte(n), ok
}

func parsePort(s string) (uint16, bool) {
	n, ok := parseDigits(s, 5, 65535)
	return uint16(n), ok
}

// parseDigits reads a number of 1 to length decimal digits, at most limit.
func parseDigits(s string, length, limit int) (int, bool) {
	if len(s) < 1 || len(s) > length {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, n <= limit
}
