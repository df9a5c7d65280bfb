package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vsftpd.conf")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// causeOf is the cause of the only complaint in err.
func causeOf(t *testing.T, err error) string {
	t.Helper()
	all, _ := errors.AsType[Complaints](err)
	if len(all) != 1 {
		t.Fatalf("%d complaints, want 1: %v", len(all), err)
	}
	return all[0].Cause
}

// TestLoadOrder checks that files and settings take effect in their order.
func TestLoadOrder(t *testing.T) {
	a := write(t, "listen_port=1001\nftpd_banner=a\n")
	b := write(t, "listen_port=1002\n")
	for _, tt := range []struct {
		args   []string
		port   uint32
		banner string
	}{
		{nil, 21, ""},
		{[]string{a}, 1001, "a"},
		{[]string{a, b}, 1002, "a"},
		{[]string{b, a}, 1001, "a"},
		{[]string{"-olisten_port=1003", a}, 1001, "a"},
		{[]string{a, "-olisten_port=1003", "-oftpd_banner="}, 1003, ""},
		{[]string{"-o listen_port=1004"}, 1004, ""},
		{[]string{"-oftpd_banner=one\ntwo"}, 21, "one\ntwo"},
	} {
		c, err := Load(tt.args...)
		if err != nil {
			t.Errorf("%q: %v", tt.args, err)
		}
		if c.Settings.ListenPort != tt.port || c.Settings.FTPDBanner != tt.banner {
			t.Errorf("%q: port %d, banner %q; want %d, %q", tt.args, c.Settings.ListenPort, c.Settings.FTPDBanner, tt.port, tt.banner)
		}
	}
	c, err := Load()
	if err != nil || c.Settings != Defaults() || len(c.Warnings) != 0 {
		t.Errorf("nothing to load: %v, %v", c.Warnings, err)
	}
}

// TestLoadRefuses checks what is refused before a line is read.
func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct{ name, arg, cause, message string }{
		{"missing", "/nonexistent/vsftpd.conf", CauseFileUnreadable, "500 OOPS: cannot read config file: /nonexistent/vsftpd.conf"},
		{"empty", "", CauseFileUnreadable, "500 OOPS: cannot read config file: "},
		{"directory", t.TempDir(), CauseFileNotRegular, "500 OOPS: config file not owned by correct user, or not a file"},
		{"device", os.DevNull, CauseFileNotRegular, "500 OOPS: config file not owned by correct user, or not a file"},
		{"long", write(t, strings.Repeat("#", maxFile+1)), CauseFileTooLarge, "500 OOPS: config file larger than 100000 bytes"},
		{"option", "-x", CauseArgumentUnknown, "500 OOPS: unrecognise option: -x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.arg)
			if got := causeOf(t, err); got != tt.cause {
				t.Errorf("cause %s, want %s", got, tt.cause)
			}
			if !strings.Contains(err.Error(), tt.message+"\n") {
				t.Errorf("got %q, want %q", err, tt.message)
			}
		})
	}
}

// TestLoadLongest checks the longest file that is read, from disk and memory.
func TestLoadLongest(t *testing.T) {
	tail := "\nlisten_port=2121"
	text := strings.Repeat("#", maxFile-len(tail)) + tail
	if c, err := Load(write(t, text)); err != nil || c.Settings.ListenPort != 2121 {
		t.Errorf("file: port %d, %v", c.Settings.ListenPort, err)
	}
	if c, err := Parse(Source{Name: "x", Text: []byte(text)}); err != nil || c.Settings.ListenPort != 2121 {
		t.Errorf("memory: port %d, %v", c.Settings.ListenPort, err)
	}
	_, err := Parse(Source{Name: "x", Text: []byte("#" + text)})
	if got := causeOf(t, err); got != CauseFileTooLarge {
		t.Errorf("one byte more: %s", got)
	}
}

func TestWritableByOthers(t *testing.T) {
	for _, tt := range []struct {
		mode fs.FileMode
		gid  uint32
		want bool
	}{
		{0o644, 0, false},
		{0o644, 1000, false},
		{0o664, 0, false},
		{0o664, 1000, true},
		{0o646, 0, true},
		{0o666, 1000, true},
		{0o600, 1000, false},
	} {
		if got := writableByOthers(tt.mode, tt.gid); got != tt.want {
			t.Errorf("%v of group %d: %v, want %v", tt.mode, tt.gid, got, tt.want)
		}
	}
}
