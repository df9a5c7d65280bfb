package daemon

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/account"
	"ferry/internal/charset"
	"ferry/internal/config"
)

// again connects to a server once more.
func again(t *testing.T, d *Daemon) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", d.Status().Control[0].String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, bufio.NewReader(conn)
}

// gone wants nothing more to come.
func gone(t *testing.T, r *bufio.Reader) {
	t.Helper()
	if b, err := io.ReadAll(r); len(b) > 0 || err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("got %q, %v, want the end", b, err)
	}
}

// TestSessionsOfAUser counts them through everything that can happen to one.
func TestSessionsOfAUser(t *testing.T) {
	anna := &account.User{Name: "anna"}
	s := virtualSettings(t, anna)
	s.MaxPerUser, s.LockoutPerIP = 2, 0
	d, first, fr := start(t, Options{Settings: s})
	talk(t, first, fr, "", "220", "USER anna", "331", "PASS wrong", "530", "USER anna", "331", "PASS secret", "230")
	second, sr := again(t, d)
	talk(t, second, sr, "", "220", "USER anna", "331", "PASS secret", "230")
	third, tr := again(t, d)
	const full = "530 You are logged in 2 times already, which is the limit (too-many-sessions)."
	talk(t, third, tr, "", "220", "USER anna", "331", "PASS secret", full)
	talk(t, first, fr, "REIN", "220")
	talk(t, third, tr, "USER anna", "331", "PASS secret", "230")
	talk(t, first, fr, "USER anna", "331", "PASS secret", full)
	talk(t, second, sr, "QUIT", "221")
	gone(t, sr)
	talk(t, first, fr, "USER anna", "331", "PASS secret", "230")
}

// TestLockedAddress fails to log in until the server hangs up, in an open session
// and for new connections.
func TestLockedAddress(t *testing.T) {
	s := virtualSettings(t, &account.User{Name: "anna"})
	s.LockoutPerIP, s.MaxLoginFails = 3, 100
	d, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220")
	for range 3 {
		talk(t, conn, r, "USER anna", "331", "PASS wrong", "530")
	}
	const locked = "421 Too many failed logins from your internet address, try again in "
	talk(t, conn, r, "USER anna", locked)
	gone(t, r)
	_, nr := again(t, d)
	talk(t, nil, nr, "", locked)
	gone(t, nr)
}

func TestConnectionsPerSecond(t *testing.T) {
	s := settings(t)
	s.ConnectRatePerIP, s.ConnectBurstPerIP = 1, 2
	d, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220")
	refused := 0
	for range 10 {
		_, r := again(t, d)
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "421 There are too many connections per second from your internet address, please try later (connect-rate-exceeded).") {
			refused++
		} else if !strings.HasPrefix(line, "220") {
			t.Errorf("%q", line)
		}
	}
	if refused == 0 {
		t.Error("all were let in")
	}
}

// TestEveryWayIntoAQuota answers 552 before anything beyond the quota is
// written, whatever command brings it.
func TestEveryWayIntoAQuota(t *testing.T) {
	anna := &account.User{Name: "anna", QuotaBytes: 1000}
	s := virtualSettings(t, anna)
	s.DeleteFailedUploads = true
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220", "USER anna", "331", "PASS secret", "230", "TYPE I", "200")
	if got := upload(t, conn, r, "base", 900); !strings.HasPrefix(got, "226") {
		t.Fatal(got)
	}
	send := func(command string, size int) string {
		t.Helper()
		_, _ = io.WriteString(conn, "EPSV\r\n")
		line, _ := r.ReadString('\n')
		port, err := ftp.ParseExtPassive(line)
		if err != nil {
			t.Fatal(line)
		}
		data, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		talk(t, conn, r, command, "150")
		_, _ = data.Write(make([]byte, size))
		_ = data.Close()
		line, err = r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	for _, step := range []struct {
		rest, command string
		size          int
		want          string
	}{
		{"", "STOR new", 200, "552"},
		{"", "APPE base", 200, "552"},
		{"", "APPE new", 200, "552"},
		{"", "STOU", 200, "552"},
		{"900", "STOR base", 200, "552"},
		{"", "STOR base", 1001, "552"},
		{"", "STOR small", 100, "226"},
	} {
		// What a failed upload left of the file does not matter here.
		if step.rest != "" {
			talk(t, conn, r, "REST "+step.rest, "350")
		}
		if got := send(step.command, step.size); !strings.HasPrefix(got, step.want) {
			t.Errorf("REST %s, %s of %d bytes: %s", step.rest, step.command, step.size, got)
		}
		total := int64(0)
		files, err := os.ReadDir(anna.Root)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if info, err := f.Info(); err == nil {
				total += info.Size()
			}
		}
		if total > 1000 {
			t.Errorf("%s: %d bytes lie there", step.command, total)
		}
		// Make it 900 again.
		for _, f := range files {
			if f.Name() != "base" {
				talk(t, conn, r, "DELE "+f.Name(), "250")
			}
		}
		if got := upload(t, conn, r, "base", 900); !strings.HasPrefix(got, "226") {
			t.Fatal(got)
		}
	}
}

// TestCharsetOfASession chooses by network, then by port, then for all.
func TestCharsetOfASession(t *testing.T) {
	s := config.Defaults()
	if charsetOf(&s) != nil {
		t.Error("names are converted though nobody said so")
	}
	s.ClientCharset = "GBK"
	s.ClientCharsetListeners = "990=Big5"
	s.ClientCharsetNetworks = "192.0.2.0/24=Shift_JIS,192.0.2.128/25=utf-8,192.0.2.200=EUC-KR, 2001:db8::/32=KOI8-R"
	of := charsetOf(&s)
	for _, tt := range []struct {
		peer string
		port uint16
		want string
	}{
		{"198.51.100.1", 21, "GBK"},
		{"198.51.100.1", 990, "Big5"},
		{"192.0.2.1", 21, "Shift_JIS"},
		{"192.0.2.1", 990, "Shift_JIS"},
		{"192.0.2.199", 990, ""},
		{"192.0.2.200", 21, "EUC-KR"},
		{"::ffff:192.0.2.200", 21, "EUC-KR"},
		{"2001:db8::1", 21, "KOI8-R"},
		{"2001:db9::1", 21, "GBK"},
	} {
		local := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.254"), tt.port)
		got := ""
		if c := of(peerAt(tt.peer), local); c != nil {
			got = c.String()
		}
		if got != tt.want {
			t.Errorf("%s at port %d: %q, want %q", tt.peer, tt.port, got, tt.want)
		}
	}
	for _, set := range []func(*config.Settings){
		func(s *config.Settings) { s.ClientCharset = "ISO-2022-JP" },
		func(s *config.Settings) { s.ClientCharsetListeners = "21=x" },
		func(s *config.Settings) { s.ClientCharsetNetworks = "x=GBK" },
	} {
		s := settings(t)
		set(&s)
		if _, err := New(t.Context(), Options{Settings: s}); err == nil || !strings.Contains(err.Error(), "client_charset") {
			t.Errorf("%v", err)
		}
	}
}

// TestSameCharsets holds the names that the configuration takes to the charsets
// that there are.
func TestSameCharsets(t *testing.T) {
	for _, name := range config.Charsets() {
		if config.IsUTF8(name) {
			continue
		}
		if _, err := charset.Lookup(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range charset.Names() {
		if !slices.Contains(config.Charsets(), name) {
			t.Errorf("%s cannot be configured", name)
		}
	}
}

// TestNamesInGBK shows that the settings come to the sessions.
func TestNamesInGBK(t *testing.T) {
	s := settings(t)
	s.ClientCharset, s.LocalRoot, s.WriteEnable = "gbk", s.AnonRoot, true
	_, conn, r := start(t, Options{Settings: s, Users: []User{{Name: "anna", Password: "secret"}}})
	talk(t, conn, r, "", "220", "USER anna", "331", "PASS secret", "230", "MKD \xd6\xd0", "257 \"/\xd6\xd0\" created")
	if _, err := os.Stat(filepath.Join(s.AnonRoot, "中")); err != nil {
		t.Error(err)
	}
}

func TestTimesComeFromTheSettings(t *testing.T) {
	s := config.Defaults()
	s.TLSHandshakeTimeout, s.LoginTimeout, s.SessionTimeout, s.TransferTimeout = 1, 2, 3, 4
	want := ftpserver.TimePolicy{Handshake: time.Second, Login: 2 * time.Second, Session: 3 * time.Second, Transfer: 4 * time.Second}
	if got := policyOf(&s, nil, ActiveStatus{}, true).Time; got != want {
		t.Errorf("%+v", got)
	}
}

// TestLimitsOfOneUser has a user whose own file says otherwise than the
// server's.
func TestLimitsOfOneUser(t *testing.T) {
	s := virtualSettings(t, &account.User{Name: "anna"}, &account.User{Name: "bert"})
	s.UserConfigDir, s.ClientCharset, s.MaxPerUser = t.TempDir(), "GBK", 1
	text := "client_charset=Big5\nmax_per_user=2\n"
	if err := os.WriteFile(filepath.Join(s.UserConfigDir, "anna"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220", "USER anna", "331", "PASS secret", "230", "OPTS UTF8 OFF", "200 Names are in Big5.")
	for _, step := range []struct{ name, second, third, charset string }{
		{"anna", "230", "530", "Big5"},
		{"bert", "230", "530", "GBK"},
	} {
		conn, r := again(t, d)
		talk(t, conn, r, "", "220", "USER "+step.name, "331", "PASS secret", step.second, "OPTS UTF8 OFF", "200 Names are in "+step.charset)
		conn, r = again(t, d)
		talk(t, conn, r, "", "220", "USER "+step.name, "331", "PASS secret", step.third)
	}
}
