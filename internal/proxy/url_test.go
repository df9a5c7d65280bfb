package proxy

import (
	"errors"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Proxy{
		"socks5://host":                     {Scheme: SOCKS5, Host: "host", Port: 1080},
		"SOCKS5H://Al:p%40s%3A@Host:9":      {Scheme: SOCKS5H, User: "Al", Password: "p@s:", HasPassword: true, Host: "host", Port: 9},
		"http://al@[::1]:8080/":             {Scheme: HTTP, User: "al", Host: "::1", Port: 8080},
		"proxy.example.com:3128":            {Scheme: HTTP, Host: "proxy.example.com", Port: 3128},
		"al:pw@proxy":                       {Scheme: HTTP, User: "al", Password: "pw", HasPassword: true, Host: "proxy", Port: 1080},
		"ftp://proxy":                       {Scheme: FTP, Host: "proxy", Port: 21, Logon: LogonUser},
		"ftp://al:@proxy:2121/?login=open":  {Scheme: FTP, User: "al", HasPassword: true, Host: "proxy", Port: 2121, Logon: LogonOpen},
		"ftp://al:pw@proxy?login=joined":    {Scheme: FTP, User: "al", Password: "pw", HasPassword: true, Host: "proxy", Port: 21, Logon: LogonJoined},
		"socks5://[fe80::1%25eth0]:1":       {Scheme: SOCKS5, Host: "fe80::1%eth0", Port: 1},
		"http://user%20name:x@10.0.0.1:443": {Scheme: HTTP, User: "user name", Password: "x", HasPassword: true, Host: "10.0.0.1", Port: 443},
	} {
		got, err := Parse(text)
		if err != nil || *got != want {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
			continue
		}
		again, err := Parse(got.String())
		shown := want
		shown.Password, shown.HasPassword = "", false
		if want.Logon != LogonJoined && (err != nil || *again != shown) {
			t.Errorf("%s became %s: %+v, %v", text, got, again, err)
		}
		if want.Password != "" && strings.Contains(got.String(), want.Password) {
			t.Errorf("%s shows its password: %s", text, got)
		}
	}
	if got, err := Parse(Direct); got != nil || err != nil {
		t.Errorf("none is %v, %v", got, err)
	}
}

func TestParseRefuses(t *testing.T) {
	const secret = "hush"
	for _, text := range []string{
		"", "://", "socks4://h", "https://h", "socks5://", "socks5://h:0", "socks5://h:70000", "socks5://h:x", "http://h/path", "http://h?x",
		"http://h#x", "ftp://h?login=foo", "socks5://h?login=user", "ftp://h?login=joined", "http://a b/", "http://h%0aost/",
		"ftp://u%0d%0aDELE:" + secret + "@h", "ftp://u:" + secret + "%0a@h", "http://:" + secret + "@h", "http://a%3Ab:" + secret + "@h",
		"socks5://u:" + secret + "/x@h", "socks5://u:" + secret + "%zz@h", "socks5://u:" + strings.Repeat("x", 256) + "@h", "http://h?",
	} {
		got, err := Parse(text)
		if !errors.Is(err, ErrURL) {
			t.Errorf("%q is taken for %+v, %v", text, got, err)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%q: the error shows the password: %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("socks5h://a:b@[::1]:9/")
	f.Add("ftp://a@b?login=site")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil || p == nil {
			return
		}
		if again, err := Parse(p.String()); err != nil && p.Logon != LogonJoined || err == nil && (again.Addr() != p.Addr() || again.User != p.User) {
			t.Fatalf("%q became %q: %+v, %v", text, p, again, err)
		}
	})
}

func TestLoginAs(t *testing.T) {
	for text, want := range map[string][2]string{
		"socks5://u:p@h":           {"al", "pw"},
		"ftp://h":                  {"al@server", "pw"},
		"ftp://u:p@h?login=user":   {"al@server", "pw"},
		"ftp://u:p@h?login=open":   {"al", "pw"},
		"ftp://u:p@h?login=site":   {"al", "pw"},
		"ftp://u:p@h?login=joined": {"al@u@server", "pw@p"},
	} {
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if user, password := p.LoginAs("al", "pw", "server:21"); [2]string{user, password} != want {
			t.Errorf("%s: %s, %s, want %v", text, user, password, want)
		}
	}
	p := &Proxy{Scheme: FTP, Logon: LogonUser}
	if user, _ := p.LoginAs("al", "pw", "[::1]:2121"); user != "al@[::1]:2121" {
		t.Errorf("with a port: %s", user)
	}
}

func TestFromEnvironment(t *testing.T) {
	for _, tt := range []struct {
		env          map[string]string
		scheme, want string
	}{
		{nil, "ftp", ""},
		{map[string]string{"ftp_proxy": "a:1"}, "ftp", "http://a:1"},
		{map[string]string{"ftp_proxy": "a:1"}, "ftpes", "http://a:1"},
		{map[string]string{"ftp_proxy": "a:1"}, "ftps", ""},
		{map[string]string{"ftps_proxy": "socks5://a:1", "all_proxy": "b"}, "ftps", "socks5://a:1"},
		{map[string]string{"FTP_PROXY": "a:1", "all_proxy": "b:1"}, "ftp", "http://a:1"},
		{map[string]string{"ftp_proxy": "a:1", "FTP_PROXY": "b:1"}, "ftp", "http://a:1"},
		{map[string]string{"ftp_proxy": "", "FTP_PROXY": "b:1"}, "ftp", "http://b:1"},
		{map[string]string{"ALL_PROXY": "socks5h://c"}, "ftp", "socks5h://c:1080"},
		{map[string]string{"all_proxy": "c:1", "no_proxy": "x, example.com"}, "ftp", ""},
		{map[string]string{"all_proxy": "c:1", "NO_PROXY": "*"}, "ftp", ""},
		{map[string]string{"all_proxy": "c:1", "no_proxy": "other", "NO_PROXY": "*"}, "ftp", "http://c:1"},
		{map[string]string{"all_proxy": "none"}, "ftp", ""},
		{map[string]string{"all_proxy": "gopher://x"}, "ftp", "error"},
	} {
		got := ""
		p, err := FromEnvironment(func(name string) string { return tt.env[name] }, tt.scheme, "ftp.example.com")
		switch {
		case err != nil && strings.HasPrefix(err.Error(), "all_proxy in the environment: "):
			got = "error"
		case err != nil:
			t.Errorf("%v: %v", tt.env, err)
		case p != nil:
			got = p.String()
		}
		if got != tt.want {
			t.Errorf("%v, %s: got %q, want %q", tt.env, tt.scheme, got, tt.want)
		}
	}
}

func TestExempts(t *testing.T) {
	for _, tt := range []struct {
		list, host string
		want       bool
	}{
		{"", "h", false},
		{"*", "h", true},
		{"a,*", "h", false},
		{"example.com", "ftp.Example.com", true},
		{".example.com", "example.com", true},
		{"ample.com", "example.com", false},
		{"example.com", "example.com.", true},
		{"a b\tc,d", "c", true},
		{"192.0.2.1", "192.0.2.1", true},
		{"2.1", "192.0.2.1", false},
		{"192.0.2.0/24", "192.0.2.9", true},
		{"192.0.2.0/24", "192.0.3.9", false},
		{"[::1]", "::1", true},
		{"fe80::/10", "fe80::1%eth0", true},
		{".", "h", false},
	} {
		if got := Exempts(tt.list, tt.host); got != tt.want {
			t.Errorf("%q, %q: %v", tt.list, tt.host, got)
		}
	}
}
