package peers

import (
	"net"
	"slices"
	"strings"
	"testing"
)

func TestVsftpdConf(t *testing.T) {
	if _, err := anonymousUser(); err != nil {
		t.Skip(err)
	}
	for _, tt := range []struct {
		name      string
		listen    *net.TCPAddr
		cfg       Config
		want, not []string
	}{
		{
			"IPv4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2121},
			Config{Root: "/srv"},
			[]string{"listen=YES", "listen_address=127.0.0.1", "listen_port=2121", "anon_root=/srv"},
			[]string{"listen_ipv6=", "write_enable="},
		},
		{
			"IPv6", &net.TCPAddr{IP: net.IPv6loopback, Port: 2121},
			Config{Root: "/srv", Write: true},
			[]string{"listen_ipv6=YES", "listen_address6=::1", "write_enable=YES", "anon_other_write_enable=YES"},
			[]string{"listen=", "listen_address="},
		},
		{
			"options win", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 2121},
			Config{Root: "/srv", Write: true, Options: []string{"write_enable=NO", "ftpd_banner=a = b"}},
			[]string{"write_enable=NO", "ftpd_banner=a = b"},
			[]string{"write_enable=YES"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := vsftpdConf(t.TempDir(), tt.listen, tt.cfg)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(text, "\n")
			for _, w := range tt.want {
				if !slices.Contains(lines, w) {
					t.Errorf("no line %q in\n%s", w, text)
				}
			}
			for _, n := range tt.not {
				if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, n) }) {
					t.Errorf("a line %q in\n%s", n, text)
				}
			}
		})
	}
	if _, err := vsftpdConf(t.TempDir(), &net.TCPAddr{IP: net.IPv6loopback}, Config{Options: []string{"nonsense"}}); err == nil {
		t.Error("an option without = is taken")
	}
}

func TestFreePort(t *testing.T) {
	seen := make(map[int]bool)
	for range 50 {
		a, err := freePort(false)
		if err != nil {
			t.Fatal(err)
		}
		if seen[a.Port] || a.Port < minListenPort || a.Port > maxListenPort {
			t.Fatalf("port %d", a.Port)
		}
		seen[a.Port] = true
		l, err := net.ListenTCP("tcp", a)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDataVerbs(t *testing.T) {
	const trace = "> EPSV\n< 500 no\n> PASV\r\n---> PORT 127,0,0,1,4,5\n--> EPRT |1|\nCmd: PASV\n*cmd* 'EPSV'\n" +
		"<--- 200 PORT ok\n      PASV\n MODE PORT\n> PASVX\n"
	want := []string{"EPSV", "PASV", "PORT", "EPRT", "PASV", "EPSV"}
	if got := dataVerbs(trace); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJobURL(t *testing.T) {
	for _, tt := range []struct {
		job  Job
		want string
	}{
		{Job{Op: Get, Addr: "127.0.0.1:21", Remote: "a b/报"}, "ftp://127.0.0.1:21/a%20b/%E6%8A%A5"},
		{Job{Op: Put, Addr: "[::1]:21", Remote: "a?b#c%d"}, "ftp://[::1]:21/a%3Fb%23c%25d"},
		{Job{Op: List, Addr: "127.0.0.1:21"}, "ftp://127.0.0.1:21/"},
		{Job{Op: List, Addr: "127.0.0.1:21", Remote: "d"}, "ftp://127.0.0.1:21/d/"},
	} {
		if got := tt.job.url(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestQuoted(t *testing.T) {
	if got, want := quoted(`a "b" \c`), `"a \"b\" \\c"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
