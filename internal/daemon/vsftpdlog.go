package daemon

import (
	"strconv"
	"strings"
	"time"

	"ferry/internal/wire"
)

// logDate is the date of vsftpd's logs: local time, whatever use_localtime says,
// as that is about listings.
const logDate = "Mon Jan _2 15:04:05 2006"

// vsftpdLog is vsftpd_log_file: a line for each session, login, transfer, change
// of the tree and, if log_ftp_protocol is set, line of the control connection.
type vsftpdLog struct{ file *logFile }

func (l vsftpdLog) write(e *logEntry) {
	line := e.when.AppendFormat(make([]byte, 0, 160), logDate)
	line = append(line, " [pid "...)
	line = strconv.AppendUint(line, e.session, 10)
	line = append(line, "] "...)
	l.file.writeLine(appendVsftpd(line, e))
}

// appendVsftpd appends an entry in vsftpd's own format, without date and process
// number, for which the session's stands in a file. Where a name has characters
// that do not print, a quote or a backslash, vsftpd writes a question mark or
// the character itself; here it is \xNN, so that the name can be told and none
// can look like other fields. Names in UTF-8 stay as they are.
func appendVsftpd(b []byte, e *logEntry) []byte {
	if e.user != "" {
		b = append(b, '[')
		// The one field that ends with a bracket.
		b = append(b, strings.ReplaceAll(wire.Escape(e.user), "]", `\x5d`)...)
		b = append(b, "] "...)
	}
	switch e.what {
	case actConnect, actCommand, actResponse:
	default:
		if e.ok {
			b = append(b, "OK "...)
		} else {
			b = append(b, "FAIL "...)
		}
	}
	b = append(b, vsftpdWord[e.what]...)
	b = append(b, `: Client "`...)
	b = e.client.AppendTo(b)
	b = append(b, '"')
	if e.what == actLogin && e.ok && e.anonymous {
		b = append(b, `, anon password "`...)
		b = append(b, wire.Escape(anonIdent(e.ident))...)
		b = append(b, '"')
	}
	if e.text != "" {
		b = append(b, `, "`...)
		if e.what == actResponse {
			b = append(b, replyText(e.text)...)
		} else {
			b = append(b, wire.Escape(e.text)...)
		}
		b = append(b, '"')
	}
	if e.what == actDownload || e.what == actUpload {
		if e.bytes > 0 {
			b = append(b, ", "...)
			b = strconv.AppendInt(b, e.bytes, 10)
			b = append(b, " bytes"...)
		}
		b = append(b, ", "...)
		b = strconv.AppendFloat(b, kbyteRate(e.bytes, e.elapsed), 'f', 2, 64)
		b = append(b, "Kbyte/sec"...)
	}
	return b
}

// vsftpdWord names the actions.
var vsftpdWord = [...]string{
	actConnect: "CONNECT", actLogin: "LOGIN", actDownload: "DOWNLOAD", actUpload: "UPLOAD",
	actMkdir: "MKDIR", actRmdir: "RMDIR", actDelete: "DELETE", actRename: "RENAME", actChmod: "CHMOD",
	actCommand: "FTP command", actResponse: "FTP response",
}

// anonIdent is the password of an anonymous user as vsftpd notes it.
func anonIdent(password string) string {
	if password == "" {
		return "?"
	}
	return strings.ReplaceAll(password, " ", "_")
}

// replyText is a reply for the log. The quotes of a 257 are its syntax, and
// doubled where they belong to the pathname (RFC 959, appendix II): they stay.
func replyText(text string) string {
	if !strings.HasPrefix(text, "257 ") {
		return wire.Escape(text)
	}
	parts := strings.Split(text, `"`)
	for i, part := range parts {
		parts[i] = wire.Escape(part)
	}
	return strings.Join(parts, `"`)
}

// kbyteRate is KiB in a second. No time at all counts as a tenth of a second.
func kbyteRate(bytes int64, elapsed time.Duration) float64 {
	if elapsed <= 0 {
		elapsed = 100 * time.Millisecond
	}
	return float64(bytes) / elapsed.Seconds() / 1024
}
