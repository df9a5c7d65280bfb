package cli

import "ferry/internal/daemon"

// reopenLogs opens the log files anew, after something has renamed them.
func reopenLogs(s *service, d *daemon.Daemon) {
	if err := d.ReopenLogs(); err != nil {
		s.opts.Log.Error("a log file cannot be opened anew", "err", err)
		return
	}
	s.opts.Log.Info("the log files were opened anew")
}
