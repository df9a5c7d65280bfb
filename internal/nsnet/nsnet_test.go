package nsnet

import (
	"net/netip"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPortCheck(t *testing.T) {
	four := []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}
	six := []netip.Prefix{netip.MustParsePrefix("2001:db8::1/64")}
	host := new(Host)
	tests := []struct {
		name string
		port Port
		want string // part of the error; "" means none
	}{
		{"plain", Port{host, "eth0", four, 0}, ""},
		{"no address", Port{host, "eth0", nil, 1500}, ""},
		{"both families", Port{host, "eth0", append(four, six...), 1280}, ""},
		{"small", Port{host, "eth0", four, 68}, ""},
		{"longest name", Port{host, "fifteen-bytes-x", four, 0}, ""},
		{"no host", Port{nil, "eth0", four, 0}, "without a host"},
		{"no name", Port{host, "", four, 0}, "1 to 15 bytes"},
		{"long name", Port{host, "sixteen-bytes-xy", four, 0}, "1 to 15 bytes"},
		{"slash", Port{host, "a/b", four, 0}, "a slash"},
		{"blank", Port{host, "a b", four, 0}, "a blank"},
		{"NUL", Port{host, "a\x00b", four, 0}, "a blank"},
		{"dots", Port{host, "..", four, 0}, "means something else"},
		{"all", Port{host, "all", four, 0}, "means something else"},
		{"too small", Port{host, "eth0", four, 67}, "MTU 67"},
		{"negative", Port{host, "eth0", four, -1}, "MTU -1"},
		{"too large", Port{host, "eth0", four, 65536}, "MTU 65536"},
		{"too small for IPv6", Port{host, "eth0", six, 1279}, "1280 or more"},
		{"no prefix", Port{host, "eth0", []netip.Prefix{{}}, 0}, "empty"},
		{"mapped", Port{host, "eth0", []netip.Prefix{netip.PrefixFrom(netip.MustParseAddr("::ffff:192.0.2.1"), 120)}, 0}, "as an IPv4 address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { wantError(t, test.port.check(), test.want) })
	}
}

func TestSysctlPath(t *testing.T) {
	tests := []struct{ key, want, problem string }{
		{"net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward", ""},
		{"net/ipv4/ip_forward", "/proc/sys/net/ipv4/ip_forward", ""},
		{"net.ipv4.conf.eth0/7.forwarding", "/proc/sys/net/ipv4/conf/eth0.7/forwarding", ""},
		{"net/ipv4/conf/eth0.7/forwarding", "/proc/sys/net/ipv4/conf/eth0.7/forwarding", ""},
		{"kernel.hostname", "", "belong to a host"},
		{"net", "", "belong to a host"},
		{"", "", "belong to a host"},
		{"/net/ipv4/ip_forward", "", "belong to a host"},
		{"net/../kernel/hostname", "", "not a name"},
		{"net.//.kernel.hostname", "", "not a name"},
		{"net.", "", "not a name"},
		{"net..ipv4", "", "not a name"},
	}
	for _, test := range tests {
		t.Run(test.key, func(t *testing.T) {
			got, err := sysctlPath(test.key)
			wantError(t, err, test.problem)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// FuzzSysctlPath looks for a key that leads out of what belongs to a host.
func FuzzSysctlPath(f *testing.F) {
	for _, key := range []string{"net.ipv4.ip_forward", "net/ipv4/conf/eth0.7/forwarding", "net/../kernel/x", "net.//.x", ""} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		got, err := sysctlPath(key)
		if err != nil {
			return
		}
		if got != path.Clean(got) || !strings.HasPrefix(got, "/proc/sys/net/") {
			t.Errorf("%q leads to %q", key, got)
		}
	})
}

func TestLiteral(t *testing.T) {
	for _, address := range []string{"192.0.2.1:21", "[2001:db8::1]:21", "[fe80::1%eth0]:21", "0.0.0.0:0"} {
		wantError(t, literal(address), "")
	}
	for _, address := range []string{"", ":21", "localhost:21", "192.0.2.1", "192.0.2.1:ftp", "2001:db8::1:21", "192.0.2.1:65536"} {
		wantError(t, literal(address), "an IP address and a port")
	}
}

func TestWayOut(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  string // all that follows the colon, or part of it
	}{
		{"Debian", map[string]string{"kernel/unprivileged_userns_clone": "0\n", "user/max_user_namespaces": "31000\n"}, "allows by: sysctl kernel.unprivileged_userns_clone=1"},
		{"Ubuntu", map[string]string{"kernel/unprivileged_userns_clone": "1\n", "kernel/apparmor_restrict_unprivileged_userns": "1\n"}, "allows by: sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
		{"hardened", map[string]string{"user/max_user_namespaces": "0\n", "user/max_net_namespaces": "0\n"}, "allows by: sysctl user.max_user_namespaces=10000, sysctl user.max_net_namespaces=10000"},
		{"container", map[string]string{"user/max_user_namespaces": "31000\n"}, "seccomp filter"},
		{"no proc", nil, "seccomp filter"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			proc := make(fstest.MapFS)
			for name, text := range test.files {
				proc[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := wayOut(proc); !strings.HasPrefix(got, "root is needed, or user namespaces") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
		})
	}
}

// wantError checks that an error says something, or that there is none.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("error %v, want none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want %q in it", err, want)
	}
}
