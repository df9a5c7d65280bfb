package daemon

import (
	"errors"
	"net/netip"
	"strings"
	"time"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/vfs"
)

// logAction is what an entry is about.
type logAction uint8

// The actions that vsftpd logs. actNone is none of them.
const (
	actNone logAction = iota
	actConnect
	actLogin
	actDownload
	actUpload
	actMkdir
	actRmdir
	actDelete
	actRename
	actChmod
	actCommand  // a line from the client
	actResponse // a reply
)

// logEntry is one line of a log of vsftpd's, before it has a format.
type logEntry struct {
	when    time.Time
	session uint64
	client  netip.Addr
	// user is who has logged in, or who asks to; "" if nobody has yet.
	user      string
	anonymous bool
	// ident is the password of an anonymous user.
	ident string
	what  logAction
	ok    bool
	// text is the pathname, the two of a rename, pathname and mode of a chmod,
	// the line, or why a connection was refused. "" is left out.
	text string
	// bytes, elapsed and ascii are about transfers.
	bytes   int64
	elapsed time.Duration
	ascii   bool
}

// entryLog is a log of entries. It chooses those that belong to it.
type entryLog interface{ write(e *logEntry) }

// recorder makes entries of what happens: the same ones as vsftpd does, and none
// where vsftpd makes none. With no log it does nothing.
type recorder struct {
	logs []entryLog
	now  func() time.Time
}

func (r *recorder) write(e *logEntry) {
	for _, l := range r.logs {
		l.write(e)
	}
}

// entry begins an entry about a session.
func (r *recorder) entry(info ftpserver.SessionInfo, what logAction, ok bool, text string) *logEntry {
	return &logEntry{
		when: r.now(), session: info.ID, client: info.Peer.Addr(),
		user: info.User, anonymous: info.Anonymous, ident: info.Ident,
		what: what, ok: ok, text: text,
	}
}

func (r *recorder) sessionStart(info ftpserver.SessionInfo) {
	if len(r.logs) > 0 {
		r.write(r.entry(info, actConnect, true, ""))
	}
}

// refused records a connection that never became a session, in vsftpd's words
// where they are known.
func (r *recorder) refused(i ftpserver.RefusedInfo) {
	if len(r.logs) == 0 {
		return
	}
	why := i.Reply.Text()
	switch {
	case strings.Contains(why, "too many connected users"):
		why = "too many sessions."
	case strings.Contains(why, "too many connections from your"):
		why = "too many sessions for this address."
	}
	r.write(r.entry(ftpserver.SessionInfo{Peer: i.Peer}, actConnect, false, "Connection refused: "+why))
}

// login records a decided login. A name that is refused before a password was
// asked for makes no entry; whether that is so, the command will tell.
func (r *recorder) login(info ftpserver.SessionInfo, l ftpserver.LoginInfo, st *traced) {
	if len(r.logs) == 0 {
		return
	}
	e := r.entry(info, actLogin, l.OK, "")
	e.user = l.User
	if _, reply := errors.AsType[*ftp.Error](l.Err); reply {
		st.refused = e
		return
	}
	r.write(e)
}

func (r *recorder) transfer(info ftpserver.SessionInfo, t ftpserver.TransferInfo) {
	if len(r.logs) == 0 || t.Direction == ftpserver.Listing {
		return
	}
	what := actDownload
	if t.Direction == ftpserver.Upload {
		what = actUpload
	}
	e := r.entry(info, what, t.Err == nil, t.Path)
	e.bytes, e.elapsed, e.ascii = t.Bytes, t.Elapsed, t.Type == ftp.TypeASCII
	r.write(e)
}

func (r *recorder) command(info ftpserver.SessionInfo, c ftpserver.CommandInfo, st *traced) {
	if len(r.logs) == 0 {
		return
	}
	if st.refused != nil && c.Command.Verb != "USER" {
		r.write(st.refused)
	}
	ok := succeeded(c)
	what, mode := actionOf(c.Command)
	var text string
	switch what {
	case actDownload, actUpload:
		if st.transferred || ok || isNoFile(c) {
			return
		}
		text = c.Path
	case actRename:
		if text = renameText(c, ok, st); text == "" {
			return
		}
	case actChmod:
		text = c.Path + " " + mode
	default:
		text = c.Path
	}
	// Without a pathname the command did not get as far as vsftpd begins an
	// entry at: it was denied by its name, or had no argument.
	if what != actNone && c.Path != "" {
		r.write(r.entry(info, what, ok, text))
	}
}

// isNoFile reports that a directory or the like was asked for as a file, which
// makes no entry.
func isNoFile(c ftpserver.CommandInfo) bool {
	return c.Command.Verb == "RETR" && (errors.Is(c.Err, vfs.ErrIsDir) || errors.Is(c.Err, vfs.ErrNotRegular))
}

// renameText is the pathnames of a rename, or "" if the command is no end of
// one.
func renameText(c ftpserver.CommandInfo, ok bool, st *traced) string {
	if c.Command.Verb == "RNFR" {
		st.renameFrom = ""
		if ok {
			st.renameFrom = c.Path
			return ""
		}
		return c.Path
	}
	from := st.renameFrom
	st.renameFrom = ""
	switch {
	case ok:
		return c.Path + " " + c.Path2
	case from == "" || c.Path == "":
		return ""
	}
	return from + " " + c.Path
}

// line records a line of the control connection. Before a login the entry has
// the name that was asked for.
func (r *recorder) line(info ftpserver.SessionInfo, l ftpserver.Line, st *traced) {
	if len(r.logs) == 0 {
		return
	}
	what := actCommand
	if l.Sent {
		what = actResponse
	}
	e := r.entry(info, what, true, l.Text)
	if info.User == "" {
		e.user = st.asked
		if cmd := ftp.ParseCommand(l.Text); !l.Sent && cmd.Verb == "USER" {
			e.user, st.asked = "", cmd.Arg
		}
	}
	r.write(e)
}

// succeeded reports that a command did what it was to do.
func succeeded(c ftpserver.CommandInfo) bool {
	return c.Err == nil && !c.Reply.Code.Negative()
}

// actionOf is what a command does to files, and with which mode if it is a
// chmod.
func actionOf(c ftp.Command) (what logAction, mode string) {
	if c.Verb == "SITE" {
		c = c.Sub()
	}
	switch c.Verb {
	case "RETR":
		return actDownload, ""
	case "STOR", "APPE", "STOU":
		return actUpload, ""
	case "MKD", "XMKD":
		return actMkdir, ""
	case "RMD", "XRMD":
		return actRmdir, ""
	case "DELE":
		return actDelete, ""
	case "RNFR", "RNTO":
		return actRename, ""
	case "SITE CHMOD":
		mode, _, _ = strings.Cut(c.Arg, " ")
		return actChmod, mode
	case "MFF": // draft-somers-ftp-mfxx §5: one of the facts is the mode
		facts, _, _ := strings.Cut(c.Arg, " ")
		for fact := range strings.SplitSeq(facts, ";") {
			if name, mode, ok := strings.Cut(fact, "="); ok && strings.EqualFold(name, "UNIX.mode") {
				return actChmod, mode
			}
		}
	}
	return actNone, ""
}
