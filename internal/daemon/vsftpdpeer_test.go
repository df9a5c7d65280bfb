package daemon

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/internal/config"
	"ferry/internal/peers"
	"ferry/internal/wire"
)

// loggedServer is a server that writes logs to a folder.
type loggedServer struct {
	addr string
	logs string
	// skip is how much vsftpd.log had when the server was ready.
	skip int
	// stop ends the server, when everything has been logged.
	stop func()
}

// read reads both logs and makes them comparable.
func (s loggedServer) read(t *testing.T) (vsftpdLog, xferlog []string) {
	t.Helper()
	return normalLines(t, readLog(t, filepath.Join(s.logs, "vsftpd.log"))[s.skip:]),
		normalLines(t, readLog(t, filepath.Join(s.logs, "xferlog")))
}

var (
	logDatePattern = regexp.MustCompile(`^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 123]\d \d\d:\d\d:\d\d \d{4} `)
	logPidPattern  = regexp.MustCompile(`^\[pid \d+\] `)
	logRatePattern = regexp.MustCompile(`, \d+\.\d\dKbyte/sec$`)
	xferTime       = regexp.MustCompile(`^\d+ 127`)
)

// normalLines takes out what differs from one run to the next: date, process,
// seconds and rate, each of which must be there as it should.
func normalLines(t *testing.T, text string) []string {
	t.Helper()
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		date := logDatePattern.FindString(line)
		if date == "" {
			t.Errorf("no date: %s", line)
		}
		line = logPidPattern.ReplaceAllString(line[len(date):], "[pid N] ")
		line = logRatePattern.ReplaceAllString(line, ", RATE")
		lines = append(lines, xferTime.ReplaceAllString(line, "N 127"))
	}
	return lines
}

// loggedOptions are the settings of both servers, as lines of vsftpd.conf(5).
func loggedOptions(dir string, more ...string) []string {
	banned := filepath.Join(dir, "banned")
	return append([]string{
		"dual_log_enable=YES", "xferlog_file=" + filepath.Join(dir, "xferlog"), "vsftpd_log_file=" + filepath.Join(dir, "vsftpd.log"),
		"deny_email_enable=YES", "banned_email_file=" + banned, "deny_file=*.deny",
	}, more...)
}

// loggedVsftpd starts the real one.
func loggedVsftpd(t *testing.T, more ...string) loggedServer {
	t.Helper()
	dir := logFolder(t)
	s := peers.Vsftpd(t, peers.Config{Root: logRoot(t), Write: true, Options: loggedOptions(dir, more...)})
	return loggedServer{addr: s.Addr, logs: dir, skip: len(readLog(t, filepath.Join(dir, "vsftpd.log"))), stop: s.Stop}
}

// loggedFerry starts ours in this process, with the anonymous under the name
// that vsftpd's log has for them.
func loggedFerry(t *testing.T, anonymous string, more ...string) loggedServer {
	t.Helper()
	dir := logFolder(t)
	lines := append(loggedOptions(dir, more...),
		"ftp_username="+anonymous, "anon_root="+logRoot(t), "write_enable=YES", "anon_upload_enable=YES",
		"anon_mkdir_write_enable=YES", "anon_other_write_enable=YES", "anon_umask=022", "delay_failed_login=0",
	)
	cfg, err := config.Parse(config.Source{Name: "test", Text: []byte(strings.Join(lines, "\n") + "\n")})
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(t.Context(), Options{
		Settings: cfg.Settings,
		Listen:   []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
		Log:      slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.Serve() }()
	stop := sync.OnceFunc(func() {
		if err := d.Shutdown(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return loggedServer{addr: d.Status().Control[0].String(), logs: dir, stop: stop}
}

// logFolder is a folder for logs with a list of passwords in it.
func logFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "banned"), []byte("bad@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// logRoot is a folder to serve, with a file.
func logRoot(t *testing.T) string {
	t.Helper()
	root := peers.NewRoot(t)
	file := filepath.Join(root, "a file.txt")
	if err := os.WriteFile(file, []byte("hello world\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o644); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return root
}

// speaker is a small client, which says exactly what it is told to.
type speaker struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func speakTo(t *testing.T, addr string) (*speaker, ftp.Reply) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	s := &speaker{t, conn, bufio.NewReader(conn)}
	return s, s.reply()
}

func (s *speaker) reply() ftp.Reply {
	s.t.Helper()
	var parser ftp.ReplyParser
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			s.t.Fatalf("reading a reply: %v", err)
		}
		r, done, err := parser.Line(strings.TrimRight(line, "\r\n"))
		if err != nil {
			s.t.Fatal(err)
		}
		if done {
			return r
		}
	}
}

func (s *speaker) send(line string) {
	s.t.Helper()
	if _, err := io.WriteString(s.conn, line+"\r\n"); err != nil {
		s.t.Fatal(err)
	}
}

func (s *speaker) do(lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		s.send(line)
		s.reply()
	}
}

// move makes a transfer by EPSV; data is what an upload sends.
func (s *speaker) move(command, data string) {
	s.t.Helper()
	s.send("EPSV")
	r := s.reply()
	_, rest, _ := strings.Cut(r.Text(), "|||")
	port, _, ok := strings.Cut(rest, "|")
	if !ok {
		s.t.Fatalf("EPSV: %v", r)
	}
	host, _, err := net.SplitHostPort(s.conn.RemoteAddr().String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.send(command)
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 30*time.Second)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if !s.reply().Code.Preliminary() {
		return
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		s.t.Fatal(err)
	}
	if data != "" {
		_, err = io.WriteString(conn, data)
	} else if strings.HasPrefix(command, "RETR") {
		_, err = io.Copy(io.Discard, conn)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	_ = conn.Close()
	s.reply()
}

// quit ends the session and waits until the server has.
func (s *speaker) quit() {
	s.t.Helper()
	s.do("QUIT")
	if _, err := io.Copy(io.Discard, s.in); err != nil {
		s.t.Fatal(err)
	}
}

// logActions does everything that vsftpd logs, and some things that it does not.
// None of them turns on the rights of the user that the server runs as.
func logActions(t *testing.T, addr string) {
	s, _ := speakTo(t, addr)
	s.do("USER bob", "PASS secret", "USER ftp", "PASS bad@example.org", "USER anonymous", "PASS me@example.org x", "TYPE I")
	s.move("RETR /a file.txt", "")
	s.move("RETR nothing", "")
	s.move("RETR incoming", "")
	s.do("REST 6")
	s.move("RETR a file.txt", "")
	s.do("RETR no data connection", "CWD incoming")
	s.move("STOR up %n.txt", "four")
	s.move("STOR up %n.txt", "other")
	s.move("APPE up %n.txt", "more")
	s.move("STOR empty", "")
	s.move("STOU unique", "x")
	s.move("STOR no/such/folder", "")
	s.move("STOR x.deny", "")
	s.move("RETR x.deny", "")
	s.move("LIST", "")
	s.do(
		"MKD new dir", "MKD new dir", "XMKD x", "RMD new dir", "RMD new dir", "XRMD x", "MKD x.deny",
		"DELE empty", "DELE empty", "DELE x.deny", "RMD x.deny",
		"RNFR unique", "RNTO other name", "RNFR unique", "RNFR x.deny", "RNFR other name", "RNTO /no/such", "RNTO z", "RNFR other name", "RNTO y.deny",
		"SITE CHMOD 600 unique", "SIZE other name", "MDTM other name", "BOGUS", "NOOP", "CWD nowhere",
	)
	port := "PORT " + ftp.FormatHostPort(deafPort(t))
	s.do(port, "RETR /a file.txt", port, "STOR deaf")
	s.quit()
	s, _ = speakTo(t, addr)
	s.do("USER ftp", "PASS")
	s.quit()
}

// deafPort is where nobody listens.
func deafPort(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return netip.MustParseAddrPort(l.Addr().String())
}

// TestLogsAreVsftpds compares both logs, line by line, with those of the real
// vsftpd after the same session, and a session of curl.
func TestLogsAreVsftpds(t *testing.T) {
	peers.NeedConfined(t)
	curl := peers.Need(t, peers.NameCurl)
	run := func(s loggedServer) (vsftpdLog, xferlog []string) {
		logActions(t, s.addr)
		curlActions(t, curl, s.addr)
		return s.read(t)
	}
	wantLog, wantXfer := run(loggedVsftpd(t))
	gotLog, gotXfer := run(loggedFerry(t, anonymousIn(t, wantLog)))
	sameLines(t, "vsftpd_log_file", gotLog, wantLog)
	sameLines(t, "xferlog_file", gotXfer, wantXfer)
	if len(wantLog) < 30 || len(wantXfer) < 10 {
		t.Errorf("only %d and %d lines", len(wantLog), len(wantXfer))
	}
}

// sameLines compares what ferry logged with what vsftpd did.
func sameLines(t *testing.T, log string, ferry, vsftpd []string) {
	t.Helper()
	for i := range max(len(ferry), len(vsftpd)) {
		var got, want string
		if i < len(ferry) {
			got = ferry[i]
		}
		if i < len(vsftpd) {
			want = vsftpd[i]
		}
		if got != want {
			t.Errorf("%s differs at line %d\nferry:  %s\nvsftpd: %s\n\nall of ferry's:\n%s\n\nall of vsftpd's:\n%s",
				log, i, got, want, strings.Join(ferry, "\n"), strings.Join(vsftpd, "\n"))
			return
		}
	}
}

// curlActions makes transfers in both modes with curl.
func curlActions(t *testing.T, curl, addr string) {
	upload := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(upload, []byte(strings.Repeat("0123456789", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--disable-eprt", "-P", "127.0.0.1", "ftp://" + addr + "/a%20file.txt"},
		{"-T", upload, "ftp://" + addr + "/incoming/"},
		{"-u", "ftp:me@example.org", "ftp://" + addr + "/incoming/upload", "-Q", "-DELE /incoming/upload"},
	} {
		args = append([]string{"-sS", "--max-time", "60", "-o", os.DevNull}, args...)
		if out, err := exec.CommandContext(t.Context(), curl, args...).CombinedOutput(); err != nil {
			t.Fatalf("curl %q: %v\n%s", args, err, out)
		}
	}
}

// anonymousIn is the name that the anonymous have in a log.
func anonymousIn(t *testing.T, lines []string) string {
	t.Helper()
	for _, line := range lines {
		if _, rest, ok := strings.Cut(line, "] ["); ok {
			if name, _, ok := strings.Cut(rest, "] OK LOGIN: "); ok {
				return name
			}
		}
	}
	t.Fatalf("no login in %q", lines)
	return ""
}

// TestProtocolLogIsVsftpds compares the lines that log_ftp_protocol adds. The
// replies may have words of their own, so that their code counts.
func TestProtocolLogIsVsftpds(t *testing.T) {
	peers.NeedConfined(t)
	words := regexp.MustCompile(`(FTP response: Client "[^"]*", "\d{3}).*"$`)
	run := func(s loggedServer) []string {
		c, _ := speakTo(t, s.addr)
		c.do("PWD", "USER bob", "PASS secret", "USER ftp", "PASS bad@example.org", "NOOP", "USER anonymous", "PASS me@example.org",
			"PWD", "TYPE I", "CWD incoming", "MKD a b", "RMD a b", "DELE nothing")
		c.quit()
		lines, _ := s.read(t)
		var protocol []string
		for _, line := range lines {
			if strings.Contains(line, "FTP ") {
				protocol = append(protocol, words.ReplaceAllString(line, `$1"`))
			}
		}
		return protocol
	}
	server := loggedVsftpd(t, "log_ftp_protocol=YES")
	want := run(server)
	all, _ := server.read(t)
	got := run(loggedFerry(t, anonymousIn(t, all), "log_ftp_protocol=YES"))
	sameLines(t, "vsftpd_log_file", got, want)
}

// TestRefusedConnectionsInTheLog has both servers turn connections away.
func TestRefusedConnectionsInTheLog(t *testing.T) {
	peers.NeedConfined(t)
	const refused = `CONNECT: Client "127.0.0.1", "Connection refused: too many sessions`
	for option, line := range map[string]string{
		"max_per_ip=1":  "[pid N] " + refused + ` for this address."`,
		"max_clients=1": "[pid N] " + refused + `."`,
	} {
		for name, s := range map[string]loggedServer{
			"vsftpd": loggedVsftpd(t, option),
			"ferry":  loggedFerry(t, "ftp", option),
		} {
			// A connection of before may not be forgotten yet; in the end one is
			// let in, and the next is not.
			c, greeting := speakTo(t, s.addr)
			for greeting.Code != ftp.CodeReady {
				c, greeting = speakTo(t, s.addr)
			}
			if _, again := speakTo(t, s.addr); again.Code != ftp.CodeTooManySessions {
				t.Errorf("%s %s: second connection got %v", name, option, again)
			}
			c.quit()
			s.stop()
			lines, _ := s.read(t)
			if !strings.Contains(strings.Join(lines, "\n")+"\n", line+"\n") {
				t.Errorf("%s %s: no line %s in\n%s", name, option, line, strings.Join(lines, "\n"))
			}
		}
	}
}

// TestHostileNamesInTheLogs uploads a file with such a name to ferry, whose logs
// have a line for it, and that line alone.
func TestHostileNamesInTheLogs(t *testing.T) {
	s := loggedFerry(t, "ftp", "log_ftp_protocol=YES")
	c, _ := speakTo(t, s.addr)
	const name = "x\"] OK LOGIN: Client \"192.0.2.1\" \xff%n\x1b[31m\u202e照片"
	c.do("USER "+name, "USER ftp", "PASS "+name)
	c.move("STOR incoming/"+name, "data")
	c.quit()
	log, xfer := s.read(t)
	for _, line := range append(log, xfer...) {
		checkHarmless(t, line)
		if strings.Contains(line, `Client "192.0.2.1"`) && !strings.Contains(line, "127.0.0.1 4 /incoming/") {
			t.Errorf("a name became a field: %s", line)
		}
	}
	upload := `[pid N] [ftp] OK UPLOAD: Client "127.0.0.1", "/incoming/` + wire.Escape(name) + `", 4 bytes, RATE`
	if !strings.Contains(strings.Join(log, "\n")+"\n", upload+"\n") {
		t.Errorf("no line %s in\n%s", upload, strings.Join(log, "\n"))
	}
	field := string(appendField(nil, name))
	if want := "N 127.0.0.1 4 /incoming/" + field + " b _ i a " + field + " ftp 0 * c"; len(xfer) != 1 || xfer[0] != want {
		t.Errorf("xferlog is %q, want %s", xfer, want)
	}
}
