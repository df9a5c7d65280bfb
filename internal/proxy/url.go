package proxy

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Scheme is a kind of proxy.
type Scheme string

// The kinds of proxies.
const (
	// SOCKS5 is told the address of the server, which is looked up here; SOCKS5H
	// its name.
	SOCKS5  Scheme = "socks5"
	SOCKS5H Scheme = "socks5h"
	// HTTP is told the name of the server, by CONNECT.
	HTTP Scheme = "http"
	// FTP speaks FTP itself, and is told the name of the server at the login. It
	// reads all commands, and data connections are made with it.
	FTP Scheme = "ftp"
)

// Logon is how an FTP proxy is told the server.
type Logon string

// The ways. A user of the proxy, if there is one, is logged in first by USER and
// PASS, but for LogonJoined.
const (
	LogonUser   Logon = "user"   // USER user@host[:port]
	LogonOpen   Logon = "open"   // OPEN host[:port]
	LogonSite   Logon = "site"   // SITE host[:port]
	LogonJoined Logon = "joined" // USER user@proxyuser@host[:port], PASS password@proxypassword
)

// Proxy is where a proxy is, and who asks it.
type Proxy struct {
	Scheme         Scheme
	User, Password string
	// HasPassword says that one was named, be it empty.
	HasPassword bool
	// Host is a name or an address, without brackets.
	Host string
	Port uint16
	// Logon is for FTP alone.
	Logon Logon
}

// Direct is the word for no proxy, where one might be.
const Direct = "none"

// The ports of proxies whose URL has none; that of the first three is curl's.
const (
	defaultPort    = 1080
	defaultFTPPort = 21
)

// ErrURL is wrapped by the errors of Parse.
var ErrURL = errors.New("bad proxy")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrURL}, args...)...)
}

// maxCredential is how long a user or a password may be, in bytes (RFC 1929 §2).
const maxCredential = 255

// Parse reads the URL of a proxy: socks5://, socks5h://, http:// or ftp://, then
// [user[:password]@]host[:port]. Without a scheme it is http://, as for curl. Of
// ftp://, "?login=" may be user, open, site or joined. Direct is no proxy: nil.
func Parse(text string) (*Proxy, error) {
	if text == Direct {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = string(HTTP) + "://" + text
	}
	// What package url says of a URL may have the password in it.
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return nil, wrong("it cannot be read: want socks5://, socks5h://, http:// or ftp:// and [user:password@]host:port, special characters with percent signs")
	}
	p := &Proxy{Scheme: Scheme(strings.ToLower(u.Scheme)), Host: strings.ToLower(u.Hostname()), Port: defaultPort}
	switch p.Scheme {
	case SOCKS5, SOCKS5H, HTTP:
	case FTP:
		p.Port, p.Logon = defaultFTPPort, LogonUser
	default:
		return nil, wrong("%q is no kind of proxy: want socks5, socks5h, http or ftp", u.Scheme)
	}
	if u.User != nil {
		p.User = u.User.Username()
		p.Password, p.HasPassword = u.User.Password()
	}
	if err := p.readPort(u.Port()); err != nil {
		return nil, err
	}
	if err := p.readQuery(u); err != nil {
		return nil, err
	}
	return p, p.check()
}

func (p *Proxy) readPort(text string) error {
	if text == "" {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 {
		return wrong("%q is no port: want a number from 1 to 65535", text)
	}
	p.Port = uint16(n)
	return nil
}

// readQuery reads how an FTP proxy is told the server.
func (p *Proxy) readQuery(u *url.URL) error {
	way, isLogin := strings.CutPrefix(u.RawQuery, "login=")
	switch {
	case u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && (u.Path == "" || u.Path == "/"):
		return nil
	case u.Fragment != "" || u.Path != "" && u.Path != "/":
		return wrong("it has something behind its port")
	case p.Scheme != FTP || !isLogin:
		return wrong("want nothing behind its port, or ?login= for an FTP proxy")
	}
	switch p.Logon = Logon(way); p.Logon {
	case LogonUser, LogonOpen, LogonSite, LogonJoined:
		return nil
	}
	return wrong("login=%s: want user (USER user@host), open (OPEN host), site (SITE host) or joined (USER user@proxyuser@host)", way)
}

// check refuses what cannot be sent.
func (p *Proxy) check() error {
	control := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
	}
	switch {
	case p.Host == "":
		return wrong("the host is missing")
	case strings.ContainsFunc(p.Host, func(r rune) bool {
		return r != '-' && r != '.' && r != '_' && r != ':' && r != '%' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}):
		return wrong("the host %q has a character that no host has", p.Host)
	case control(p.User) || control(p.Password):
		return wrong("its user or password has a control character")
	case p.User == "" && p.HasPassword:
		return wrong("it has a password without a user")
	case len(p.User) > maxCredential || len(p.Password) > maxCredential:
		return wrong("its user or password is longer than %d bytes", maxCredential)
	case p.Scheme == HTTP && strings.Contains(p.User, ":"):
		return wrong("the user of an HTTP proxy has no colon in it (RFC 7617 §2)")
	case p.Logon == LogonJoined && p.User == "":
		return wrong("login=joined needs a user of the proxy")
	}
	return nil
}

// Addr is the proxy as host:port.
func (p *Proxy) Addr() string { return net.JoinHostPort(p.Host, strconv.Itoa(int(p.Port))) }

// Tunnels reports a proxy that carries any connection as it is, so that TLS is
// with the server; nothing can connect back through it.
func (p *Proxy) Tunnels() bool { return p.Scheme != FTP }

// String is the URL without the password.
func (p *Proxy) String() string {
	u := url.URL{Scheme: string(p.Scheme), Host: p.Addr()}
	if p.User != "" {
		u.User = url.User(p.User)
	}
	if p.Scheme == FTP && p.Logon != LogonUser {
		u.RawQuery = "login=" + string(p.Logon)
	}
	return u.String()
}

// LoginAs is what is sent to the server, or to an FTP proxy on the way, so that
// somebody is logged in at the server "host:port".
func (p *Proxy) LoginAs(user, password, server string) (sentUser, sentPassword string) {
	if p.Scheme != FTP {
		return user, password
	}
	switch server = withoutDefaultPort(server); p.Logon {
	case LogonUser:
		return user + "@" + server, password
	case LogonJoined:
		return user + "@" + p.User + "@" + server, password + "@" + p.Password
	case LogonOpen, LogonSite:
	}
	return user, password
}

// withoutDefaultPort leaves out what many a proxy does not understand.
func withoutDefaultPort(server string) string { return strings.TrimSuffix(server, ":21") }
