package daemon

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// xferLog is xferlog_file: a line for each transfer of a file in the format of
// wu-ftpd (xferlog(5)).
type xferLog struct{ file *logFile }

func (l xferLog) write(e *logEntry) {
	if e.what == actDownload || e.what == actUpload {
		l.file.writeLine(appendXfer(make([]byte, 0, 160), e))
	}
}

// appendXfer appends an entry in the format of wu-ftpd: date, seconds, client,
// bytes, pathname, type, special action, direction, access mode, identity,
// service, authentication method and user, completion.
func appendXfer(b []byte, e *logEntry) []byte {
	b = e.when.AppendFormat(b, logDate)
	b = append(b, ' ')
	b = strconv.AppendInt(b, max(int64(e.elapsed/time.Second), 1), 10)
	b = append(b, ' ')
	b = e.client.AppendTo(b)
	b = append(b, ' ')
	b = strconv.AppendInt(b, e.bytes, 10)
	b = append(b, ' ')
	b = appendField(b, e.text)
	if e.ascii {
		b = append(b, " a _ "...)
	} else {
		b = append(b, " b _ "...)
	}
	if e.what == actUpload {
		b = append(b, "i "...)
	} else {
		b = append(b, "o "...)
	}
	if e.anonymous {
		b = append(b, "a "...)
		b = appendField(b, e.ident)
	} else {
		b = append(b, "r "...)
		b = appendField(b, e.user)
	}
	b = append(b, " ftp 0 * "...)
	if e.ok {
		return append(b, 'c')
	}
	return append(b, 'i')
}

// appendField appends what a client chose as one field between spaces: a space
// becomes "_", and each byte of what does not print "?", as vsftpd has it. Text
// in UTF-8, of which vsftpd leaves question marks, stays. An empty field would
// shift the others, and is "?".
func appendField(b []byte, s string) []byte {
	if s == "" {
		return append(b, '?')
	}
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == ' ':
			b = append(b, '_')
		case r == utf8.RuneError && size == 1, !unicode.IsPrint(r):
			for range size {
				b = append(b, '?')
			}
		default:
			b = append(b, s[:size]...)
		}
		s = s[size:]
	}
	return b
}
