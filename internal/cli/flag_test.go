package cli

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestListenFlag(t *testing.T) {
	every := func(port uint16) string { return everyAddress(port).String() }
	tests := []struct {
		text, want string // "" is refused
	}{
		{"2121", every(2121)},
		{":2121", every(2121)},
		{"0", every(0)},
		{"127.0.0.1:0", "127.0.0.1:0"},
		{"[::1]:21", "[::1]:21"},
		{"[::ffff:127.0.0.1]:21", "127.0.0.1:21"},
		{"0.0.0.0:21", "0.0.0.0:21"},
		{"", ""},
		{":", ""},
		{"-1", ""},
		{"65536", ""},
		{"127.0.0.1", ""},
		{"::1", ""},
		{"::1:21", ""}, // an address without a port
		{"localhost:21", ""},
		{"127.0.0.1:ftp", ""},
	}
	for _, test := range tests {
		var f listenFlag
		err := f.Set(test.text)
		if (err == nil) != (test.want != "") {
			t.Errorf("Set(%q): %v", test.text, err)
			continue
		}
		if err == nil && f.addrs[0].String() != test.want {
			t.Errorf("Set(%q) = %v, want %s", test.text, f.addrs[0], test.want)
		}
	}
	var f listenFlag
	for _, text := range []string{"127.0.0.1:1", "127.0.0.1:2"} {
		if err := f.Set(text); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.addrs) != 2 {
		t.Errorf("two flags give %v", f.addrs)
	}
}

func TestPortRangeFlag(t *testing.T) {
	tests := []struct {
		text, want string // "" is refused
	}{
		{"40000-40009", "40000-40009"},
		{"40000", "40000"},
		{"40000-40000", "40000"},
		{"1024-65535", "1024-65535"},
		{"1023", ""},
		{"0-40000", ""},
		{"40000-1", ""},
		{"40001-40000", ""},
		{"40000-65536", ""},
		{"40000-", ""},
		{"-40000", ""},
		{"40000-40001-40002", ""},
		{"40000:40009", ""},
		{"+40000", ""},
		{"", ""},
	}
	for _, test := range tests {
		var f portRangeFlag
		err := f.Set(test.text)
		if (err == nil) != (test.want != "") || f.String() != test.want {
			t.Errorf("Set(%q) = %q, %v, want %q", test.text, f.String(), err, test.want)
		}
	}
}

func TestPublicFlag(t *testing.T) {
	tests := []struct {
		text string
		want publicFlag // zero is refused
	}{
		{"203.0.113.5", publicFlag{"203.0.113.5", false}},
		{"::ffff:203.0.113.5", publicFlag{"203.0.113.5", false}},
		{"ftp.example.com", publicFlag{"ftp.example.com", true}},
		{"ftp.example.com.", publicFlag{"ftp.example.com.", true}},
		{"nas", publicFlag{"nas", true}},
		{"my-nas_1.example", publicFlag{"my-nas_1.example", true}},
		{"0.0.0.0", publicFlag{}},
		{"::", publicFlag{}},
		{"2001:db8::1", publicFlag{}},
		{"1.2.3", publicFlag{}},
		{"1.2.3.256", publicFlag{}},
		{"", publicFlag{}},
		{"a..b", publicFlag{}},
		{"-a.b", publicFlag{}},
		{"a b", publicFlag{}},
		{"ftp://a/", publicFlag{}},
		{"a:21", publicFlag{}},
		{strings.Repeat("a", 64), publicFlag{}},
		{strings.Repeat("a.", 127) + "a", publicFlag{}},
	}
	for _, test := range tests {
		var f publicFlag
		err := f.Set(test.text)
		if (err == nil) != (test.want != publicFlag{}) || f != test.want {
			t.Errorf("Set(%q) = %v, %v, want %v", test.text, f, err, test.want)
		}
	}
}

func TestLogFlags(t *testing.T) {
	for _, name := range levelNames() {
		var f levelFlag
		if err := f.Set(name); err != nil || f.String() != name {
			t.Errorf("level %s: %s, %v", name, f.String(), err)
		}
	}
	for _, name := range []string{"", "INFO", "info+1", "trace"} {
		var f levelFlag
		if f.Set(name) == nil {
			t.Errorf("level %q is accepted", name)
		}
	}
	for _, name := range []string{"text", "json"} {
		var f formatFlag
		if err := f.Set(name); err != nil || f.String() != name {
			t.Errorf("format %s: %s, %v", name, f.String(), err)
		}
	}
}

func TestMarkSettings(t *testing.T) {
	tests := []struct{ args, marked string }{
		{"serve -oa=1 f -ob=2", "serve !-oa=1 f !-ob=2"},
		{"config check -oa=1 f", "config check !-oa=1 f"},
		{"serve --dir x -- -oa=1", "serve --dir x -- -oa=1"},
		{"serve -o a=1", "serve !-o a=1"},
		{"version -o", "version -o"},
		{"", ""},
	}
	for _, test := range tests {
		args := strings.Fields(test.args)
		marked := markSettings(args)
		if got := strings.ReplaceAll(strings.Join(marked, " "), settingMark, "!"); got != test.marked {
			t.Errorf("markSettings(%q) = %q, want %q", test.args, got, test.marked)
		}
		back, err := sourcesOf(marked)
		if lone := slices.Contains(args, "-o"); lone != (err != nil) {
			t.Errorf("sourcesOf(%q): %v", test.args, err)
		}
		if err == nil && strings.Join(back, " ") != strings.Join(args, " ") {
			t.Errorf("%q came back as %q", args, back)
		}
	}
}

func TestSameLetters(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"listen", "listen", true},
		{"lisen", "listen", true},
		{"listenn", "listen", true},
		{"lsiten", "listen", true},
		{"lixten", "listen", true},
		{"lxxten", "listen", false},
		{"write", "user", false},
		{"", "dir", false},
	}
	for _, test := range tests {
		if got := sameLetters(test.a, test.b); got != test.want {
			t.Errorf("sameLetters(%q, %q) = %v", test.a, test.b, got)
		}
		if got := sameLetters(test.b, test.a); got != test.want {
			t.Errorf("sameLetters(%q, %q) = %v", test.b, test.a, got)
		}
	}
}

func TestEveryAddress(t *testing.T) {
	if a := everyAddress(2121); !a.Addr().IsUnspecified() || a.Port() != 2121 {
		t.Errorf("every address is %v", a)
	}
	if a := everyAddress(0); a == (netip.AddrPort{}) {
		t.Error("any port at every address is no address")
	}
}
