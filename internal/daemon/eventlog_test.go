package daemon

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/dtp"
	"ferry/vfs"
)

// eventLines is a log at level Debug, without the time.
func eventLines(t *testing.T) (*ftpserver.Trace, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	handler := slog.NewTextHandler(&out, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})
	return (&tracer{events: eventLog{slog.New(handler)}}).trace(true), &out
}

func TestEvents(t *testing.T) {
	const who = "session=7 peer=192.0.2.7:40000 "
	const ftpWho = who + "user=ftp "
	foreign := &ftp.Error{
		Reply: ftp.Replyf(ftp.CodeIllegalPort, "Illegal PORT command."),
		Cause: &dtp.Error{
			Cause:    ftp.CausePortAddressForeign,
			Expected: netip.MustParseAddrPort("192.0.2.7:0"), Seen: netip.MustParseAddrPort("198.51.100.9:5000"),
		},
	}
	refused := &dtp.Error{Cause: ftp.CauseActiveRefused, Expected: netip.MustParseAddrPort("192.0.2.7:5000"), Err: errors.New("connection refused")}
	download := ftpserver.TransferInfo{
		Verb: "RETR", Path: "/a b", Mode: ftpserver.Passive, Data: netip.MustParseAddrPort("192.0.2.1:50000"),
		Bytes: 3000, Elapsed: 1500 * time.Millisecond, Reply: ftp.Replyf(ftp.CodeTransferOK, "Transfer complete."),
	}
	private := download
	private.Private = true
	secure := nobodyYet
	secure.User, secure.TLS = "anna", tls.VersionTLS13
	failed := download
	failed.Verb, failed.Direction, failed.Mode, failed.Offset = "STOR", ftpserver.Upload, ftpserver.Active, 100
	failed.Reply, failed.Cause, failed.Err = ftp.Replyf(ftp.CodeNoDataConn, "No."), refused.Cause, refused
	elsewhere := download
	elsewhere.Verb, elsewhere.Direction, elsewhere.Elapsed = "LIST", ftpserver.Listing, 0
	elsewhere.Note = &dtp.Error{Cause: ftp.CauseActiveSourcePortPriv, Expected: netip.MustParseAddrPort("192.0.2.1:20")}
	rename := command("RNTO /b", "/a", nil)
	rename.Path2 = "/b"

	tests := []struct {
		name string
		do   func(tr *ftpserver.Trace)
		want string
	}{
		{
			"start", func(tr *ftpserver.Trace) { tr.SessionStart(nobodyYet) },
			`level=DEBUG msg="session start" ` + who + "local=192.0.2.1:21",
		},
		{
			"login", func(tr *ftpserver.Trace) {
				tr.Login(anonymous, ftpserver.LoginInfo{User: "ftp", OK: true, Ident: "me@x"})
			},
			"level=INFO msg=login " + ftpWho + "ident=me@x",
		},
		{
			"login by certificate", func(tr *ftpserver.Trace) {
				tr.Login(secure, ftpserver.LoginInfo{User: "anna", OK: true, Certified: true})
			},
			"level=INFO msg=login " + who + "user=anna tls=1.3 by=certificate",
		},
		{
			"private download", func(tr *ftpserver.Trace) { tr.Transfer(secure, private) },
			"level=INFO msg=download " + who + `user=anna verb=RETR path="/a b" bytes=3000 seconds=1.5 rate=2000 mode=passive data=192.0.2.1:50000 reply=226 tls=1.3 prot=P`,
		},
		{
			"download in clear under TLS", func(tr *ftpserver.Trace) { tr.Transfer(secure, download) },
			"level=INFO msg=download " + who + `user=anna verb=RETR path="/a b" bytes=3000 seconds=1.5 rate=2000 mode=passive data=192.0.2.1:50000 reply=226 tls=1.3 prot=C`,
		},
		{
			"private download after CCC", func(tr *ftpserver.Trace) { tr.Transfer(anonymous, private) },
			"level=INFO msg=download " + ftpWho + `verb=RETR path="/a b" bytes=3000 seconds=1.5 rate=2000 mode=passive data=192.0.2.1:50000 reply=226 prot=P`,
		},
		{
			"login refused", func(tr *ftpserver.Trace) {
				tr.Login(nobodyYet, ftpserver.LoginInfo{User: "bob", Err: errors.New("wrong password")})
			},
			`level=WARN msg="login refused" ` + who + `user=bob err="wrong password"`,
		},
		{
			"download", func(tr *ftpserver.Trace) { tr.Transfer(anonymous, download) },
			"level=INFO msg=download " + ftpWho + `verb=RETR path="/a b" bytes=3000 seconds=1.5 rate=2000 mode=passive data=192.0.2.1:50000 reply=226`,
		},
		{
			"failed upload", func(tr *ftpserver.Trace) { tr.Transfer(anonymous, failed) },
			`level=WARN msg="upload failed" ` + ftpWho + `verb=STOR path="/a b" bytes=3000 seconds=1.5 rate=2000 offset=100 mode=active data=192.0.2.1:50000 reply=425` +
				` cause=active-refused advice="nothing listens there, or the client's firewall rejects it: use passive mode" expected=192.0.2.7:5000` +
				` err="data connection: active-refused, expected 192.0.2.7:5000: connection refused"`,
		},
		{
			"listing from another port", func(tr *ftpserver.Trace) { tr.Transfer(anonymous, elsewhere) },
			`level=WARN msg="data connection not as configured" ` + ftpWho + `verb=LIST cause=active-source-port-privilege` +
				` advice="start as root or with CAP_NET_BIND_SERVICE, or set connect_from_port_20=NO" expected=192.0.2.1:20` +
				` err="data connection: active-source-port-privilege, expected 192.0.2.1:20"` + "\n" +
				"level=INFO msg=listing " + ftpWho + `verb=LIST path="/a b" bytes=3000 seconds=0 mode=passive data=192.0.2.1:50000 reply=226`,
		},
		{
			"PORT elsewhere", func(tr *ftpserver.Trace) {
				tr.Command(anonymous, ftpserver.CommandInfo{Command: ftp.ParseCommand("PORT 198,51,100,9,19,136"), Reply: foreign.Reply, Err: foreign})
			},
			`level=WARN msg="data connection refused" ` + ftpWho + `verb=PORT arg=198,51,100,9,19,136 reply=500 cause=port-address-foreign` +
				` advice="use passive mode; the server's port_promiscuous=YES allows it, and lets the server be used to attack others (RFC 2577)"` +
				` expected=192.0.2.7 seen=198.51.100.9:5000 err="500 Illegal PORT command.: data connection: port-address-foreign, expected 192.0.2.7, seen 198.51.100.9:5000"`,
		},
		{
			"delete", func(tr *ftpserver.Trace) { tr.Command(anonymous, command("DELE f", "/f", nil)) },
			"level=INFO msg=delete " + ftpWho + "verb=DELE path=/f",
		},
		{
			"rename", func(tr *ftpserver.Trace) {
				tr.Command(anonymous, command("RNFR a", "/a", nil))
				tr.Command(anonymous, rename)
			},
			"level=INFO msg=rename " + ftpWho + "verb=RNTO path=/a to=/b",
		},
		{
			"mkdir", func(tr *ftpserver.Trace) { tr.Command(anonymous, command("XMKD d", "/d", nil)) },
			"level=INFO msg=mkdir " + ftpWho + "verb=XMKD path=/d",
		},
		{
			"rmdir", func(tr *ftpserver.Trace) { tr.Command(anonymous, command("RMD d", "/d", nil)) },
			"level=INFO msg=rmdir " + ftpWho + "verb=RMD path=/d",
		},
		{
			"chmod", func(tr *ftpserver.Trace) { tr.Command(anonymous, command("SITE CHMOD 644 f", "/f", nil)) },
			"level=INFO msg=chmod " + ftpWho + `verb="SITE CHMOD" path=/f perm=644`,
		},
		{
			"other commands", func(tr *ftpserver.Trace) { tr.Command(anonymous, command("CWD d", "/d", nil)) },
			"",
		},
		{
			"failed command", func(tr *ftpserver.Trace) { tr.Command(anonymous, command("DELE f", "/f", vfs.ErrNotExist)) },
			`level=DEBUG msg="command failed" ` + ftpWho + `verb=DELE path=/f reply=550 err="` + vfs.ErrNotExist.Error() + `"`,
		},
		{
			"stranger while somebody waits", func(tr *ftpserver.Trace) {
				tr.Stranger(ftpserver.StrangerInfo{Port: netip.MustParseAddrPort("192.0.2.1:50000"), Peer: peerAddr, Waiting: 1})
			},
			`level=WARN msg="stranger on a passive port" peer=192.0.2.7:40000 port=192.0.2.1:50000 waiting=1 cause=passive-peer-mismatch` +
				` advice="the client's connections leave by different addresses: fix the routing, or set pasv_promiscuous=YES"`,
		},
		{
			"stranger while nobody waits", func(tr *ftpserver.Trace) {
				tr.Stranger(ftpserver.StrangerInfo{Port: netip.MustParseAddrPort("192.0.2.1:50000"), Peer: peerAddr})
			},
			`level=DEBUG msg="stranger on a passive port" peer=192.0.2.7:40000 port=192.0.2.1:50000 waiting=0`,
		},
		{
			"refused", func(tr *ftpserver.Trace) {
				tr.Refused(ftpserver.RefusedInfo{Peer: peerAddr, Cause: ftp.CauseTooManySessions, Reply: ftp.Replyf(ftp.CodeTooManySessions, "Too many.")})
			},
			`level=WARN msg="connection refused" peer=192.0.2.7:40000 reply="421 Too many." cause=too-many-sessions` +
				` advice="end other sessions, or raise the limit"`,
		},
		{
			"lines", func(tr *ftpserver.Trace) {
				tr.Line(nobodyYet, ftpserver.Line{Text: "PASS <password>"})
				tr.Line(anonymous, ftpserver.Line{Sent: true, Text: `257 "/" is the current directory`})
			},
			`level=INFO msg="<-- PASS <password>" session=7 peer=192.0.2.7:40000` + "\n" +
				`level=INFO msg="--> 257 \"/\" is the current directory" session=7 peer=192.0.2.7:40000 user=ftp`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tr, out := eventLines(t)
			tt.do(tr)
			if got := strings.TrimSpace(out.String()); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestSessionEndLevels checks who hears of an end.
func TestSessionEndLevels(t *testing.T) {
	for _, tt := range []struct {
		end  ftpserver.SessionEnd
		want string
	}{
		{ftpserver.SessionEnd{}, "level=DEBUG "},
		{ftpserver.SessionEnd{Cause: ftp.CauseIdle}, "level=INFO "},
	} {
		tr, out := eventLines(t)
		tr.SessionEnd(anonymous, tt.end)
		got := out.String()
		if !strings.HasPrefix(got, tt.want) || strings.Contains(got, "cause="+string(tt.end.Cause)) != (tt.end.Cause != "") {
			t.Errorf("%q: got %s, want %s", tt.end.Cause, got, tt.want)
		}
	}
}

// TestEventsAreSaidOnce checks that what has a line as a transfer or a login has
// no second one as a command.
func TestEventsAreSaidOnce(t *testing.T) {
	tr, out := eventLines(t)
	tr.SessionStart(nobodyYet)
	out.Reset()
	no := errors.New("no")
	tr.Login(nobodyYet, ftpserver.LoginInfo{User: "bob", Err: no})
	tr.Command(nobodyYet, command("PASS <password>", "", no))
	cut := &dtp.Error{Cause: ftp.CauseDataReset}
	tr.Transfer(anonymous, ftpserver.TransferInfo{Verb: "RETR", Path: "/f", Err: cut, Cause: cut.Cause})
	tr.Command(anonymous, command("RETR f", "/f", cut))
	if n := strings.Count(out.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want 2:\n%s", n, out)
	}
	tr.Command(anonymous, command("RETR f", "/f", vfs.ErrNotExist))
	if !strings.Contains(out.String(), "command failed") {
		t.Errorf("the next command is silent:\n%s", out)
	}
}

func TestLogText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"/pub/a b", "/pub/a b"},
		{"/照片/Grüße", "/照片/Grüße"},
		{`/a"b\c=d%n`, `/a"b\c=d%n`},
		{"/a\nb\\", `/a\x0ab\x5c`},
		{"/\xff\x1b[31m", `/\xff\x1b[31m`},
		{"/a\u202eb\u2028", `/a\xe2\x80\xaeb\xe2\x80\xa8`},
	} {
		if got := logText(tt.in); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.in, got, tt.want)
		}
	}
}

// TestHostileNamesInEvents lets a client choose everything that it can, with
// both handlers of log/slog.
func TestHostileNamesInEvents(t *testing.T) {
	info := anonymous
	info.User, info.Ident = hostile, hostile
	bad := errors.New("open " + hostile)
	rename := command("RNTO x", hostile, nil)
	rename.Path2 = hostile
	var out bytes.Buffer
	for name, handler := range map[string]slog.Handler{
		"text": slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}),
		"json": slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}),
	} {
		out.Reset()
		tr := (&tracer{events: eventLog{slog.New(handler)}}).trace(true)
		said := 0
		for _, event := range []func(){
			func() { tr.Login(info, ftpserver.LoginInfo{User: hostile, OK: true, Ident: hostile}) },
			func() { tr.Login(info, ftpserver.LoginInfo{User: hostile, Err: bad}) },
			func() { tr.Transfer(info, ftpserver.TransferInfo{Verb: "RETR", Path: hostile, Err: bad}) },
			func() { tr.Command(info, command(hostile+" "+hostile, "", bad)) },
			func() { tr.Command(info, command("DELE x", hostile, bad)) },
			func() { tr.Command(info, command("MFF UNIX.mode="+hostile, hostile, nil)) },
			func() { tr.Command(info, rename) },
			func() { tr.Line(info, ftpserver.Line{Text: hostile}) },
			func() { tr.Line(info, ftpserver.Line{Sent: true, Text: hostile}) },
			func() {
				tr.Refused(ftpserver.RefusedInfo{Peer: peerAddr, Reply: ftp.Replyf(ftp.CodeClosing, "%s", hostile)})
			},
			func() { tr.SessionEnd(info, ftpserver.SessionEnd{Cause: ftp.CauseControlLost, Err: bad}) },
		} {
			event()
			said++
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(lines) != said {
			t.Errorf("%s: %d lines for %d events:\n%s", name, len(lines), said, out.String())
		}
		for _, line := range lines {
			checkHarmless(t, line)
			if name != "json" {
				continue
			}
			fields := make(map[string]any)
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if path, ok := fields["path"]; ok && path != logText(hostile) {
				t.Errorf("path is %v, want %s", path, logText(hostile))
			}
		}
	}
}
