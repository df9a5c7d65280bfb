package daemon

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/account"
	"ferry/internal/account/sqlstore"
	"ferry/internal/wire"
	"ferry/vfs"
)

// forgeries are names with which other servers were made to write lines, run
// commands or change tables (CVE-2026-42167, CVE-2026-44331, CVE-2024-52309).
var forgeries = []string{
	"a\nMon Nov  9 00:00:00 2026 [pid 1] [root] OK LOGIN: Client \"127.0.0.1\"", "a\r\n230 Login successful.", "\x1b[2J\x1b]0;owned\a", "a\x00b", "a\x7f\x80\xff",
	`a" level=ERROR msg="forged`, `a","user":"root`, `a] OK LOGIN: Client "1.2.3.4", "`, "a b c d ftp 0 * c", "%s%s%n%d", "${jndi:ldap://x/y}", "{{.}}", "$(id)", "`id`", "; rm -rf /", "| id",
	"' OR '1'='1", "'; DROP TABLE users; --", `" OR ""="`, "a' UNION SELECT name, password_hash FROM users --", "anna'--", "anna\x00", "anna/*", "anna%", "_nna", "ANNA", "anna ", " anna", "\u202egnp.exe", "\u2028line", "\u0085next", strings.Repeat("x", 4000),
	"<script>alert(1)</script>", "../../etc/passwd", "=cmd|' /C calc'!A0",
}

// What a client calls itself and its files ends up in logs of every form, and in
// the database of users: none of it makes a line, a field or a statement.
func TestBadInputInjection(t *testing.T) {
	t.Run("logs in vsftpd's forms", func(t *testing.T) {
		for _, name := range forgeries {
			forms := map[string]string{}
			for _, what := range []logAction{actLogin, actDownload, actUpload, actMkdir, actRename, actChmod, actCommand, actResponse} {
				e := anEntry(what, true, name, func(e *logEntry) { e.ident, e.user = name, name })
				forms["vsftpd "+vsftpdWord[what]] = string(appendVsftpd(nil, e))
				if what == actDownload || what == actUpload {
					line := string(appendXfer(nil, e))
					forms["xferlog "+vsftpdWord[what]] = line
					if fields := strings.Fields(line); len(fields) != 18 {
						t.Errorf("%q makes %d fields in xferlog: %s", name, len(fields), line)
					}
				}
			}
			for form, line := range forms {
				if i := strings.IndexFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x202e }); i >= 0 {
					t.Errorf("%s of %q has a control character at %d: %q", form, name, i, line)
				}
			}
			user, _, _ := strings.Cut(strings.TrimPrefix(forms["vsftpd LOGIN"], "["), "] ")
			if strings.ContainsAny(user, "]\n") || strings.Contains(name, "] OK") && user != strings.ReplaceAll(wire.Escape(name), "]", `\x5d`) {
				t.Errorf("%q ends the field of the user: %s", name, forms["vsftpd LOGIN"])
			}
		}
	})
	t.Run("the event log", func(t *testing.T) {
		for _, name := range forgeries {
			var text, js bytes.Buffer
			for _, h := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&js, nil)} {
				l := eventLog{slog.New(h)}
				info := ftpserver.SessionInfo{ID: 1, Peer: peerAddr, Local: localAddr, Start: time.Now(), User: name, Anonymous: true, Ident: name}
				l.login(info, ftpserver.LoginInfo{User: name, OK: true, Ident: name})
				l.login(info, ftpserver.LoginInfo{User: name, Err: &os.PathError{Op: "x", Path: name, Err: vfs.ErrNotExist}})
				l.transfer(info, ftpserver.TransferInfo{Verb: "RETR", Path: name, Err: &os.PathError{Op: "open", Path: name, Err: vfs.ErrNotExist}})
				l.command(info, ftpserver.CommandInfo{Command: ftp.Command{Verb: "MKD", Arg: name}, Path: name, Reply: ftp.Replyf(ftp.CodePathname, "ok")}, new(traced))
				l.command(info, ftpserver.CommandInfo{Command: ftp.Command{Verb: "RNTO", Arg: name}, Path: name, Path2: name, Reply: ftp.Replyf(ftp.CodeFileActionOK, "ok")}, new(traced))
				l.line(info, ftpserver.Line{Text: "USER " + name})
				l.sessionEnd(info, ftpserver.SessionEnd{Cause: ftp.CauseProtocol, Err: &os.PathError{Op: "read", Path: name, Err: vfs.ErrNotExist}})
			}
			const lines = 7
			if n := strings.Count(text.String(), "\n"); n != lines {
				t.Errorf("%q makes %d lines of text:\n%s", name, n, text.String())
			}
			for line := range strings.Lines(text.String()) {
				if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x202e }) {
					t.Errorf("%q leaves a control character: %q", name, line)
				}
				if strings.Count(line, " level=") != 1 && !strings.Contains(line, `\" level=`) {
					t.Errorf("%q forges a field: %s", name, line)
				}
			}
			n := 0
			for line := range strings.Lines(js.String()) {
				n++
				var fields map[string]any
				if err := json.Unmarshal([]byte(line), &fields); err != nil {
					t.Errorf("%q: %v in %s", name, err, line)
				}
				if user, ok := fields["user"].(string); ok && user == "root" {
					t.Errorf("%q forges a field: %s", name, line)
				}
			}
			if n != lines {
				t.Errorf("%q makes %d lines of JSON", name, n)
			}
		}
	})
	t.Run("the database of users", func(t *testing.T) {
		file := database(t, &account.User{Name: "anna"})
		store, err := sqlstore.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Close() }()
		for _, name := range forgeries {
			if u, err := account.Authenticate(t.Context(), store, name, "secret"); err == nil {
				t.Errorf("%q is let in as %q", name, u.Name)
			}
			if !strings.Contains(name, "'") {
				continue // each try costs what a password costs
			}
			if u, err := account.Authenticate(t.Context(), store, "anna", name); err == nil {
				t.Errorf("anna is let in with the password %q: %v", name, u.Name)
			}
		}
		if _, err := account.Authenticate(t.Context(), store, "anna", "secret"); err != nil {
			t.Errorf("anna is no longer let in: %v", err)
		}
	})
	t.Run("through a whole server", func(t *testing.T) {
		dir, root := t.TempDir(), t.TempDir()
		s := writable(t, root)
		s.XferlogEnable, s.DualLogEnable, s.LogFTPProtocol = true, true, true
		s.XferlogFile, s.VsftpdLogFile = filepath.Join(dir, "xferlog"), filepath.Join(dir, "vsftpd.log")
		p := probeServer(t, Options{Settings: s}, vfs.PermAll)("anonymous")
		sent := 0
		for _, name := range forgeries {
			if strings.ContainsAny(name, "\r\n\x00/") || len(name) > 255 {
				continue
			}
			name = strings.ReplaceAll(name, "\xff", "\xff\xff")
			for _, line := range []string{"STOR " + name, "RETR " + name, "MKD x" + name, "DELE " + name, "RMD x" + name} {
				if code, all := p.do(line); code[0] != '2' {
					t.Errorf("%s: %s", line, all)
				}
			}
			sent++
		}
		xfer, err := os.ReadFile(s.XferlogFile)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(xfer, []byte("\n")); n != 2*sent {
			t.Errorf("%d lines in xferlog, want %d", n, 2*sent)
		}
		text, err := os.ReadFile(s.VsftpdLogFile)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(text) {
			if !bytes.Contains(line, []byte(" [pid ")) || bytes.Contains(line, []byte("[root]")) || bytes.ContainsFunc(bytes.TrimSuffix(line, []byte("\n")), func(r rune) bool { return r < ' ' }) {
				t.Errorf("in vsftpd.log: %q", line)
			}
		}
	})
}
