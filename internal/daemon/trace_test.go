package daemon

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/config"
	"ferry/vfs"
)

// memoryLog keeps lines in vsftpd's format.
type memoryLog struct{ lines []string }

func (m *memoryLog) write(e *logEntry) { m.lines = append(m.lines, string(appendVsftpd(nil, e))) }

func (m *memoryLog) take() string {
	text := strings.Join(m.lines, "\n")
	m.lines = nil
	return text
}

var (
	peerAddr  = netip.MustParseAddrPort("192.0.2.7:40000")
	localAddr = netip.MustParseAddrPort("192.0.2.1:21")
	nobodyYet = ftpserver.SessionInfo{ID: 7, Peer: peerAddr, Local: localAddr, Start: logTime}
	anonymous = ftpserver.SessionInfo{ID: 7, Peer: peerAddr, Local: localAddr, Start: logTime, User: "ftp", Anonymous: true, Ident: "me@x"}
)

// command is a command line with its outcome.
func command(line, path string, err error) ftpserver.CommandInfo {
	c := ftpserver.CommandInfo{Command: ftp.ParseCommand(line), Path: path, Reply: ftp.Replyf(ftp.CodeFileActionOK, "Ok."), Err: err}
	if err != nil {
		c.Reply = ftp.Replyf(ftp.CodeDenied, "No.")
	}
	return c
}

func TestRecordedCommands(t *testing.T) {
	renamed := command("RNTO b", "/a", nil)
	renamed.Path2 = "/b"
	noSuch := &fs.PathError{Op: "open", Path: "/f", Err: vfs.ErrNotExist}
	tests := []struct {
		name     string
		commands []ftpserver.CommandInfo
		want     []string // after the client
	}{
		{"mkdir", []ftpserver.CommandInfo{command("MKD d", "/d", nil), command("XMKD d", "/d", fs.ErrExist)}, []string{`OK MKDIR "/d"`, `FAIL MKDIR "/d"`}},
		{"rmdir", []ftpserver.CommandInfo{command("RMD d", "/d", nil), command("XRMD d", "/d", fs.ErrNotExist)}, []string{`OK RMDIR "/d"`, `FAIL RMDIR "/d"`}},
		{"delete", []ftpserver.CommandInfo{command("DELE f", "/f", nil)}, []string{`OK DELETE "/f"`}},
		{"chmod", []ftpserver.CommandInfo{command("SITE chmod 644 my f", "/my f", nil)}, []string{`OK CHMOD "/my f 644"`}},
		{"chmod as a fact", []ftpserver.CommandInfo{command("MFF Modify=20260101000000;unix.MODE=600; f", "/f", nil)}, []string{`OK CHMOD "/f 600"`}},
		{"facts without a mode", []ftpserver.CommandInfo{command("MFF Modify=20260101000000; f", "/f", nil)}, nil},
		{"rename", []ftpserver.CommandInfo{command("RNFR a", "/a", nil), renamed}, []string{`OK RENAME "/a /b"`}},
		{"rename of nothing", []ftpserver.CommandInfo{command("RNFR a", "/a", noSuch)}, []string{`FAIL RENAME "/a"`}},
		{"rename to nowhere", []ftpserver.CommandInfo{command("RNFR a", "/a", nil), command("RNTO x/b", "/x/b", noSuch)}, []string{`FAIL RENAME "/a /x/b"`}},
		{"RNTO alone", []ftpserver.CommandInfo{command("RNTO b", "", fs.ErrInvalid)}, nil},
		{"RNTO twice", []ftpserver.CommandInfo{command("RNFR a", "/a", nil), renamed, command("RNTO c", "", fs.ErrInvalid)}, []string{`OK RENAME "/a /b"`}},
		{"denied by its name", []ftpserver.CommandInfo{command("DELE f", "", vfs.ErrPermission)}, nil},
		{"download of nothing", []ftpserver.CommandInfo{command("RETR f", "/f", noSuch)}, []string{`FAIL DOWNLOAD "/f", 0.00Kbyte/sec`}},
		{"download of a directory", []ftpserver.CommandInfo{command("RETR d", "/d", vfs.ErrIsDir), command("RETR p", "/p", vfs.ErrNotRegular)}, nil},
		{"upload denied", []ftpserver.CommandInfo{command("STOU", "/STOU", vfs.ErrPermission), command("APPE d", "/d", vfs.ErrIsDir)}, []string{`FAIL UPLOAD "/STOU", 0.00Kbyte/sec`, `FAIL UPLOAD "/d", 0.00Kbyte/sec`}},
		{"others", []ftpserver.CommandInfo{command("CWD d", "/d", nil), command("SIZE f", "/f", noSuch), command("SITE UMASK 22", "", nil)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			memory := new(memoryLog)
			r := recorder{logs: []entryLog{memory}, now: time.Now}
			st := new(traced)
			for _, c := range tt.commands {
				r.command(anonymous, c, st)
			}
			var want []string
			for _, w := range tt.want {
				result, rest, _ := strings.Cut(w, ` "`)
				want = append(want, `[ftp] `+result+`: Client "192.0.2.7", "`+rest)
			}
			if got := memory.take(); got != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
			}
		})
	}
}

// TestTracedSession plays a session as the server reports it.
func TestTracedSession(t *testing.T) {
	memory := new(memoryLog)
	tr := (&tracer{
		events:  eventLog{slog.New(slog.DiscardHandler)},
		records: recorder{logs: []entryLog{memory}, now: time.Now},
	}).trace(true)
	says := func(info ftpserver.SessionInfo, sent bool, text string) {
		tr.Line(info, ftpserver.Line{Sent: sent, Text: text})
	}
	expect := func(want string) {
		t.Helper()
		if got := memory.take(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}

	tr.SessionStart(nobodyYet)
	says(nobodyYet, true, "220 ready")
	expect(`CONNECT: Client "192.0.2.7"` + "\n" + `FTP response: Client "192.0.2.7", "220 ready"`)

	// A name is refused before a password is asked for: no line of a login.
	refusal := ftp.Errorf(ftp.CodeLoginFailed, "This FTP server is anonymous only.")
	says(nobodyYet, false, "USER bob")
	tr.Login(nobodyYet, ftpserver.LoginInfo{User: "bob", Err: refusal})
	says(nobodyYet, true, refusal.Reply.String())
	tr.Command(nobodyYet, ftpserver.CommandInfo{Command: ftp.ParseCommand("USER bob"), Reply: refusal.Reply, Err: refusal})
	expect(`FTP command: Client "192.0.2.7", "USER bob"` + "\n" +
		`[bob] FTP response: Client "192.0.2.7", "530 This FTP server is anonymous only."`)

	// The same refusal at PASS is a failed login.
	says(nobodyYet, false, "USER eve")
	tr.Command(nobodyYet, command("USER eve", "", nil))
	says(nobodyYet, false, "PASS <password>")
	tr.Login(nobodyYet, ftpserver.LoginInfo{User: "eve", Err: refusal})
	tr.Command(nobodyYet, ftpserver.CommandInfo{Command: ftp.ParseCommand("PASS <password>"), Reply: refusal.Reply, Err: refusal})
	says(nobodyYet, false, "NOOP")
	expect(`FTP command: Client "192.0.2.7", "USER eve"` + "\n" +
		`[eve] FTP command: Client "192.0.2.7", "PASS <password>"` + "\n" +
		`[eve] FAIL LOGIN: Client "192.0.2.7"` + "\n" +
		`FTP command: Client "192.0.2.7", "NOOP"`)

	// So is any other error, wherever it comes.
	tr.Login(nobodyYet, ftpserver.LoginInfo{User: "mallory", Err: errors.New("wrong password")})
	tr.Login(anonymous, ftpserver.LoginInfo{User: "ftp", OK: true, Ident: "me@x"})
	expect(`[mallory] FAIL LOGIN: Client "192.0.2.7"` + "\n" +
		`[ftp] OK LOGIN: Client "192.0.2.7", anon password "me@x"`)

	// A transfer that fails is one line, though its command fails too; the next
	// command is itself again.
	broken := errors.New("broken")
	tr.Transfer(anonymous, ftpserver.TransferInfo{Verb: "RETR", Path: "/f", Bytes: 1024, Elapsed: time.Second, Err: broken})
	tr.Command(anonymous, command("RETR f", "/f", broken))
	tr.Transfer(anonymous, ftpserver.TransferInfo{Verb: "LIST", Path: "/", Direction: ftpserver.Listing, Bytes: 10})
	tr.Command(anonymous, command("LIST", "/", nil))
	tr.Transfer(anonymous, ftpserver.TransferInfo{Verb: "STOR", Path: "/u", Direction: ftpserver.Upload, Bytes: 2048, Elapsed: time.Second})
	tr.Command(anonymous, command("STOR u", "/u", nil))
	tr.Command(anonymous, command("RETR g", "/g", broken))
	expect(`[ftp] FAIL DOWNLOAD: Client "192.0.2.7", "/f", 1024 bytes, 1.00Kbyte/sec` + "\n" +
		`[ftp] OK UPLOAD: Client "192.0.2.7", "/u", 2048 bytes, 2.00Kbyte/sec` + "\n" +
		`[ftp] FAIL DOWNLOAD: Client "192.0.2.7", "/g", 0.00Kbyte/sec`)

	tr.SessionEnd(anonymous, ftpserver.SessionEnd{})
	tr.Refused(ftpserver.RefusedInfo{Peer: peerAddr, Reply: ftp.Replyf(ftp.CodeClosing, "The server is stopping, please try later.")})
	expect(`CONNECT: Client "192.0.2.7", "Connection refused: The server is stopping, please try later."`)
}

// TestTracedSessionsAreForgotten looks for what stays when a session has ended.
func TestTracedSessionsAreForgotten(t *testing.T) {
	tr := &tracer{events: eventLog{slog.New(slog.DiscardHandler)}}
	tr.sessionStart(nobodyYet)
	tr.sessionEnd(nobodyYet, ftpserver.SessionEnd{})
	tr.command(nobodyYet, command("NOOP", "", nil))
	for id := range tr.sessions.Range {
		t.Errorf("session %v is still known", id)
	}
}

func TestWhichLogsAreOpened(t *testing.T) {
	tests := []struct {
		on   string
		want string // the files, x and v
	}{
		{"", ""},
		{"xferlog_enable", "v"},
		{"xferlog_enable xferlog_std_format", "x"},
		{"xferlog_std_format", ""},
		{"log_ftp_protocol", ""},
		{"dual_log_enable", "xv"},
		{"dual_log_enable xferlog_std_format", "xv"},
		{"dual_log_enable xferlog_enable xferlog_std_format", "xv"},
	}
	for _, tt := range tests {
		t.Run(tt.on, func(t *testing.T) {
			dir := t.TempDir()
			s := config.Defaults()
			s.XferlogFile, s.VsftpdLogFile = filepath.Join(dir, "x"), filepath.Join(dir, "v")
			for name := range strings.FieldsSeq(tt.on) {
				*map[string]*bool{
					"xferlog_enable": &s.XferlogEnable, "xferlog_std_format": &s.XferlogStdFormat,
					"dual_log_enable": &s.DualLogEnable, "log_ftp_protocol": &s.LogFTPProtocol,
				}[name] = true
			}
			d := &Daemon{open: os.OpenFile, opts: Options{Settings: s, Log: slog.New(slog.DiscardHandler)}}
			defer d.release()
			tr, err := d.trace()
			if err != nil {
				t.Fatal(err)
			}
			if (tr.Line != nil) != s.LogFTPProtocol {
				t.Errorf("lines are asked for: %v", tr.Line != nil)
			}
			got := ""
			for _, name := range []string{"x", "v"} {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					got += name
				}
			}
			if got != tt.want || len(d.logs) != len(tt.want) {
				t.Errorf("files %q and %d logs, want %q", got, len(d.logs), tt.want)
			}
		})
	}
}

// TestSyslogReplacesTheFile checks the choice alone: there may be no system log
// where the test runs.
func TestSyslogReplacesTheFile(t *testing.T) {
	s := config.Defaults()
	s.XferlogEnable, s.DualLogEnable, s.SyslogEnable = true, true, true
	if wantsVsftpdLog(&s) || !wantsXferlog(&s) {
		t.Errorf("vsftpd_log_file %v, xferlog_file %v; want the latter alone", wantsVsftpdLog(&s), wantsXferlog(&s))
	}
}

func TestLogThatCannotBeOpened(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none", "log")
	for option, set := range map[string]func(*config.Settings){
		"xferlog_file":    func(s *config.Settings) { s.XferlogStdFormat, s.XferlogFile = true, none },
		"vsftpd_log_file": func(s *config.Settings) { s.VsftpdLogFile = none },
	} {
		s := config.Defaults()
		s.XferlogEnable = true
		set(&s)
		d := &Daemon{open: os.OpenFile, opts: Options{Settings: s, Log: slog.New(slog.DiscardHandler)}}
		_, err := d.trace()
		log, _, _ := strings.Cut(option, "_")
		want := "500 OOPS: failed to open " + log + " log file:" + none + " (" + option + ")"
		if err == nil || !strings.HasPrefix(err.Error(), want) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want %s", option, err, want)
		}
	}
}
