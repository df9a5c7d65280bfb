//go:build windows || plan9

package daemon

import (
	"errors"
	"fmt"
)

// sysLog is not to be had here.
type sysLog struct{}

// openSysLog fails: this system has no syslog.
func openSysLog(_, _ string) (*sysLog, error) {
	return nil, fmt.Errorf("this system has no syslog; set vsftpd_log_file instead: %w", errors.ErrUnsupported)
}

func (l *sysLog) write(*logEntry) {}

// Close has nothing to close.
func (l *sysLog) Close() error { return nil }
