package cli

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"ferry/internal/config"
	"ferry/internal/daemon"
)

// addrs reads addresses.
func addrs(texts ...string) []netip.Addr {
	list := make([]netip.Addr, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParseAddr(text)
	}
	return list
}

// onAll is a server at a port of every address, with the usual passive range.
func onAll(port uint16) daemon.Status {
	return daemon.Status{
		Control: []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Unspecified(), port)},
		Passive: daemon.PassiveStatus{Enabled: true, Min: 40000, Max: 40009},
		Active:  daemon.ActiveStatus{Enabled: true},
	}
}

func TestSummary(t *testing.T) {
	machine := addrs("192.168.1.5", "2001:db8::5", "127.0.0.1", "::1")
	tests := []struct {
		name    string
		summary summary
		change  func(*config.Settings)
		want    string
	}{
		{
			"share",
			summary{status: onAll(2121), addresses: machine, firewall: firewallNft, noSourcePort: "port 20 needs root or CAP_NET_BIND_SERVICE"},
			func(s *config.Settings) { s.AnonRoot, s.LocalRoot, s.DotFiles = "/srv", "/srv", false },
			`directory  /srv (names that begin with a dot are left out)
login      anonymous, with any password: read-only
address    ftp://192.168.1.5:2121/
           ftp://[2001:db8::5]:2121/
           ftp://127.0.0.1:2121/
           ftp://[::1]:2121/
passive    ports 40000-40009 at the address that the client dialled
active     from any free port: port 20 needs root or CAP_NET_BIND_SERVICE
try        curl ftp://127.0.0.1:2121/
firewall   nft insert rule inet filter input tcp dport { 2121, 40000-40009 } accept
`,
		},
		{
			"users only, IPv4 at port 21",
			summary{
				status: daemon.Status{
					Control: []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:21")},
					Passive: daemon.PassiveStatus{Enabled: true, Min: 5000, Max: 5000, Advertised: netip.MustParseAddr("203.0.113.5")},
					Active:  daemon.ActiveStatus{Enabled: true, SourcePort: 20},
				},
				addresses: machine, users: []string{"alice", "o'neil"}, firewall: firewallUFW,
			},
			func(s *config.Settings) { s.AnonymousEnable, s.LocalRoot, s.WriteEnable = false, "/home/ftp", true },
			`directory  /home/ftp
login      alice, o'neil: read and write
address    ftp://192.168.1.5/
           ftp://127.0.0.1/
passive    port 5000 at 203.0.113.5
active     from port 20
try        curl --user alice ftp://127.0.0.1/
firewall   ufw allow proto tcp from any to any port 21,5000
`,
		},
		{
			"TLS, both ways",
			summary{
				status: daemon.Status{
					Control:      []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:21")},
					Implicit:     []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:990")},
					Fingerprints: []string{"AB:CD"},
					Passive:      daemon.PassiveStatus{Enabled: true, Min: 5000, Max: 5000},
				},
				addresses: machine, users: []string{"alice"}, firewall: firewallUFW,
			},
			func(s *config.Settings) { s.AnonymousEnable, s.LocalRoot, s.SSLEnable = false, "/srv", true },
			`directory  /srv
login      alice: read-only
address    ftps://192.168.1.5/
           ftps://127.0.0.1/
           ftp://192.168.1.5/
           ftp://127.0.0.1/
tls        by AUTH TLS, and from the first byte at ftps://
           SHA-256 AB:CD
passive    port 5000 at the address that the client dialled
active     off (port_enable=NO)
try        curl --insecure --ssl-reqd --user alice ftp://127.0.0.1/
firewall   ufw allow proto tcp from any to any port 21,990,5000
`,
		},
		{
			"certificates by ACME",
			summary{
				status: daemon.Status{
					Control:      []netip.AddrPort{netip.MustParseAddrPort("192.168.1.5:21")},
					Fingerprints: []string{"AB:CD"},
					Passive:      daemon.PassiveStatus{Enabled: true, Min: 5000, Max: 5000},
				},
				addresses: machine, users: []string{"alice"}, firewall: firewallUFW,
			},
			func(s *config.Settings) {
				s.AnonymousEnable, s.LocalRoot, s.SSLEnable, s.ACMEDomains, s.ACMETLSPort = false, "/srv", true, "ftp.example.com", 5000
			},
			`directory  /srv
login      alice: read-only
address    ftp://192.168.1.5/
tls        by AUTH TLS
           certificates for ftp.example.com by https://acme-v02.api.letsencrypt.org/directory, which asks at port 80 or 5000 while they are renewed
           SHA-256 AB:CD
passive    port 5000 at the address that the client dialled
active     off (port_enable=NO)
try        curl --insecure --ssl-reqd --user alice ftp://192.168.1.5/
firewall   ufw allow proto tcp from any to any port 21,5000,80
`,
		},
		{
			"two roots, no data connections, loopback",
			summary{
				status:    daemon.Status{Control: []netip.AddrPort{netip.MustParseAddrPort("[::1]:2121")}},
				addresses: machine, users: []string{"bob"}, firewall: firewallNft,
			},
			func(s *config.Settings) { s.LocalRoot, s.WriteEnable, s.AnonUploadEnable = "/home/bob", true, true },
			`directory  the home of the user ftp for anonymous users
           /home/bob for bob
login      anonymous, with any password: read and upload
           bob: read and write
address    ftp://[::1]:2121/
passive    off (pasv_enable=NO)
active     off (port_enable=NO)
try        curl -g 'ftp://[::1]:2121/'
`,
		},
		{
			"many addresses",
			summary{
				status:    onAll(2121),
				addresses: addrs("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7", "10.0.0.8", "127.0.0.1"),
			},
			func(s *config.Settings) { s.AnonRoot, s.NoAnonPassword = "/srv", true },
			`directory  /srv
login      anonymous, without a password: read-only
address    ftp://10.0.0.1:2121/
           ftp://10.0.0.2:2121/
           ftp://10.0.0.3:2121/
           ftp://10.0.0.4:2121/
           ftp://10.0.0.5:2121/
           ftp://10.0.0.6:2121/
           ftp://10.0.0.7:2121/
           (and 1 more)
           ftp://127.0.0.1:2121/
passive    ports 40000-40009 at the address that the client dialled
active     from any free port (connect_from_port_20=NO)
try        curl ftp://127.0.0.1:2121/
`,
		},
		{
			"the system will not say its addresses",
			summary{status: onAll(2121)},
			func(s *config.Settings) { s.AnonRoot = "/srv" },
			`directory  /srv
login      anonymous, with any password: read-only
address    ftp://[::]:2121/
passive    ports 40000-40009 at the address that the client dialled
active     from any free port (connect_from_port_20=NO)
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			settings := config.Defaults()
			test.change(&settings)
			test.summary.settings = &settings
			var b bytes.Buffer
			test.summary.write(&b)
			if b.String() != test.want {
				t.Errorf("got\n%s\nwant\n%s", &b, test.want)
			}
		})
	}
}

func TestAnonymousAccess(t *testing.T) {
	tests := []struct {
		settings string
		all      bool
		want     string
	}{
		{"", false, "read-only"},
		{"anon_upload_enable=YES", false, "read-only"},
		{"write_enable=YES", false, "read-only"},
		{"write_enable=YES anon_mkdir_write_enable=YES", false, "read and upload"},
		{"write_enable=YES anon_upload_enable=YES anon_other_write_enable=YES", false, "read, upload, delete and rename"},
		{"write_enable=YES", true, "read and write"},
	}
	for _, test := range tests {
		cfg, err := config.Parse(config.Source{Text: []byte(strings.ReplaceAll(test.settings, " ", "\n"))})
		if err != nil {
			t.Fatal(err)
		}
		s := summary{settings: &cfg.Settings, anonymousWrite: test.all}
		if got := s.anonymousAccess(); got != test.want {
			t.Errorf("%s: %s, want %s", test.settings, got, test.want)
		}
	}
}

func TestFirewallRules(t *testing.T) {
	spans := []portSpan{{2121, 2121}, {40000, 40009}}
	tests := []struct {
		firewall filterProgram
		want     string
	}{
		{firewallNft, "nft insert rule inet filter input tcp dport { 2121, 40000-40009 } accept"},
		{firewallIPTables, "iptables -I INPUT -p tcp -m multiport --dports 2121,40000:40009 -j ACCEPT"},
		{firewallUFW, "ufw allow proto tcp from any to any port 2121,40000:40009"},
		{firewallCmd, "firewall-cmd --add-port=2121/tcp --add-port=40000-40009/tcp"},
		{firewallNetsh, "netsh advfirewall firewall add rule name=ferry dir=in action=allow protocol=TCP localport=2121,40000-40009"},
		{firewallNone, ""},
	}
	for _, test := range tests {
		if got := test.firewall.allow(spans); got != test.want {
			t.Errorf("%s: %s, want %s", test.firewall, got, test.want)
		}
	}
}

func TestPortReason(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{fmt.Errorf("bind: %w", syscall.EACCES), "port 20 needs root or CAP_NET_BIND_SERVICE"},
		{fmt.Errorf("bind: %w", syscall.EADDRINUSE), "port 20 is in use"},
		{errors.New("odd"), "port 20: odd"},
	}
	for _, test := range tests {
		if got := portReason(20, test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}

func TestPersonal(t *testing.T) {
	home := filepath.Join(t.TempDir(), "ann")
	tests := []struct{ dir, home, want string }{
		{string(filepath.Separator), home, "the whole file system"},
		{home, home, "your home"},
		{filepath.Join(home, "pub"), home, ""},
		{filepath.Dir(home), home, "where homes are"},
		{filepath.Join(filepath.FromSlash("/home"), "no-such-user"), home, "a home"},
		{home, "", ""},
	}
	for _, test := range tests {
		if got := personal(test.dir, test.home); got != test.want {
			t.Errorf("personal(%q, %q) = %q, want %q", test.dir, test.home, got, test.want)
		}
	}
}
