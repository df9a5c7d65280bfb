//go:build !windows && !plan9

package daemon

import "log/syslog"

// sysLog sends the lines of vsftpd_log_file to the system's log, which adds the
// date itself, by the name of vsftpd: rules that sort its lines go on to work.
type sysLog struct{ w *syslog.Writer }

// openSysLog reaches the system's log; network and address are empty but in
// tests.
func openSysLog(network, address string) (*sysLog, error) {
	w, err := syslog.Dial(network, address, syslog.LOG_FTP|syslog.LOG_INFO, "vsftpd")
	if err != nil {
		return nil, err
	}
	return &sysLog{w}, nil
}

// write sends an entry. A failed login is a warning, everything else
// information. What the system's log does not take is lost, as it is for every
// other program.
func (l *sysLog) write(e *logEntry) {
	line := string(appendVsftpd(nil, e))
	if e.what == actLogin && !e.ok {
		_ = l.w.Warning(line)
		return
	}
	_ = l.w.Info(line)
}

// Close closes the connection.
func (l *sysLog) Close() error { return l.w.Close() }
