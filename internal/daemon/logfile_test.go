package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// openTestLog opens a log whose failures fail the test.
func openTestLog(t *testing.T, path string) *logFile {
	t.Helper()
	l, err := openLogFile(path, os.OpenFile, func(path string, err error) { t.Errorf("%s: %v", path, err) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func readLog(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLogFileAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	first := openTestLog(t, path)
	first.writeLine([]byte("one"))
	second := openTestLog(t, path)
	second.writeLine([]byte("two"))
	first.writeLine([]byte("three"))
	if got := readLog(t, path); got != "one\ntwo\nthree\n" {
		t.Errorf("log is %q", got)
	}
	if runtime.GOOS == "windows" {
		return // no modes there
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
}

func TestLogFileReopen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be renamed there")
	}
	path := filepath.Join(t.TempDir(), "log")
	l := openTestLog(t, path)
	l.writeLine([]byte("before"))
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	l.writeLine([]byte("renamed"))
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	l.writeLine([]byte("after"))
	if got := readLog(t, path+".1"); got != "before\nrenamed\n" {
		t.Errorf("old log is %q", got)
	}
	if got := readLog(t, path); got != "after\n" {
		t.Errorf("new log is %q", got)
	}
}

func TestLogFileReopenFails(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be renamed there")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "sub", "log")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	l := openTestLog(t, path)
	if err := os.Rename(filepath.Dir(path), filepath.Join(dir, "old")); err != nil {
		t.Fatal(err)
	}
	d := &Daemon{logs: []closer{l}}
	if err := d.ReopenLogs(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ReopenLogs: %v, want that the folder is gone", err)
	}
	l.writeLine([]byte("goes on"))
	if got := readLog(t, filepath.Join(dir, "old", "log")); got != "goes on\n" {
		t.Errorf("old log is %q", got)
	}
}

func TestLogFileClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	l := openTestLog(t, path)
	for range 2 {
		if err := l.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	l.writeLine([]byte("too late"))
	if got := readLog(t, path); got != "" {
		t.Errorf("log is %q, want nothing", got)
	}
	if err := l.Reopen(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Reopen: %v, want %v", err, os.ErrClosed)
	}
}

func TestLogFileManyWriters(t *testing.T) {
	const writers, each = 8, 200
	path := filepath.Join(t.TempDir(), "log")
	var wg sync.WaitGroup
	for w := range writers {
		l := openTestLog(t, path)
		wg.Go(func() {
			for i := range each {
				l.writeLine(fmt.Appendf(nil, "%d %d %s", w, i, strings.Repeat("x", 100)))
			}
		})
	}
	wg.Wait()
	var next [writers]int
	for line := range strings.Lines(readLog(t, path)) {
		var w, i int
		var tail string
		if n, err := fmt.Sscanf(line, "%d %d %s\n", &w, &i, &tail); n != 3 || err != nil || len(tail) != 100 {
			t.Fatalf("a broken line: %q", line)
		}
		if next[w] != i {
			t.Fatalf("writer %d: line %d, want %d", w, i, next[w])
		}
		next[w]++
	}
	for w, n := range next {
		if n != each {
			t.Errorf("writer %d: %d lines, want %d", w, n, each)
		}
	}
}

// TestLogFileFullDisk writes to a device that is always full.
func TestLogFileFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("/dev/full is Linux's")
	}
	var failures []error
	l, err := openLogFile("/dev/full", os.OpenFile, func(_ string, err error) { failures = append(failures, err) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for range 3 {
		l.writeLine([]byte("lost"))
	}
	if len(failures) != 1 {
		t.Errorf("%d failures told, want one: %v", len(failures), failures)
	}
}
