package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"ferry/internal/netx"
)

// say is a proxy of few words: it reads what it wants, and answers.
type say struct{ want, answer string }

// proxyThat starts a proxy that speaks so, and then says what the server would. It
// closes after that unless it is to stay.
func proxyThat(t *testing.T, words []say, then string, stay bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		for _, w := range words {
			got := make([]byte, len(w.want))
			if _, err := io.ReadFull(conn, got); err != nil || string(got) != w.want {
				t.Errorf("the proxy was asked %q, %v, want %q", got, err, w.want)
				return
			}
			if _, err := io.WriteString(conn, w.answer); err != nil {
				return
			}
		}
		if _, err := io.WriteString(conn, then); err != nil || stay {
			_, _ = io.Copy(io.Discard, conn)
		}
	}()
	return l.Addr().String()
}

// dialThrough connects by a proxy at addr.
func dialThrough(t *testing.T, url, addr, target string) (net.Conn, error) {
	t.Helper()
	p, err := Parse(strings.Replace(url, "PROXY", addr, 1))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return (&Dialer{Proxy: p, Server: target}).Dial(ctx, "tcp", target)
}

const (
	socksHello  = "\x05\x01\x00"
	socksLogged = "\x05\x02\x00\x02"
	socksAsk    = "\x05\x01\x00\x03\x06server\x00\x15"
	socksOK     = "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	connectAsk  = "CONNECT server:21 HTTP/1.1\r\nHost: server:21\r\nUser-Agent: ferry\r\n\r\n"
	greeting    = "220 hello\r\n"
)

// TestTunnels checks that what the server says first is not lost.
func TestTunnels(t *testing.T) {
	for name, tt := range map[string]struct {
		url, target string
		words       []say
	}{
		"socks5h":      {"socks5h://PROXY", "server:21", []say{{socksHello, "\x05\x00"}, {socksAsk, socksOK}}},
		"socks5 IPv4":  {"socks5://PROXY", "192.0.2.1:21", []say{{socksHello, "\x05\x00"}, {"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15", socksOK}}},
		"socks5 IPv6":  {"socks5://PROXY", "[2001:db8::1]:257", []say{{socksHello, "\x05\x00"}, {"\x05\x01\x00\x04\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x01", "\x05\x00\x00\x03\x04nameXX"}}},
		"socks5 login": {"socks5h://al:pw@PROXY", "server:21", []say{{socksLogged, "\x05\x02"}, {"\x01\x02al\x02pw", "\x01\x00"}, {socksAsk, "\x05\x00\x00\x04" + strings.Repeat("x", 18)}}},
		"socks5 open":  {"socks5h://al:pw@PROXY", "server:21", []say{{socksLogged, "\x05\x00"}, {socksAsk, socksOK}}},
		"http":         {"http://PROXY", "server:21", []say{{connectAsk, "HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n"}}},
		"http bare":    {"http://PROXY", "server:21", []say{{connectAsk, "HTTP/1.0 200\n\n"}}},
		"http interim": {"http://PROXY", "server:21", []say{{connectAsk, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}}},
		"http login": {"http://al:pw@PROXY", "server:21", []say{{strings.Replace(connectAsk, "ferry\r\n",
			"ferry\r\nProxy-Authorization: Basic YWw6cHc=\r\n", 1), "HTTP/1.1 204 x\r\n\r\n"}}},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := dialThrough(t, tt.url, proxyThat(t, tt.words, greeting, false), tt.target)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if got, err := io.ReadAll(conn); string(got) != greeting || err != nil {
				t.Errorf("the server says %q, %v", got, err)
			}
			if _, ok := conn.(interface{ CloseWrite() error }); !ok {
				t.Error("it cannot be closed by half")
			}
		})
	}
}

// TestProxyRefuses is about proxies that do not do it, or do not speak as they
// should: each has an error that names the proxy, in time.
func TestProxyRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		url   string
		words []say
		then  string
		want  string
	}{
		"socks refused":     {"socks5h://PROXY", []say{{socksHello, "\x05\x00"}, {socksAsk, "\x05\x05\x00\x01"}}, "", "connection refused"},
		"socks strange":     {"socks5h://PROXY", []say{{socksHello, "\x05\x00"}, {socksAsk, "\x05\x63\x00\x01"}}, "", "failure 99"},
		"socks wants user":  {"socks5h://PROXY", []say{{socksHello, "\x05\xff"}}, "", "it wants a user and a password"},
		"socks no password": {"socks5h://al:pw@PROXY", []say{{socksLogged, "\x05\xff"}}, "", "it takes no user and password"},
		"socks bad login":   {"socks5h://al:pw@PROXY", []say{{socksLogged, "\x05\x02"}, {"\x01\x02al\x02pw", "\x01\x01"}}, "", "it refuses its user or password"},
		"socks forces":      {"socks5h://PROXY", []say{{socksHello, "\x05\x02"}}, "", "does not speak SOCKS"},
		"socks is FTP":      {"socks5h://PROXY", nil, "220 hello\r\n", "does not speak SOCKS"},
		"socks garbage":     {"socks5h://PROXY", []say{{socksHello, "\x05\x00"}, {socksAsk, "\x05\x00\x00\x09garbage"}}, "", "does not speak SOCKS"},
		"socks cut off":     {"socks5h://PROXY", []say{{socksHello, "\x05\x00"}, {socksAsk, "\x05\x00\x00\x03\xffshort"}}, "", "closed the connection without an answer"},
		"socks silent":      {"socks5h://PROXY", []say{{socksHello, ""}}, "", "closed the connection without an answer"},
		"http 403":          {"http://PROXY", []say{{connectAsk, "HTTP/1.1 403 Forbidden port\r\n\r\n"}}, "", "it says: HTTP/1.1 403 Forbidden port"},
		"http 407":          {"http://PROXY", []say{{connectAsk, "HTTP/1.1 407 x\r\n\r\n"}}, "", "it wants a user and a password"},
		"http is FTP":       {"http://PROXY", nil, "220 hello\r\n" + strings.Repeat("x", 100), "does not speak HTTP"},
		"http garbage":      {"http://PROXY", []say{{connectAsk, "HTTP/1.1 2OO\r\n\r\n"}}, "", "does not speak HTTP"},
		"http negative":     {"http://PROXY", []say{{connectAsk, "HTTP/1.1 -20\r\n\r\n"}}, "", "does not speak HTTP"},
		"http cut off":      {"http://PROXY", []say{{connectAsk, "HTTP/1.1 200 OK\r\nVia: x"}}, "", "closed the connection without an answer"},
		"http endless line": {"http://PROXY", []say{{connectAsk, ""}}, strings.Repeat("HTTP/", maxHead), "does not end within"},
		"http endless head": {"http://PROXY", []say{{connectAsk, "HTTP/1.1 200 OK\r\n"}}, strings.Repeat("X: y\r\n", maxHead), "does not end within"},
		"http ever 100":     {"http://PROXY", []say{{connectAsk, ""}}, strings.Repeat("HTTP/1.1 100 x\r\n\r\n", maxHead/10), "does not end within"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := proxyThat(t, tt.words, tt.then, false)
			conn, err := dialThrough(t, tt.url, addr, "server:21")
			failed, ok := errors.AsType[*Error](err)
			if !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), addr) || failed.Target != "server:21" {
				t.Errorf("got %v, %v, want %s", conn, err, tt.want)
			}
			if strings.Contains(err.Error(), "pw") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

// TestProxyStalls ends with the context, whatever the proxy is waiting for.
func TestProxyStalls(t *testing.T) {
	for _, url := range []string{"socks5h://PROXY", "http://PROXY"} {
		p, err := Parse(strings.Replace(url, "PROXY", proxyThat(t, nil, "", true), 1))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := (&Dialer{Proxy: p}).Dial(ctx, "tcp", "server:21"); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", url, err)
		}
	}
	p := &Proxy{Scheme: SOCKS5, Host: "127.0.0.1", Port: 1}
	_, err := (&Dialer{Proxy: p}).Dial(t.Context(), "tcp", "192.0.2.1:21")
	if err == nil || !strings.Contains(err.Error(), "cannot connect to the proxy socks5://127.0.0.1:1: ") || netx.Classify(err) != netx.Refused {
		t.Errorf("a proxy that is not there: %v", err)
	}
}
