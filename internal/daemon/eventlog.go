package daemon

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"ferry/ftp"
	"ferry/ftpserver"
	"ferry/internal/dtp"
	"ferry/internal/wire"
)

// eventLog tells Options.Log what happens. What a client chose goes through
// logText first.
type eventLog struct{ log *slog.Logger }

// session logs something about a session. The attributes that say whose it is
// come first.
func (l eventLog) session(level slog.Level, info ftpserver.SessionInfo, message string, attrs ...slog.Attr) {
	who := make([]slog.Attr, 0, 3+len(attrs))
	who = append(who, slog.Uint64("session", info.ID), slog.String("peer", info.Peer.String()))
	if info.User != "" {
		who = append(who, slog.String("user", logText(info.User)))
	}
	l.log.LogAttrs(context.Background(), level, message, append(who, attrs...)...)
}

// on reports whether a level is logged, before anything is made for it.
func (l eventLog) on(level slog.Level) bool { return l.log.Enabled(context.Background(), level) }

func (l eventLog) sessionStart(info ftpserver.SessionInfo) {
	if l.on(slog.LevelDebug) {
		l.session(slog.LevelDebug, info, "session start", slog.String("local", info.Local.String()))
	}
}

func (l eventLog) sessionEnd(info ftpserver.SessionInfo, end ftpserver.SessionEnd) {
	level := slog.LevelDebug
	if end.Cause != "" {
		level = slog.LevelInfo
	}
	if !l.on(level) {
		return
	}
	attrs := []slog.Attr{secondsAttr(time.Since(info.Start))}
	if end.Cause != "" {
		attrs = append(attrs, slog.String("cause", string(end.Cause)))
	}
	l.session(level, info, "session end", appendErr(attrs, end.Err)...)
}

func (l eventLog) login(info ftpserver.SessionInfo, login ftpserver.LoginInfo) {
	if !login.OK {
		l.session(slog.LevelWarn, info, "login refused",
			appendErr([]slog.Attr{slog.String("user", logText(login.User))}, login.Err)...)
		return
	}
	attrs := appendTLS(nil, info)
	if info.Anonymous {
		attrs = append(attrs, slog.String("ident", logText(login.Ident)))
	}
	if login.Certified {
		attrs = append(attrs, slog.String("by", "certificate"))
	}
	l.session(slog.LevelInfo, info, "login", attrs...)
}

func (l eventLog) transfer(info ftpserver.SessionInfo, t ftpserver.TransferInfo) {
	if t.Note != nil {
		l.session(slog.LevelWarn, info, "data connection not as configured",
			appendCause([]slog.Attr{slog.String("verb", string(t.Verb))}, t.Note)...)
	}
	level, message := slog.LevelInfo, t.Direction.String()
	if t.Err != nil {
		level, message = slog.LevelWarn, message+" failed"
	}
	if !l.on(level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("verb", string(t.Verb)), slog.String("path", logText(t.Path)),
		slog.Int64("bytes", t.Bytes), secondsAttr(t.Elapsed),
	}
	if t.Elapsed > 0 {
		attrs = append(attrs, slog.Int64("rate", int64(float64(t.Bytes)/t.Elapsed.Seconds())))
	}
	if t.Offset > 0 {
		attrs = append(attrs, slog.Int64("offset", t.Offset))
	}
	attrs = append(attrs, slog.String("mode", t.Mode.String()), slog.String("data", t.Data.String()),
		slog.Int("reply", int(t.Reply.Code)))
	attrs = appendProt(appendTLS(attrs, info), info, t)
	l.session(level, info, message, appendCause(attrs, t.Err)...)
}

// changes are the messages about changes of the tree.
var changes = map[logAction]string{
	actMkdir: "mkdir", actRmdir: "rmdir", actDelete: "delete", actRename: "rename", actChmod: "chmod",
}

func (l eventLog) command(info ftpserver.SessionInfo, c ftpserver.CommandInfo, st *traced) {
	if st.transferred || st.decided {
		return // it has its line
	}
	if succeeded(c) {
		l.change(info, c)
		return
	}
	attrs := []slog.Attr{slog.String("verb", logText(string(c.Command.Verb)))}
	switch {
	case c.Path != "":
		attrs = append(attrs, slog.String("path", logText(c.Path)))
	case c.Command.Arg != "":
		attrs = append(attrs, slog.String("arg", logText(c.Command.Arg)))
	}
	attrs = append(attrs, slog.Int("reply", int(c.Reply.Code)))
	if dtp.CauseOf(c.Err) != "" {
		l.session(slog.LevelWarn, info, "data connection refused", appendCause(attrs, c.Err)...)
		return
	}
	if l.on(slog.LevelDebug) {
		l.session(slog.LevelDebug, info, "command failed", appendErr(attrs, c.Err)...)
	}
}

// change logs a command that has changed the tree.
func (l eventLog) change(info ftpserver.SessionInfo, c ftpserver.CommandInfo) {
	what, mode := actionOf(c.Command)
	message, ok := changes[what]
	if !ok || c.Command.Verb == "RNFR" || !l.on(slog.LevelInfo) {
		return
	}
	verb := c.Command.Verb
	if verb == "SITE" {
		verb = c.Command.Sub().Verb
	}
	attrs := []slog.Attr{slog.String("verb", string(verb)), slog.String("path", logText(c.Path))}
	if c.Path2 != "" {
		attrs = append(attrs, slog.String("to", logText(c.Path2)))
	}
	if mode != "" {
		attrs = append(attrs, slog.String("perm", logText(mode)))
	}
	l.session(slog.LevelInfo, info, message, attrs...)
}

// line logs a line of the control connection, with the arrow from the server's
// side.
func (l eventLog) line(info ftpserver.SessionInfo, line ftpserver.Line) {
	if !l.on(slog.LevelInfo) {
		return
	}
	arrow := "<-- "
	if line.Sent {
		arrow = "--> "
	}
	l.session(slog.LevelInfo, info, arrow+logText(line.Text))
}

func (l eventLog) stranger(s ftpserver.StrangerInfo) {
	level := slog.LevelDebug
	attrs := []slog.Attr{
		slog.String("peer", s.Peer.String()), slog.String("port", s.Port.String()), slog.Int("waiting", s.Waiting),
	}
	if s.Waiting > 0 {
		level = slog.LevelWarn
		attrs = append(attrs, causeAttrs(ftp.CausePassivePeerMismatch)...)
	}
	l.log.LogAttrs(context.Background(), level, "stranger on a passive port", attrs...)
}

// refused logs a connection that was turned away. unsaid is how many there were
// before of which nothing was logged.
func (l eventLog) refused(i ftpserver.RefusedInfo, unsaid uint64) {
	attrs := []slog.Attr{slog.String("peer", i.Peer.String()), slog.String("reply", logText(i.Reply.String()))}
	attrs = append(attrs, causeAttrs(i.Cause)...)
	if unsaid > 0 {
		attrs = append(attrs, slog.Uint64("unlogged", unsaid))
	}
	l.log.LogAttrs(context.Background(), slog.LevelWarn, "connection refused", attrs...)
}

// logText makes a string that a client chose fit for a log. What prints in
// UTF-8 stays readable, quotes and backslashes among it, as the handler quotes
// what its format needs. Where a control character, a change of the writing
// direction or a stray byte is within, which not every handler quotes, the
// whole is escaped.
func logText(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return s
	}
	return wire.Escape(s)
}

// appendErr adds the error, if there is one.
func appendErr(attrs []slog.Attr, err error) []slog.Attr {
	if err == nil {
		return attrs
	}
	return append(attrs, slog.String("err", logText(err.Error())))
}

// appendCause adds the error, and before it, if it is about a data connection,
// the cause, the addresses expected and seen, and what to do about it.
func appendCause(attrs []slog.Attr, err error) []slog.Attr {
	if e, ok := errors.AsType[*dtp.Error](err); ok {
		attrs = append(attrs, causeAttrs(e.Cause)...)
		attrs = appendAddr(attrs, "expected", e.Expected)
		attrs = appendAddr(attrs, "seen", e.Seen)
	}
	return appendErr(attrs, err)
}

func appendAddr(attrs []slog.Attr, key string, addr netip.AddrPort) []slog.Attr {
	switch {
	case !addr.Addr().IsValid():
		return attrs
	case addr.Port() == 0:
		return append(attrs, slog.String(key, addr.Addr().String()))
	}
	return append(attrs, slog.String(key, addr.String()))
}

// causeAttrs is a cause and the advice that belongs to it.
func causeAttrs(cause ftp.Cause) []slog.Attr {
	attrs := []slog.Attr{slog.String("cause", string(cause))}
	if advice := advices()[cause]; advice != "" && advice != "nothing" {
		attrs = append(attrs, slog.String("advice", advice))
	}
	return attrs
}

var advices = sync.OnceValue(func() map[ftp.Cause]string {
	all := make(map[ftp.Cause]string)
	for _, c := range ftp.Causes() {
		all[c.Cause] = c.Advice
	}
	return all
})

// secondsAttr is a duration in seconds, to the millisecond.
func secondsAttr(d time.Duration) slog.Attr {
	return slog.Float64("seconds", math.Round(d.Seconds()*1000)/1000)
}
