package remote

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Scheme says when TLS comes.
type Scheme string

// The schemes.
const (
	Offered  Scheme = "ftp"   // TLS if the server offers it
	Explicit Scheme = "ftpes" // AUTH TLS, or nothing
	Implicit Scheme = "ftps"  // TLS first (port 990)
)

// Target is a file or directory of a server.
type Target struct {
	Scheme Scheme
	// User is "" if none is named. A password may be named, and be empty.
	User        string
	Password    string
	HasPassword bool
	// Host is a name or an address, without brackets; Port 0 is the scheme's.
	Host string
	Port uint16
	// Path is the pathname for the server: from "/" on, or relative to the
	// directory of the login; "" is that directory.
	Path string
	// Type is 'a', 'i' or 'd' of ";type=", 0 without.
	Type byte
	// Site is the site that was named instead of a server; nil for a URL.
	Site *Site
}

// ErrTarget is wrapped by the errors of Parse.
var ErrTarget = errors.New("bad URL")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrTarget}, args...)...)
}

// Parse reads a URL (RFC 1738 §3.2, RFC 3986), or the same without a scheme. The
// first slash behind the host only parts it from the path, which is relative to
// the directory of the login: "ftp://host//etc" and "ftp://host/%2Fetc" are from
// the root, "ftp://host/~/a" is "ftp://host/a".
func Parse(text string) (*Target, error) {
	if i := strings.IndexFunc(text, isControl); i >= 0 {
		return nil, wrong("%q has a control character", text)
	}
	t := &Target{Scheme: Offered}
	rest := text
	if scheme, behind, ok := strings.Cut(text, "://"); ok && isWord(scheme) {
		rest = behind
		switch t.Scheme = Scheme(strings.ToLower(scheme)); t.Scheme {
		case Offered, Explicit, Implicit:
		default:
			return nil, wrong("%q is no scheme of FTP: want ftp, ftps (TLS first) or ftpes (AUTH TLS)", scheme)
		}
	}
	authority, path, slash := strings.Cut(rest, "/")
	if err := t.readAuthority(authority); err != nil {
		return nil, err
	}
	if !slash {
		return t, nil
	}
	return t, t.readPath(path)
}

// readAuthority reads [user[:password]@]host[:port].
func (t *Target) readAuthority(text string) error {
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		user, password, hasPassword := strings.Cut(text[:i], ":")
		var err error
		if t.User, err = decode("user", user); err != nil {
			return err
		}
		if t.Password, err = decode("password", password); err != nil {
			return err
		}
		if t.User == "" {
			return wrong("there is an @ without a user before it")
		}
		t.HasPassword, text = hasPassword, text[i+1:]
	}
	var host, port string
	var hasPort bool
	if strings.HasPrefix(text, "[") {
		end := strings.IndexByte(text, ']')
		if end < 0 {
			return wrong("the bracket before the address is never closed")
		}
		literal, behind := text[1:end], text[end+1:]
		addr, err := netip.ParseAddr(strings.Replace(literal, "%25", "%", 1))
		if err != nil || !addr.Is6() {
			return wrong("%q is no IPv6 address", literal)
		}
		host = addr.String()
		if port, hasPort = strings.CutPrefix(behind, ":"); !hasPort && behind != "" {
			return wrong("%q behind the address is no port", behind)
		}
	} else {
		host, port, hasPort = strings.Cut(text, ":")
		var err error
		if host, err = decode("host", host); err != nil {
			return err
		}
		if err := checkHost(host); err != nil {
			return err
		}
	}
	t.Host = strings.ToLower(host)
	if !hasPort || port == "" {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '+' {
		return wrong("%q is no port: want a number from 1 to 65535 (an IPv6 address stands in brackets)", port)
	}
	t.Port = uint16(n)
	return nil
}

func checkHost(host string) error {
	if host == "" {
		return wrong("the host is missing")
	}
	for _, r := range host {
		switch {
		case r > 0x7f:
			return wrong("the host %q is not ASCII: write it in its xn-- form", host)
		case r != '-' && r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z'):
			return wrong("the host %q has a character that no host has", host)
		}
	}
	if host[0] == '-' {
		return wrong("the host %q begins with a hyphen: flags stand before the URL", host)
	}
	return nil
}

func (t *Target) readPath(text string) error {
	if strings.Contains(text, "#") {
		return wrong("a # in a name is written %%23")
	}
	if i := strings.LastIndex(text, ";type="); i >= 0 {
		letter := strings.ToLower(text[i+len(";type="):])
		if letter != "a" && letter != "i" && letter != "d" {
			return wrong(";type=%s: want a (text), i (as it is) or d (directory)", letter)
		}
		t.Type, text = letter[0], text[:i]
	}
	var err error
	if text, err = decode("path", text); err != nil {
		return err
	}
	if text == "~" {
		text = ""
	}
	if home, ok := strings.CutPrefix(text, "~/"); ok {
		text = strings.TrimLeft(home, "/")
	}
	t.Path = text
	return nil
}

// decode takes the percent signs out, and refuses what cannot be sent.
func decode(what, text string) (string, error) {
	if !strings.Contains(text, "%") {
		return text, nil
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteByte(text[i])
			continue
		}
		if i+2 >= len(text) {
			return "", wrong("the %s ends in the middle of a %%; a percent sign is written %%25", what)
		}
		n, err := strconv.ParseUint(text[i+1:i+3], 16, 8)
		if err != nil {
			return "", wrong("the %s has %q, which is no character; a percent sign is written %%25", what, text[i:i+3])
		}
		if isControl(rune(n)) {
			return "", wrong("the %s has the control character %s", what, text[i:i+3])
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// isWord reports what may be a scheme.
func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '+' && r != '-' && r != '.'
	})
}

// Addr is the server as host:port.
func (t *Target) Addr() string {
	port := t.Port
	switch {
	case port != 0:
	case t.Scheme == Implicit:
		port = 990
	default:
		port = 21
	}
	return net.JoinHostPort(t.Host, strconv.Itoa(int(port)))
}

// SameServer reports two targets that one login reaches.
func (t *Target) SameServer(u *Target) bool {
	return t.Scheme == u.Scheme && t.Addr() == u.Addr() && t.User == u.User && t.Password == u.Password
}

// String is the URL without the password, for people.
func (t *Target) String() string {
	shown := *t
	shown.Password, shown.HasPassword = "", false
	return shown.URL()
}

// URL is what Parse reads, with the password.
func (t *Target) URL() string {
	var b strings.Builder
	b.WriteString(string(t.Scheme) + "://")
	if t.User != "" {
		b.WriteString(encode(t.User, ""))
		if t.HasPassword {
			b.WriteString(":" + encode(t.Password, ""))
		}
		b.WriteByte('@')
	}
	if strings.Contains(t.Host, ":") {
		b.WriteString("[" + strings.Replace(t.Host, "%", "%25", 1) + "]")
	} else {
		b.WriteString(t.Host)
	}
	if t.Port != 0 {
		b.WriteString(":" + strconv.Itoa(int(t.Port)))
	}
	b.WriteByte('/')
	path := t.Path
	if path == "~" || strings.HasPrefix(path, "~/") {
		b.WriteString("~/")
	}
	b.WriteString(encode(path, "/"))
	if t.Type != 0 {
		b.WriteString(";type=" + string(rune(t.Type)))
	}
	return b.String()
}

// encode writes everything but the unreserved characters, and those of keep, with
// percent signs.
func encode(s, keep string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~"+keep, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
		}
	}
	return b.String()
}
