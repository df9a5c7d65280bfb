//go:build !windows && !plan9

package daemon

import (
	"log/syslog"
	"net"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestSysLog reads what a system's log would get.
func TestSysLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	server, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l, err := openSysLog("unixgram", path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	message := regexp.MustCompile(`^<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d vsftpd\[\d+\]: (.*)\n$`)
	for _, tt := range formats {
		l.write(tt.entry)
		buf := make([]byte, 4096)
		n, err := server.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		found := message.FindStringSubmatch(string(buf[:n]))
		if found == nil {
			t.Errorf("%s: %q is no message", tt.name, buf[:n])
			continue
		}
		if found[2] != tt.vsftpd {
			t.Errorf("%s: got  %s\nwant %s", tt.name, found[2], tt.vsftpd)
		}
		want := syslog.LOG_FTP | syslog.LOG_INFO
		if strings.Contains(tt.vsftpd, "] FAIL LOGIN: ") && tt.entry.what == actLogin {
			want = syslog.LOG_FTP | syslog.LOG_WARNING
		}
		if found[1] != strconv.Itoa(int(want)) {
			t.Errorf("%s: priority %s, want %d", tt.name, found[1], want)
		}
	}
}

func TestSysLogAbsent(t *testing.T) {
	if _, err := openSysLog("unixgram", filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a log that is not there was opened")
	}
}
