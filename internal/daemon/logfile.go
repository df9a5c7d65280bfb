package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// logFile is a log that is only ever appended to. A line is one call of write(2)
// on a file opened with O_APPEND, so that lines of several servers in one file do
// not mix; no lock is needed for that (no_log_lock has nothing to switch off).
type logFile struct {
	path string
	open opener
	// failed is told when a line could not be written, once until one could
	// again: a full disk is said, and said once.
	failed func(path string, err error)

	mu      sync.Mutex
	file    *os.File // nil after Close
	failing bool
}

// opener opens a file as os.OpenFile does: with the power of this process, or
// with that of another one which has kept more of it.
type opener func(name string, flag int, perm fs.FileMode) (*os.File, error)

// openLogFile opens path, which is made with mode 0600 if it is not there. A
// symbolic link is followed.
func openLogFile(path string, open opener, failed func(path string, err error)) (*logFile, error) {
	file, err := openAppend(path, open)
	if err != nil {
		return nil, err
	}
	return &logFile{path: path, open: open, failed: failed, file: file}, nil
}

func openAppend(path string, open opener) (*os.File, error) {
	return open(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// canReopen reports why Reopen would fail, were the file still the same: after
// it was renamed, the directory counts besides.
func (l *logFile) canReopen() error {
	file, err := openAppend(l.path, l.open)
	if err != nil {
		return err
	}
	return file.Close()
}

// openBy has Reopen use another way to open files.
func (l *logFile) openBy(open opener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = open
}

// writeLine writes a line, to which it adds the end of line. After Close it does
// nothing.
func (l *logFile) writeLine(line []byte) {
	line = append(line, '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return
	}
	_, err := l.file.Write(line)
	if err != nil && !l.failing {
		l.failed(l.path, err)
	}
	l.failing = err != nil
}

// Reopen opens the path anew, after a log was renamed for rotation. If that
// fails, the lines go on to the old file.
func (l *logFile) Reopen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return fmt.Errorf("reopen log %s: %w", l.path, os.ErrClosed)
	}
	file, err := openAppend(l.path, l.open)
	if err != nil {
		return fmt.Errorf("reopen log: %w", err)
	}
	old := l.file
	l.file, l.failing = file, false
	if err := old.Close(); err != nil {
		return fmt.Errorf("close the log that was replaced: %w", err)
	}
	return nil
}

// Close closes the file. What is logged later is lost.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	return file.Close()
}

// ReopenLogs opens the log files anew by their names, as rotation needs. A file
// that cannot be opened stays the one that it was.
func (d *Daemon) ReopenLogs() error {
	var errs []error
	for _, l := range d.logs {
		if l, ok := l.(interface{ Reopen() error }); ok {
			errs = append(errs, l.Reopen())
		}
	}
	return errors.Join(errs...)
}
