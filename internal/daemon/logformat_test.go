package daemon

import (
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// logTime is when everything in these tests happens. The day has one digit, to
// see that it is padded.
var logTime = time.Date(2026, time.November, 7, 3, 41, 17, 0, time.UTC)

// anEntry is an entry of an anonymous session, as changed by with.
func anEntry(what logAction, ok bool, text string, with ...func(*logEntry)) *logEntry {
	e := &logEntry{
		when: logTime, session: 2, client: netip.MustParseAddr("127.0.0.1"),
		user: "ftp", anonymous: true, ident: "me@example.org", what: what, ok: ok, text: text,
	}
	for _, f := range with {
		f(e)
	}
	return e
}

func moved(bytes int64, elapsed time.Duration) func(*logEntry) {
	return func(e *logEntry) { e.bytes, e.elapsed = bytes, elapsed }
}

func local(name string) func(*logEntry) {
	return func(e *logEntry) { e.user, e.anonymous, e.ident = name, false, "" }
}

// formats are entries and their lines, in vsftpd's own format without date and
// session and in that of wu-ftpd ("" where it has none). The lines of vsftpd
// 3.0.3 are the same, but for the names that it spoils.
var formats = []struct {
	name   string
	entry  *logEntry
	vsftpd string
	xfer   string
}{
	{
		"connect", anEntry(actConnect, true, "", local("")),
		`CONNECT: Client "127.0.0.1"`, "",
	},
	{
		"connection refused", anEntry(actConnect, false, "Connection refused: too many sessions.", local("")),
		`CONNECT: Client "127.0.0.1", "Connection refused: too many sessions."`, "",
	},
	{
		"anonymous login", anEntry(actLogin, true, ""),
		`[ftp] OK LOGIN: Client "127.0.0.1", anon password "me@example.org"`, "",
	},
	{
		"anonymous login without password", anEntry(actLogin, true, "", func(e *logEntry) { e.ident = "" }),
		`[ftp] OK LOGIN: Client "127.0.0.1", anon password "?"`, "",
	},
	{
		"anonymous password with a space", anEntry(actLogin, true, "", func(e *logEntry) { e.ident = "a b" }),
		`[ftp] OK LOGIN: Client "127.0.0.1", anon password "a_b"`, "",
	},
	{
		"local login", anEntry(actLogin, true, "", local("bob")),
		`[bob] OK LOGIN: Client "127.0.0.1"`, "",
	},
	{
		"failed login", anEntry(actLogin, false, "", local("bob")),
		`[bob] FAIL LOGIN: Client "127.0.0.1"`, "",
	},
	{
		"download", anEntry(actDownload, true, "/a b.txt", moved(1234, 100*time.Millisecond)),
		`[ftp] OK DOWNLOAD: Client "127.0.0.1", "/a b.txt", 1234 bytes, 12.05Kbyte/sec`,
		"1 127.0.0.1 1234 /a_b.txt b _ o a me@example.org ftp 0 * c",
	},
	{
		"download in no time", anEntry(actDownload, true, "/f", moved(1024, 0)),
		`[ftp] OK DOWNLOAD: Client "127.0.0.1", "/f", 1024 bytes, 10.00Kbyte/sec`,
		"1 127.0.0.1 1024 /f b _ o a me@example.org ftp 0 * c",
	},
	{
		"download of nothing", anEntry(actDownload, false, "/nope"),
		`[ftp] FAIL DOWNLOAD: Client "127.0.0.1", "/nope", 0.00Kbyte/sec`,
		"1 127.0.0.1 0 /nope b _ o a me@example.org ftp 0 * i",
	},
	{
		"long ascii upload by a user", anEntry(actUpload, true, "/home/f", moved(5<<30, 2500*time.Millisecond), local("bob"), func(e *logEntry) { e.ascii = true }),
		`[bob] OK UPLOAD: Client "127.0.0.1", "/home/f", 5368709120 bytes, 2097152.00Kbyte/sec`,
		"2 127.0.0.1 5368709120 /home/f a _ i r bob ftp 0 * c",
	},
	{
		"broken upload", anEntry(actUpload, false, "/f", moved(5, 250*time.Millisecond)),
		`[ftp] FAIL UPLOAD: Client "127.0.0.1", "/f", 5 bytes, 0.02Kbyte/sec`,
		"1 127.0.0.1 5 /f b _ i a me@example.org ftp 0 * i",
	},
	{
		"upload over IPv6", anEntry(actUpload, true, "/f", func(e *logEntry) { e.client = netip.MustParseAddr("2001:db8::1"); e.ident = "" }),
		`[ftp] OK UPLOAD: Client "2001:db8::1", "/f", 0.00Kbyte/sec`,
		"1 2001:db8::1 0 /f b _ i a ? ftp 0 * c",
	},
	{"mkdir", anEntry(actMkdir, true, "/d"), `[ftp] OK MKDIR: Client "127.0.0.1", "/d"`, ""},
	{"rmdir", anEntry(actRmdir, false, "/d"), `[ftp] FAIL RMDIR: Client "127.0.0.1", "/d"`, ""},
	{"delete", anEntry(actDelete, true, "/f"), `[ftp] OK DELETE: Client "127.0.0.1", "/f"`, ""},
	{"rename", anEntry(actRename, true, "/f /g h"), `[ftp] OK RENAME: Client "127.0.0.1", "/f /g h"`, ""},
	{"chmod", anEntry(actChmod, true, "/f 644", local("bob")), `[bob] OK CHMOD: Client "127.0.0.1", "/f 644"`, ""},
	{
		"command", anEntry(actCommand, true, "PASS <password>"),
		`[ftp] FTP command: Client "127.0.0.1", "PASS <password>"`, "",
	},
	{
		"reply", anEntry(actResponse, true, "220 ready", local("")),
		`FTP response: Client "127.0.0.1", "220 ready"`, "",
	},
	{
		"reply to PWD", anEntry(actResponse, true, "257 \"/a\"\"b\x01\" is the current directory"),
		`[ftp] FTP response: Client "127.0.0.1", "257 "/a""b\x01" is the current directory"`, "",
	},
	{
		"reply with a quote", anEntry(actResponse, true, `150 Opening x] FAIL LOGIN: Client "192.0.2.1"`),
		`[ftp] FTP response: Client "127.0.0.1", "150 Opening x] FAIL LOGIN: Client \x22192.0.2.1\x22"`, "",
	},
	{
		"Chinese", anEntry(actUpload, true, "/照片/春 节.jpg"),
		`[ftp] OK UPLOAD: Client "127.0.0.1", "/照片/春 节.jpg", 0.00Kbyte/sec`,
		"1 127.0.0.1 0 /照片/春_节.jpg b _ i a me@example.org ftp 0 * c",
	},
	{
		"hostile name", anEntry(actUpload, true, hostile),
		`[ftp] OK UPLOAD: Client "127.0.0.1", "/x\x0aSat [pid 1] [root] OK LOGIN: Client \x22192.0.2.1\x22\x0d\xff%n%s\x1b[31m\xe2\x80\xae\x5c\x00\xc2\x9bx", 0.00Kbyte/sec`,
		`1 127.0.0.1 0 /x?Sat_[pid_1]_[root]_OK_LOGIN:_Client_"192.0.2.1"??%n%s?[31m???\???x b _ i a me@example.org ftp 0 * c`,
	},
	{
		"hostile user", anEntry(actLogin, false, "", local("x] OK LOGIN: Client \"192.0.2.1\"\n")),
		`[x\x5d OK LOGIN: Client \x22192.0.2.1\x22\x0a] FAIL LOGIN: Client "127.0.0.1"`, "",
	},
	{
		"hostile ident", anEntry(actDownload, true, "/f", func(e *logEntry) { e.ident = "me ftp 0 * i\n\xff" }),
		`[ftp] OK DOWNLOAD: Client "127.0.0.1", "/f", 0.00Kbyte/sec`,
		"1 127.0.0.1 0 /f b _ o a me_ftp_0_*_i?? ftp 0 * c",
	},
	{
		"hostile user of a transfer", anEntry(actDownload, true, "/f", local("a b\n")),
		`[a b\x0a] OK DOWNLOAD: Client "127.0.0.1", "/f", 0.00Kbyte/sec`,
		"1 127.0.0.1 0 /f b _ o r a_b? ftp 0 * c",
	},
}

// hostile is a name that tries to be a line of its own, other fields, a format,
// and colours and directions of a terminal.
const hostile = "/x\nSat [pid 1] [root] OK LOGIN: Client \"192.0.2.1\"\r\xff%n%s\x1b[31m\u202e\\\x00\u009bx"

func TestVsftpdFormat(t *testing.T) {
	for _, tt := range formats {
		t.Run(tt.name, func(t *testing.T) {
			got := string(appendVsftpd(nil, tt.entry))
			if got != tt.vsftpd {
				t.Errorf("got  %s\nwant %s", got, tt.vsftpd)
			}
			checkHarmless(t, got)
		})
	}
}

func TestXferFormat(t *testing.T) {
	for _, tt := range formats {
		if tt.xfer == "" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			got := string(appendXfer(nil, tt.entry))
			if want := "Sat Nov  7 03:41:17 2026 " + tt.xfer; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			checkHarmless(t, got)
			// The date has five words, and is padded with a space.
			if n := len(strings.Fields(got)); n != 18 {
				t.Errorf("%d fields, xferlog(5) has 18: %s", n, got)
			}
		})
	}
}

// checkHarmless checks that a line is one, and shows as what it is.
func checkHarmless(t *testing.T, line string) {
	t.Helper()
	if !utf8.ValidString(line) {
		t.Errorf("not UTF-8: %q", line)
	}
	if i := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("a character that does not print, at %d: %q", i, line)
	}
}

func TestLogDateIsLocal(t *testing.T) {
	e := anEntry(actConnect, true, "")
	e.when = logTime.In(time.FixedZone("JST", 9*60*60))
	if got := string(appendXfer(nil, e)); !strings.HasPrefix(got, "Sat Nov  7 12:41:17 2026 ") {
		t.Errorf("got %s, want the clock of the time's zone", got)
	}
	if zone := (&recorder{now: time.Now}).now().Location(); zone != time.Local {
		t.Errorf("entries have the time of %v, want local", zone)
	}
}

func FuzzLogFormats(f *testing.F) {
	f.Add("/f", "ftp", "me@example.org")
	f.Add(hostile, "a] \"", "\x00 \xff")
	f.Fuzz(func(t *testing.T, text, user, ident string) {
		for what := actConnect; what <= actResponse; what++ {
			for _, anonymous := range []bool{false, true} {
				e := anEntry(what, true, text)
				e.user, e.ident, e.anonymous = user, ident, anonymous
				checkHarmless(t, string(appendVsftpd(nil, e)))
				if what != actDownload && what != actUpload {
					continue
				}
				line := string(appendXfer(nil, e))
				checkHarmless(t, line)
				if n := len(strings.Fields(line)); n != 18 {
					t.Errorf("%d fields, want 18: %q", n, line)
				}
			}
		}
	})
}
