package daemon

import (
	"sync"
	"time"

	"ferry/ftpserver"
	"ferry/internal/config"
)

// trace opens the logs that the settings name, and makes what feeds them and
// Options.Log.
func (d *Daemon) trace() (*ftpserver.Trace, error) {
	logs, err := d.openLogs()
	if err != nil {
		return nil, err
	}
	t := &tracer{
		events:  eventLog{d.opts.Log},
		records: recorder{logs: logs, now: time.Now},
	}
	return t.trace(d.opts.Settings.LogFTPProtocol), nil
}

// openLogs opens the logs of vsftpd.conf(5). xferlog_enable writes one file,
// xferlog_file or vsftpd_log_file as xferlog_std_format chooses; dual_log_enable
// writes both, and needs no xferlog_enable. syslog_enable stands in for
// vsftpd_log_file, and needs nothing else either.
func (d *Daemon) openLogs() ([]entryLog, error) {
	s := &d.opts.Settings
	var logs []entryLog
	if wantsXferlog(s) {
		file, err := openLogFile(s.XferlogFile, d.open, d.logFailed)
		if err != nil {
			return nil, oops("failed to open xferlog log file:"+s.XferlogFile, "xferlog_file", err)
		}
		d.logs = append(d.logs, file)
		logs = append(logs, xferLog{file})
	}
	if wantsVsftpdLog(s) {
		file, err := openLogFile(s.VsftpdLogFile, d.open, d.logFailed)
		if err != nil {
			return nil, oops("failed to open vsftpd log file:"+s.VsftpdLogFile, "vsftpd_log_file", err)
		}
		d.logs = append(d.logs, file)
		logs = append(logs, vsftpdLog{file})
	}
	if s.SyslogEnable {
		system, err := openSysLog("", "")
		if err != nil {
			return nil, oops("cannot reach the system's log", "syslog_enable", err)
		}
		d.logs = append(d.logs, system)
		logs = append(logs, system)
	}
	return logs, nil
}

func wantsXferlog(s *config.Settings) bool {
	return s.DualLogEnable || s.XferlogEnable && s.XferlogStdFormat
}

func wantsVsftpdLog(s *config.Settings) bool {
	return !s.SyslogEnable && (s.DualLogEnable || s.XferlogEnable && !s.XferlogStdFormat)
}

// logFailed says that a log file has stopped working.
func (d *Daemon) logFailed(path string, err error) {
	d.opts.Log.Error("log file cannot be written, lines are lost", "file", path, "err", err)
}

// tracer hands what happens to the event log and to the recorder, and remembers
// of each session what neither a command nor a transfer tells alone.
type tracer struct {
	events   eventLog
	records  recorder
	refusals refusals
	sessions sync.Map // session id to *traced
}

// traced is what is remembered of a session. It belongs to the session's
// goroutine: the one other that reports lines does so during transfers, when
// asked is not looked at.
type traced struct {
	// asked is the name of USER, until the login is decided.
	asked string
	// renameFrom is the pathname of the last RNFR.
	renameFrom string
	// transferred and decided say that the command at hand was reported already
	// as a transfer, as a login.
	transferred, decided bool
	// refused is a login that failed, and is recorded with its command.
	refused *logEntry
}

// trace is the functions for a Server; protocol asks for every line too.
func (t *tracer) trace(protocol bool) *ftpserver.Trace {
	trace := &ftpserver.Trace{
		SessionStart: t.sessionStart, SessionEnd: t.sessionEnd, Login: t.login, Command: t.command,
		Transfer: t.transfer, Stranger: t.events.stranger, Refused: t.refused,
	}
	if protocol {
		trace.Line = t.line
	}
	return trace
}

func (t *tracer) session(id uint64) *traced {
	if v, ok := t.sessions.Load(id); ok {
		return v.(*traced)
	}
	return new(traced)
}

func (t *tracer) sessionStart(info ftpserver.SessionInfo) {
	t.sessions.Store(info.ID, new(traced))
	t.events.sessionStart(info)
	t.records.sessionStart(info)
}

func (t *tracer) sessionEnd(info ftpserver.SessionInfo, end ftpserver.SessionEnd) {
	t.sessions.Delete(info.ID)
	t.events.sessionEnd(info, end)
}

func (t *tracer) login(info ftpserver.SessionInfo, l ftpserver.LoginInfo) {
	st := t.session(info.ID)
	st.decided = true
	t.events.login(info, l)
	t.records.login(info, l, st)
}

func (t *tracer) command(info ftpserver.SessionInfo, c ftpserver.CommandInfo) {
	st := t.session(info.ID)
	t.events.command(info, c, st)
	t.records.command(info, c, st)
	st.transferred, st.decided, st.refused = false, false, nil
	if c.Reply.Code.Negative() || c.Command.Verb == "REIN" {
		switch c.Command.Verb {
		case "USER", "PASS", "REIN":
			st.asked = ""
		}
	}
}

func (t *tracer) transfer(info ftpserver.SessionInfo, tr ftpserver.TransferInfo) {
	t.session(info.ID).transferred = true
	t.events.transfer(info, tr)
	t.records.transfer(info, tr)
}

func (t *tracer) line(info ftpserver.SessionInfo, l ftpserver.Line) {
	t.events.line(info, l)
	t.records.line(info, l, t.session(info.ID))
}

func (t *tracer) refused(i ftpserver.RefusedInfo) {
	if unsaid, ok := t.refusals.say(i.Silent); ok {
		t.events.refused(i, unsaid)
		t.records.refused(i)
	}
}
