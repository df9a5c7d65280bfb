package listing

import (
	"io/fs"
	"strings"
	"testing"
	"time"
)

// now is the time of the tests.
var now = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// today is 2026-11-21 03:55, some minutes before now.
var today = time.Date(2026, 11, 21, 3, 55, 12, 345, time.UTC)

// TestLongVsftpd compares with lines that vsftpd 3.0.3 printed for such files.
func TestLongVsftpd(t *testing.T) {
	const (
		special = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky
		device  = fs.ModeDevice
	)
	tests := []struct {
		want  string
		entry Entry
	}{
		{"-rw-r--r--    1 0        0            1234 Nov 21 03:55 plain", Entry{Name: "plain", Mode: 0o644, Size: 1234, ModTime: today, Nlink: 1}},
		{"-rw-r--r--    1 0        0               2 Nov 21 03:55  lead", Entry{Name: " lead", Mode: 0o644, Size: 2, ModTime: today}},
		{"-rw-r--r--    1 123456789 1234567890        1 Nov 21 03:55 B", Entry{Name: "B", Mode: 0o644, Size: 1, ModTime: today, UID: 123456789, GID: 1234567890}},
		{"-rw-r--r--   32 0        0               1 Nov 21 03:55 a", Entry{Name: "a", Mode: 0o644, Size: 1, ModTime: today, Nlink: 32}},
		{"-rw-r--r--    1 0        0        99999999 Nov 21 03:55 s8", Entry{Name: "s8", Mode: 0o644, Size: 99999999, ModTime: today}},
		{"-rw-r--r--    1 0        0        100000000 Nov 21 03:55 s9", Entry{Name: "s9", Mode: 0o644, Size: 100000000, ModTime: today}},
		{"-rw-r--r--    1 0        0        123456789012 Nov 21 03:55 big", Entry{Name: "big", Mode: 0o644, Size: 123456789012, ModTime: today}},
		{"drwxr-xr-x    3 0        0            4096 Nov 21 03:55 sub", Entry{Name: "sub", Mode: fs.ModeDir | 0o755, Size: 4096, ModTime: today, Nlink: 3}},
		{"lrwxrwxrwx    1 0        0               7 Nov 21 03:55 broken -> nowhere", Entry{Name: "broken", Mode: fs.ModeSymlink | 0o777, Size: 7, ModTime: today, Target: "nowhere"}},
		{"brw-r--r--    1 0        0               0 Nov 21 03:55 blk", Entry{Name: "blk", Mode: device | 0o644, ModTime: today}},
		{"crw-r--r--    1 0        0               0 Nov 21 03:55 chr", Entry{Name: "chr", Mode: device | fs.ModeCharDevice | 0o644, ModTime: today}},
		{"prw-r--r--    1 0        0               0 Nov 21 03:55 fifo", Entry{Name: "fifo", Mode: fs.ModeNamedPipe | 0o644, ModTime: today}},
		{"srwxr-xr-x    1 0        0               0 Nov 21 03:55 sock", Entry{Name: "sock", Mode: fs.ModeSocket | 0o755, ModTime: today}},
		{"----------    1 0        0               1 Nov 21 03:55 m0000", Entry{Name: "m0000", Size: 1, ModTime: today}},
		{"-rw-rw-rwT    1 0        0               1 Nov 21 03:55 m1666", Entry{Name: "m1666", Mode: fs.ModeSticky | 0o666, Size: 1, ModTime: today}},
		{"-rwxrwxrwt    1 0        0               1 Nov 21 03:55 m1777", Entry{Name: "m1777", Mode: fs.ModeSticky | 0o777, Size: 1, ModTime: today}},
		{"-rw-r-Sr--    1 0        0               1 Nov 21 03:55 m2644", Entry{Name: "m2644", Mode: fs.ModeSetgid | 0o644, Size: 1, ModTime: today}},
		{"-rwxr-sr-x    1 0        0               1 Nov 21 03:55 m2755", Entry{Name: "m2755", Mode: fs.ModeSetgid | 0o755, Size: 1, ModTime: today}},
		{"-rwSr--r--    1 0        0               1 Nov 21 03:55 m4644", Entry{Name: "m4644", Mode: fs.ModeSetuid | 0o644, Size: 1, ModTime: today}},
		{"-rwsr-xr-x    1 0        0               1 Nov 21 03:55 m4755", Entry{Name: "m4755", Mode: fs.ModeSetuid | 0o755, Size: 1, ModTime: today}},
		{"---S--S--T    1 0        0               1 Nov 21 03:55 m7000", Entry{Name: "m7000", Mode: special, Size: 1, ModTime: today}},
		{"-rwsrwsrwt    1 0        0               1 Nov 21 03:55 m7777", Entry{Name: "m7777", Mode: special | 0o777, Size: 1, ModTime: today}},
		{"-rw-r--r--    1 0        0               0 Mar 05  2026 t_05", Entry{Name: "t_05", Mode: 0o644, ModTime: time.Date(2026, 3, 5, 4, 5, 6, 0, time.UTC)}},
		{"-rw-r--r--    1 0        0               0 Nov 22  2026 t_fut", Entry{Name: "t_fut", Mode: 0o644, ModTime: now.AddDate(0, 0, 1)}},
		{"-rw-r--r--    1 0        0               0 May 04  1960 t_neg", Entry{Name: "t_neg", Mode: 0o644, ModTime: time.Date(1960, 5, 4, 0, 0, 0, 0, time.UTC)}},
		{"-rw-r--r--    1 0        0               0 Jan 01  1970 t_zero", Entry{Name: "t_zero", Mode: 0o644, ModTime: time.Unix(0, 0)}},
		{"-rw-r--r--    1 0        0               0 May 10  2446 t_9999", Entry{Name: "t_9999", Mode: 0o644, ModTime: time.Date(2446, 5, 10, 0, 0, 0, 0, time.UTC)}},
		{"-rw-r--r--    1 0        0               1 Nov 21 03:55 \xff", Entry{Name: "\xff", Mode: 0o644, Size: 1, ModTime: today}},
	}
	l := Long{Now: now}
	for _, tt := range tests {
		if got := string(l.Append(nil, &tt.entry)); got != tt.want+"\r\n" {
			t.Errorf("\n got %q\nwant %q", got, tt.want+"\r\n")
		}
	}
}

func TestLongTime(t *testing.T) {
	east := time.FixedZone("", 5*3600+1800)
	const half = 182 * 24 * time.Hour
	tests := []struct {
		name string
		time time.Time
		loc  *time.Location
		want string
	}{
		{"now", now, nil, "Nov 21 04:00"},
		{"a second ahead", now.Add(time.Second), nil, "Nov 21  2026"},
		{"182 days", now.Add(-half), nil, "May 23 04:00"},
		{"more than 182 days", now.Add(-half - time.Second), nil, "May 23  2026"},
		{"other zone", now, east, "Nov 21 09:30"},
		{"other day in the zone", now.Add(-time.Hour * 9), east, "Nov 21 00:30"},
		{"unknown", time.Time{}, nil, "Jan 01  1970"},
		{"year 5", time.Date(5, 2, 3, 0, 0, 0, 0, time.UTC), nil, "Feb 03  0005"},
		{"year -5", time.Date(-5, 2, 3, 0, 0, 0, 0, time.UTC), nil, "Feb 03  0000"},
		{"year 12345", time.Date(12345, 2, 3, 0, 0, 0, 0, time.UTC), nil, "Feb 03  9999"},
	}
	for _, tt := range tests {
		l := Long{Now: now, Location: tt.loc}
		if got := string(l.appendTime(nil, tt.time)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestLongOwners(t *testing.T) {
	e := Entry{UID: 1000, GID: 100, Owner: "ann", Group: "Domain Users", Mode: 0o644, ModTime: today, Name: "x"}
	nameless := e
	nameless.Owner, nameless.Group = "", ""
	tests := []struct {
		name   string
		owners Owners
		entry  Entry
		want   string
	}{
		{"numeric", OwnersNumeric, e, "1000     100     "},
		{"names", OwnersNames, e, "ann      Domain_Users"},
		{"names not known", OwnersNames, nameless, "1000     100     "},
		{"hidden", OwnersHidden, e, "ftp      ftp     "},
	}
	for _, tt := range tests {
		l := Long{Now: now, Owners: tt.owners}
		want := "-rw-r--r--    1 " + tt.want + "        0 Nov 21 03:55 x\r\n"
		if got := string(l.Append(nil, &tt.entry)); got != want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, want)
		}
	}
}

func TestLongClassify(t *testing.T) {
	l := Long{Now: now, Classify: true}
	tests := []struct {
		entry Entry
		want  string
	}{
		{Entry{Name: "dir", Mode: fs.ModeDir | 0o755, ModTime: today}, " dir/\r\n"},
		{Entry{Name: "l", Mode: fs.ModeSymlink | 0o777, ModTime: today, Target: "sub"}, " l -> sub\r\n"},
		{Entry{Name: "l", Mode: fs.ModeSymlink | 0o777, ModTime: today}, " l\r\n"},
		{Entry{Name: "f", Mode: 0o755, ModTime: today}, " f\r\n"},
	}
	for _, tt := range tests {
		if got := string(l.Append(nil, &tt.entry)); !strings.HasSuffix(got, "03:55"+tt.want) {
			t.Errorf("%q does not end in %q", got, tt.want)
		}
	}
}

func TestHeading(t *testing.T) {
	b := AppendHeading(nil, ".", true)
	b = AppendHeading(b, "./sub", false)
	if got := string(b); got != ".:\r\n\r\n./sub:\r\n" {
		t.Errorf("headings %q", got)
	}
}
