package interop_test

import (
	"encoding/json"
	"strings"

	"ferry/ftp"
)

// logLine is a line of the server's log.
type logLine struct {
	Msg     string    `json:"msg"`
	Session int       `json:"session"`
	Verb    string    `json:"verb"`
	Path    string    `json:"path"`
	Reply   int       `json:"reply"`
	Cause   ftp.Cause `json:"cause"`
	Err     string    `json:"err"`
	TLS     string    `json:"tls"`
	Prot    string    `json:"prot"`
}

// sessionEnd is the message of the last line of a session.
const sessionEnd = "session end"

// notResumed says that the line is of a transfer that was refused because its
// data connection did not resume the session.
func (l logLine) notResumed() bool {
	return l.Reply == int(ftp.CodeDataTLS) && l.Cause == ftp.CauseTLSNotResumed
}

// transfersIn picks the lines of the transfers in the folder, and says whether
// their sessions are over.
func transfersIn(log, dir string) (lines []logLine, over bool) {
	open := make(map[int]bool)
	ended := make(map[int]bool)
	for text := range strings.Lines(log) {
		var l logLine
		if json.Unmarshal([]byte(text), &l) != nil {
			continue // the line that is being written, or no line of the log
		}
		name := strings.TrimPrefix(l.Path, "/")
		switch {
		case l.Msg == sessionEnd:
			ended[l.Session] = true
		case l.Reply != 0 && (name == dir || strings.HasPrefix(name, dir+"/")):
			lines = append(lines, l)
			open[l.Session] = true
		}
	}
	for session := range open {
		if !ended[session] {
			return lines, false
		}
	}
	return lines, true
}
