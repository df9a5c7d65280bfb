package proxy

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

// TestFTPProxy is what is said to a proxy before the user of the server logs in.
func TestFTPProxy(t *testing.T) {
	hello := say{"", "220-Proxy\r\n220 here\r\n"}
	user, pass := say{"USER al\r\n", "331 Password\r\n"}, say{"PASS pw\r\n", "230 In\r\n"}
	for name, tt := range map[string]struct {
		url   string
		words []say
		want  string // what the client reads as the greeting
	}{
		"user":         {"ftp://PROXY", []say{hello}, "220-Proxy\r\n220 here\r\n"},
		"user, logon":  {"ftp://al:pw@PROXY", []say{hello, user, pass}, "220 logged in at the proxy\r\n"},
		"open":         {"ftp://PROXY?login=open", []say{hello, {"OPEN server:2121\r\n", greeting}}, greeting},
		"open, logon":  {"ftp://al:pw@PROXY?login=open", []say{hello, user, pass, {"OPEN server:2121\r\n", greeting}}, greeting},
		"site, logon":  {"ftp://al:pw@PROXY?login=site", []say{hello, {"USER al\r\n", "230 In\r\n"}, {"SITE server:2121\r\n", greeting}}, greeting},
		"joined":       {"ftp://al:pw@PROXY?login=joined", []say{{"", greeting}}, greeting},
		"open refused": {"ftp://PROXY?login=open", []say{hello, {"OPEN server:2121\r\n", "550 No\r\n"}}, "550 No\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := proxyThat(t, tt.words, "", false)
			p, err := Parse(strings.Replace(tt.url, "PROXY", addr, 1))
			if err != nil {
				t.Fatal(err)
			}
			conn, err := (&Dialer{Proxy: p, Server: "server:2121"}).Dial(t.Context(), "tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if got, err := io.ReadAll(conn); string(got) != tt.want || err != nil {
				t.Errorf("the client reads %q, %v, want %q", got, err, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct {
		words []say
		want  string
	}{
		"busy":       {[]say{{"", "421 Too many\r\n"}}, "it greets with: 421 Too many"},
		"bad login":  {[]say{hello, user, {"PASS pw\r\n", "530 No\r\n"}}, "it refuses its user or password: 530 No"},
		"wants more": {[]say{hello, user, {"PASS pw\r\n", "332 Account\r\n"}}, "it wants more than its user and password"},
		"no FTP":     {[]say{{"", "SSH-2.0\r\n"}}, `it does not speak FTP, it says "SSH-2.0"`},
		"short":      {[]say{{"", "22\r\n"}}, "it does not speak FTP"},
		"endless":    {[]say{{"", strings.Repeat("220-x\r\n", maxHead)}}, "does not end within"},
		"silent":     {nil, "closed the connection without an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := proxyThat(t, tt.words, "", false)
			p, err := Parse("ftp://al:pw@" + addr)
			if err != nil {
				t.Fatal(err)
			}
			_, err = (&Dialer{Proxy: p, Server: "server:21"}).Dial(t.Context(), "tcp", addr)
			if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "pw") {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// TestFTPProxyData connects as it is for data connections.
func TestFTPProxyData(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &Proxy{Scheme: FTP, User: "al", Logon: LogonOpen, Host: "127.0.0.1", Port: 1}
	conn, err := (&Dialer{Proxy: p}).Dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}
