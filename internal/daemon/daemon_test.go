package daemon

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ferry/ftpserver"
	"ferry/internal/config"
	"ferry/vfs"
)

func TestPermissions(t *testing.T) {
	const write = vfs.PermAll &^ vfs.PermReadOnly
	tests := []struct {
		name      string
		set       func(s *config.Settings)
		anonymous vfs.Perm
		user      vfs.Perm
	}{
		{"the defaults", func(*config.Settings) {}, vfs.PermReadOnly, vfs.PermReadOnly},
		{"no downloads", func(s *config.Settings) { s.DownloadEnable = false }, vfs.PermList, vfs.PermList},
		{"no listings", func(s *config.Settings) { s.DirlistEnable = false }, vfs.PermRead, vfs.PermRead},
		{"anonymous switches without write_enable", func(s *config.Settings) {
			s.AnonUploadEnable, s.AnonMkdirWriteEnable, s.AnonOtherWriteEnable = true, true, true
		}, vfs.PermReadOnly, vfs.PermReadOnly},
		{"write_enable alone", func(s *config.Settings) { s.WriteEnable = true }, vfs.PermReadOnly, vfs.PermAll},
		{
			"uploads", func(s *config.Settings) { s.WriteEnable, s.AnonUploadEnable = true, true },
			vfs.PermReadOnly | vfs.PermCreate, vfs.PermAll,
		},
		{
			"directories", func(s *config.Settings) { s.WriteEnable, s.AnonMkdirWriteEnable = true, true },
			vfs.PermReadOnly | vfs.PermMkdir, vfs.PermAll,
		},
		{
			"everything else", func(s *config.Settings) { s.WriteEnable, s.AnonOtherWriteEnable = true, true },
			vfs.PermReadOnly | write&^(vfs.PermCreate|vfs.PermMkdir|vfs.PermOverwrite|vfs.PermChmod), vfs.PermAll,
		},
		{"everything", func(s *config.Settings) {
			s.WriteEnable, s.AnonUploadEnable, s.AnonMkdirWriteEnable, s.AnonOtherWriteEnable = true, true, true, true
		}, vfs.PermAll &^ vfs.PermChmod, vfs.PermAll},
	}
	for _, tt := range tests {
		s := config.Defaults()
		tt.set(&s)
		if got := permOf(&s, true, false); got != tt.anonymous {
			t.Errorf("%s: anonymous may %v, want %v", tt.name, got, tt.anonymous)
		}
		if got := permOf(&s, false, false); got != tt.user {
			t.Errorf("%s: users may %v, want %v", tt.name, got, tt.user)
		}
	}
}

func TestListenAddrs(t *testing.T) {
	tests := []struct {
		set  func(s *config.Settings)
		want string // "" is none, else an address or a piece of the error
	}{
		{func(*config.Settings) {}, ""},
		{func(s *config.Settings) { s.Listen = true }, "0.0.0.0:21"},
		{func(s *config.Settings) { s.ListenIPv6 = true }, "[::]:21"},
		{func(s *config.Settings) { s.Listen, s.ListenAddress, s.ListenPort = true, "127.0.0.1", 2121 }, "127.0.0.1:2121"},
		{func(s *config.Settings) { s.ListenIPv6, s.ListenAddress6 = true, "::1" }, "[::1]:21"},
		{func(s *config.Settings) { s.Listen, s.ListenAddress = true, "::1" }, "500 OOPS: bad listen_address: ::1"},
		{func(s *config.Settings) { s.Listen, s.ListenAddress = true, "localhost" }, "500 OOPS: bad listen_address: localhost"},
		{func(s *config.Settings) { s.Listen, s.ListenPort = true, 70000 }, "500 OOPS: bad port: 70000"},
	}
	for i, tt := range tests {
		s := config.Defaults()
		tt.set(&s)
		addrs, err := listenAddrs(&s)
		got := ""
		if len(addrs) > 0 {
			got = addrs[0].String()
		}
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%d: %q, want %q", i, got, tt.want)
		}
	}
}

// settings are the defaults with a free loopback port and an anonymous root.
func settings(t *testing.T) config.Settings {
	t.Helper()
	s := config.Defaults()
	s.Listen, s.ListenAddress, s.AnonRoot = true, "127.0.0.1", t.TempDir()
	return s
}

func start(t *testing.T, o Options) (*Daemon, net.Conn, *bufio.Reader) {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	o.Listen = []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}
	d, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = d.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	conn, err := net.Dial("tcp", d.Status().Control[0].String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return d, conn, bufio.NewReader(conn)
}

// talk sends lines, and wants replies that begin so.
func talk(t *testing.T, conn net.Conn, r *bufio.Reader, dialogue ...string) {
	t.Helper()
	for i := 0; i < len(dialogue); i += 2 {
		if dialogue[i] != "" {
			if _, err := io.WriteString(conn, dialogue[i]+"\r\n"); err != nil {
				t.Fatal(err)
			}
		}
		line, err := r.ReadString('\n')
		if err != nil || !strings.HasPrefix(line, dialogue[i+1]) {
			t.Fatalf("%s: %q, %v; want %s", dialogue[i], line, err, dialogue[i+1])
		}
	}
}

func TestUsers(t *testing.T) {
	s := settings(t)
	s.AnonymousEnable, s.LocalRoot, s.WriteEnable, s.DelayFailedLogin = false, s.AnonRoot, true, 0
	_, conn, r := start(t, Options{Settings: s, Users: []User{{Name: "anna", Password: "secret"}, {Name: "empty"}}})
	talk(t, conn, r,
		"", "220",
		"USER anonymous", "331",
		"PASS x", "530 Login incorrect.",
		"USER anna", "331",
		"PASS wrong", "530 Login incorrect.",
		"USER anna", "331",
		"PASS secret", "230",
		"MKD new", "257",
		"SITE UMASK", "200 Your current UMASK is 077",
		"RMD new", "250",
	)
}

func TestAnonymousOnly(t *testing.T) {
	s := settings(t)
	s.NoAnonPassword = true
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r,
		"", "220",
		"USER root", "530 This FTP server is anonymous only.",
		"USER Anonymous", "230",
		"MKD new", "550 Permission denied.",
		"SITE CHMOD 777 x", "550 Permission denied.",
	)
}

func TestDotFiles(t *testing.T) {
	s := settings(t)
	s.DotFiles, s.AnonWorldReadableOnly = false, false
	if err := os.MkdirAll(filepath.Join(s.AnonRoot, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.AnonRoot, ".git", "config"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r,
		"", "220",
		"USER ftp", "331",
		"PASS x", "230",
		"SIZE .git/config", "550 Permission denied.",
		"CWD .git", "550 Permission denied.",
		"STAT -a", "213-Status follows:",
	)
	for {
		line, err := r.ReadString('\n')
		if err != nil || strings.Contains(line, ".git") {
			t.Fatalf("%q, %v", line, err)
		}
		if strings.HasPrefix(line, "213 ") {
			break
		}
	}
}

// What is wrong is said by New, in vsftpd's words and with the option's name.
func TestNewSaysWhatIsWrong(t *testing.T) {
	tests := []struct {
		set  func(s *config.Settings)
		want []string
	}{
		{func(s *config.Settings) { s.AnonRoot = "/nosuch/dir" }, []string{"500 OOPS: cannot change directory:/nosuch/dir", "anon_root"}},
		{func(s *config.Settings) { s.AnonRoot, s.FTPUsername = "", "nosuchuser" }, []string{"ftp_username", "anon_root"}},
		{func(s *config.Settings) { s.BannerFile = "/nosuch" }, []string{"500 OOPS", "banner_file"}},
		{func(s *config.Settings) { s.PasvAddress = "999.1.1.1" }, []string{"500 OOPS: invalid pasv_address: 999.1.1.1"}},
		{func(s *config.Settings) { s.PasvAddress, s.PasvAddrResolve = "no.such.invalid", true }, []string{"500 OOPS: cannot resolve host:no.such.invalid"}},
		{func(s *config.Settings) { s.DenyEmailEnable, s.BannedEmailFile = true, "/nosuch" }, []string{"banned_email_file"}},
		{func(s *config.Settings) { s.Listen = false }, []string{"listen=YES"}},
	}
	for _, tt := range tests {
		s := settings(t)
		tt.set(&s)
		d, err := New(t.Context(), Options{Settings: s, Log: slog.New(slog.DiscardHandler)})
		if err == nil {
			_ = d.Shutdown(t.Context())
			t.Errorf("no error, want %v", tt.want)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not say %q", err, want)
			}
		}
	}
	s := settings(t)
	_, err := New(t.Context(), Options{Settings: s, Users: []User{{Name: "anna", Password: "x"}}, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "local_root") {
		t.Errorf("a user without a directory: %v", err)
	}
}

func TestPortTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	addr := netip.MustParseAddrPort(l.Addr().String())
	_, err = New(t.Context(), Options{Settings: settings(t), Listen: []netip.AddrPort{addr}, Log: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "another program has that port") {
		t.Errorf("%v", err)
	}
}

func TestAdvertisedAddress(t *testing.T) {
	s := settings(t)
	s.PasvAddress = "203.0.113.5"
	_, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220", "USER ftp", "331", "PASS x", "230", "PASV", "227 Entering Passive Mode (203,0,113,5,")

	s.PasvAddress, s.PasvAddrResolve = "localhost", true
	d, conn, r := start(t, Options{Settings: s})
	talk(t, conn, r, "", "220", "USER ftp", "331", "PASS x", "230", "PASV", "227 Entering Passive Mode (127,0,0,1,")
	if got := d.Status().Passive.Advertised; got != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("advertised %v", got)
	}
}

// A client that comes by IPv4 to a listener for both gets an IPv4 address.
func TestDualStack(t *testing.T) {
	if l, err := net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Skip("no IPv6 here")
	} else {
		_ = l.Close()
	}
	s := settings(t)
	s.Listen, s.ListenIPv6 = false, true
	for _, advertised := range []string{"", "203.0.113.5"} {
		s.PasvAddress = advertised
		d, err := New(t.Context(), Options{
			Settings: s, Log: slog.New(slog.DiscardHandler), Listen: []netip.AddrPort{netip.MustParseAddrPort("[::]:0")},
		})
		if err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- d.Serve() }()
		port := d.Status().Control[0].Port()
		for host, want := range map[string][]string{
			"127.0.0.1": {"227 Entering Passive Mode (127,0,0,1,", "229 ", "522 "},
			"::1":       {"425 PASV is for IPv4, use EPSV. (passive-family-mismatch", "522 ", "229 "},
		} {
			if advertised != "" && host == "127.0.0.1" {
				want[0] = "227 Entering Passive Mode (203,0,113,5,"
			}
			conn, err := net.Dial("tcp", net.JoinHostPort(host, strconv.Itoa(int(port))))
			if err != nil {
				t.Fatal(err)
			}
			r := bufio.NewReader(conn)
			talk(t, conn, r, "", "220", "USER ftp", "331", "PASS x", "230", "PASV", want[0], "EPSV 1", want[1], "EPSV 2", want[2], "QUIT", "221")
			_ = conn.Close()
		}
		if err := d.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

func TestShutdownClosesTheListener(t *testing.T) {
	d, err := New(t.Context(), Options{
		Settings: settings(t), Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := d.Serve(); err != nil && !errors.Is(err, ftpserver.ErrServerClosed) {
		t.Errorf("Serve after Shutdown: %v", err)
	}
	if _, err := net.Dial("tcp", d.listeners[0].Addr().String()); err == nil {
		t.Error("the port is open")
	}
}
