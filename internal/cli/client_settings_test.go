package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ferry/internal/remote"
)

// siteValues are a value for each setting of a site.
var siteValues = map[string]string{
	"account": "a", "mode": "port", "active-ports": "40000-40009", "advertise": "192.0.2.1", "bind": "127.0.0.1",
	"plain": "true", "tls-max": "1.2", "pin": "sha256:" + strings.Repeat("0f", 32), "ca": "/ca", "cert": "/cert", "key": "/key",
	"charset": "windows-1252", "time-zone": "Europe/Berlin", "proxy": "socks5://h", "connections": "2", "local-dir": "/d",
}

// TestSiteSettingsAreFlags keeps the keys of sites and the flags together: each is
// one, and one that is given on the command line wins.
func TestSiteSettingsAreFlags(t *testing.T) {
	for _, key := range remote.SiteKeys() {
		if key == remote.URLKey {
			continue
		}
		value, ok := siteValues[key]
		if !ok {
			t.Errorf("%s has no value here", key)
			continue
		}
		var f clientFlags
		flags := f.ofSites()
		if f.has(key) {
			t.Errorf("%s counts as given", key)
		}
		if flags.Lookup(key) == nil {
			t.Errorf("%s is no flag", key)
			continue
		}
		if err := flags.Set(key, value); err != nil {
			t.Errorf("%s: %v", key, err)
		}
		given := key
		if key == "key" { // it comes with its certificate
			continue
		}
		if onCommandLine := commandFlags(t).Lookup(key) != nil; f.has(given) != onCommandLine {
			t.Errorf("%s is a flag of commands: %v, and counts as given: %v", key, onCommandLine, f.has(given))
		}
	}
	var f clientFlags
	f.ofSites().VisitAll(func(flag *pflag.Flag) {
		if _, ok := siteValues[flag.Name]; !ok {
			t.Errorf("--%s is no setting", flag.Name)
		}
	})
}

func commandFlags(t *testing.T) *pflag.FlagSet {
	t.Helper()
	cmd := &cobra.Command{}
	new(clientFlags).register(cmd)
	return cmd.Flags()
}

// siteTarget is a target of a site with these lines.
func siteTarget(t *testing.T, lines string) *remote.Target {
	t.Helper()
	sites, err := remote.ParseSites("sites.conf", "[s]\nurl = ftp://al@h\n"+lines)
	if err != nil {
		t.Fatal(err)
	}
	target, err := sites.Resolve("s")
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestSettingsOfSite(t *testing.T) {
	target := siteTarget(t, "mode = port\nproxy = socks5://p\ntime-zone = +02:00\ntls-max = 1.2\nconnections = 3\n")
	f, err := clientFlags{user: "bob", timeout: time.Second}.at(target)
	if err != nil || f.user != "bob" || f.timeout != time.Second || f.ladder()[0] != "port" || f.proxy.proxy.Host != "p" || f.connections != 3 || f.tlsMax != 0x303 {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, offset := time.Now().In(f.zone.location).Zone(); offset != 7200 {
		t.Errorf("the zone is %v", f.zone.location)
	}
	given := clientFlags{passive: true, tlsMax: 0x304}
	if err := given.ofSites().Set("proxy", "none"); err != nil {
		t.Fatal(err)
	}
	if f, err = given.at(target); err != nil || f.ladder()[0] != "epsv" || f.proxy.proxy != nil || f.tlsMax != 0x304 {
		t.Errorf("with flags: %+v, %v", f, err)
	}
	for lines, want := range map[string]string{
		"mode = x":                                 "sites.conf:3: mode: ",
		"plain = maybe":                            "sites.conf:3: plain: ",
		"connections = 0":                          "sites.conf:3: connections: want a number",
		"charset = klingon":                        "sites.conf:3: charset: ",
		"time-zone = Mars/Base":                    "sites.conf:3: time-zone: ",
		"pin = sha256:1":                           "sites.conf:3: pin: ",
		"proxy = socks5://u:p@h":                   "sites.conf:3: a site has no password in it",
		"ca = relative":                            "sites.conf:3: ca: want a path from the root on",
		"key = /k":                                 "sites.conf:1: the site s: key is the key of a certificate",
		"plain = true\ntls-max = 1.2":              "sites.conf:1: the site s: plain is without TLS",
		"pin = " + siteValues["pin"] + "\nca = /x": "sites.conf:1: the site s: there is pin and ca",
	} {
		if _, err := (clientFlags{}).at(siteTarget(t, lines)); err == nil || !strings.Contains(err.Error(), want) || statusOf(err) != exitRefused {
			t.Errorf("%q: %v, want %s", lines, err, want)
		}
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	if f, err = (clientFlags{}).at(siteTarget(t, "ca = ~/x")); err != nil || f.ca != filepath.Join(home, "x") {
		t.Errorf("below the home: %s, %v", f.ca, err)
	}
}

// TestOrderOfPasswords takes the nearest.
func TestOrderOfPasswords(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(home, "none"))
	netrc := "machine h login al password fromfile account acc\nmachine h login bob\n"
	for _, name := range []string{".netrc", "_netrc"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(netrc), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stdin, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	for _, tt := range []struct {
		url, env string
		flags    clientFlags
		want     credentials // the zero one is none
	}{
		{"ftp://al:inurl@h", "inenv", clientFlags{}, credentials{"al", "inurl", ""}},
		{"ftp://al:@h", "inenv", clientFlags{account: "x"}, credentials{"al", "", "x"}},
		{"ftp://al@h", "inenv", clientFlags{}, credentials{"al", "inenv", ""}},
		{"ftp://al@h", "", clientFlags{}, credentials{"al", "fromfile", "acc"}},
		{"ftp://h", "", clientFlags{user: "al", account: "x"}, credentials{"al", "fromfile", "x"}},
		{"ftp://h", "", clientFlags{}, credentials{"al", "fromfile", "acc"}},
		{"ftp://other", "", clientFlags{}, credentials{}},
		{"ftp://ftp@other", "inenv", clientFlags{}, credentials{"ftp", "anonymous@", ""}},
		{"ftp://eve@h", "", clientFlags{}, credentials{}},
		{"ftp://eve@h", "", clientFlags{cert: "/c"}, credentials{"eve", "", ""}},
	} {
		if tt.env != "" {
			t.Setenv(clientPasswordEnv, tt.env)
		} else {
			t.Setenv(clientPasswordEnv, "")
			if err := os.Unsetenv(clientPasswordEnv); err != nil {
				t.Fatal(err)
			}
		}
		target, err := remote.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		tt.flags.timeout = time.Minute
		c := &client{program: &program{stdin: stdin, stderr: io.Discard}, flags: tt.flags}
		got, err := c.login(t.Context(), target, &tt.flags)
		if wantErr := tt.url == "ftp://eve@h" && tt.flags.cert == ""; wantErr != (err != nil) || err == nil && got != tt.want {
			t.Errorf("%s, %q, %q: got %+v, %v, want %+v", tt.url, tt.env, tt.flags.user, got, err, tt.want)
		}
	}
	// A flag wins over the user of a site.
	f := clientFlags{user: "al", timeout: time.Minute}
	c := &client{program: &program{stdin: stdin, stderr: io.Discard}, flags: f}
	site := siteTarget(t, "")
	site.User = "carol"
	if got, err := c.login(t.Context(), site, &f); err != nil || got.user != "al" || got.password != "fromfile" {
		t.Errorf("got %+v, %v", got, err)
	}
}
