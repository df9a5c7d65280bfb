package dialogue_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ferry/internal/dialogue"
	"ferry/internal/peers"
)

// With session_support=YES a user's session is in utmp(5) while it lasts, and its
// begin and end are in wtmp; anonymous sessions are in neither, and neither are
// users' without the option.
func TestSessionRecordsVsftpd(t *testing.T) {
	peers.Need(t, peers.NameVsftpd)
	sessionRecords(t, peers.NameVsftpd, peers.Vsftpd)
}

func TestSessionRecordsFerry(t *testing.T) {
	sessionRecords(t, peers.NameFerryPAM, peers.FerryPAM)
}

func sessionRecords(t *testing.T, name string, start func(testing.TB, peers.Config) *peers.Server) {
	t.Helper()
	peers.NeedHost(t)
	line, _, _ := strings.Cut(name, "+") // the name of the program in the records
	for _, tt := range []struct {
		name, text string
		want       []string // of wtmp, in the end
	}{
		{"user", "config: session_support=YES\nlogin: ann\nC: PWD\nS: 257\n", []string{"begin " + line + " ann 127.0.0.1", "end " + line + "  "}},
		{"anonymous", "config: session_support=YES\nconfig: anonymous_enable=YES\nlogin: anonymous\n", nil},
		{"off", "config: session_support=NO\nlogin: ann\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := "user: ann secret\n" + tt.text + "-- log/wtmp --\n-- run/utmp --\n"
			s, err := dialogue.Parse(tt.name, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			dir := hostFolder(t)
			if err := s.PopulateHost(dir); err != nil {
				t.Fatal(err)
			}
			server := start(t, peers.Config{
				Options: s.Config(dir), Host: &peers.Host{Dir: dir, Users: hostUsers(s)},
			})
			dialogue.Run(t, s, dialogue.Peer{Name: name, Dial: server.Dial, Root: dir})
			wtmp := filepath.Join(dir, "log", "wtmp")
			if got := waitRecords(t, wtmp, len(tt.want)); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("wtmp has %q, want %q", got, tt.want)
			}
		})
	}
}

// hostFolder is a folder for a machine's files that every user may read.
func hostFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// waitRecords reads the file until it has so many records: the last one is written
// after the client has been let go.
func waitRecords(t *testing.T, file string, n int) []string {
	t.Helper()
	deadline := time.NewTimer(30 * time.Second)
	defer deadline.Stop()
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		got := records(t, file)
		if len(got) >= n {
			return got
		}
		select {
		case <-deadline.C:
			return got
		case <-retry.C:
		}
	}
}

// utmpRecord is struct utmp of Linux on a machine of 64 bits.
type utmpRecord struct {
	Type    int16
	_       int16
	PID     int32
	Line    [32]byte
	ID      [4]byte
	User    [32]byte
	Host    [256]byte
	Exit    [2]int16
	Session int32
	Time    [2]int32
	Addr    [4]int32
	_       [20]byte
}

// records are the records of a file in the form of utmp(5), in words: what, line
// without the number of the process, user, host.
func records(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for r := bytes.NewReader(text); r.Len() > 0; {
		var u utmpRecord
		if err := binary.Read(r, binary.NativeEndian, &u); err != nil {
			t.Fatal(err)
		}
		what := map[int16]string{7: "begin", 8: "end"}[u.Type]
		line, _, _ := bytes.Cut(u.Line[:], []byte(":"))
		user, host := bytes.TrimRight(u.User[:], "\x00"), bytes.TrimRight(u.Host[:], "\x00")
		out = append(out, fmt.Sprintf("%s %s %s %s", what, line, user, host))
	}
	return out
}
