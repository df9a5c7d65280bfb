package listing

import (
	"io/fs"
	"testing"
	"time"

	"ferry/ftp"
)

func TestAppendFacts(t *testing.T) {
	file := Entry{
		Name: "a b", Mode: fs.ModeSetuid | 0o755, Size: 5, ModTime: today, UID: 1000, GID: 100,
		Owner: "ann", Group: "users", ID: "803:12",
	}
	plain := ftp.FactSetOf(ftp.FactType, ftp.FactSize, ftp.FactSizd, ftp.FactModify, ftp.FactPerm, ftp.FactUnixMode)
	const everything = "type=file;size=5;modify=20261121035512;unique=803:12;perm=adfrw;UNIX.mode=4755;" +
		"UNIX.uid=1000;UNIX.gid=100;UNIX.owner=1000;UNIX.group=100;UNIX.ownername=ann;UNIX.groupname=users; a b"
	only := ftp.FactSetOf(ftp.FactType)
	tests := []struct {
		name   string
		set    ftp.FactSet
		entry  Entry
		extras FactExtras
		want   string
	}{
		{"everything", OfferedFacts, file, FactExtras{Perm: "adfrw"}, everything},
		{"no owners", OfferedFacts &^ OwnerFacts, file, FactExtras{}, "type=file;size=5;modify=20261121035512;unique=803:12;perm=;UNIX.mode=4755; a b"},
		{"directory", plain, Entry{Name: "d", Mode: fs.ModeDir | 0o755, Size: 4096, ModTime: today}, FactExtras{Perm: "el"}, "type=dir;modify=20261121035512;perm=el;sizd=4096;UNIX.mode=0755; d"},
		{"listed directory", only, Entry{Name: "/pub", Mode: fs.ModeDir | 0o755}, FactExtras{Type: ftp.EntryCurrent}, "type=cdir; /pub"},
		{"parent", only, Entry{Name: "..", Mode: fs.ModeDir | 0o755}, FactExtras{Type: ftp.EntryParent}, "type=pdir; .."},
		{"nothing known", OfferedFacts &^ OwnerFacts, Entry{Name: "x", Size: -1}, FactExtras{}, "type=file;perm=;UNIX.mode=0000; x"},
		{"none selected", 0, file, FactExtras{Perm: "r"}, " a b"},
		{"link", only, Entry{Name: "l", Mode: fs.ModeSymlink | 0o777, Target: "../x"}, FactExtras{}, "type=OS.unix=slink:../x; l"},
		{"fifo", only, Entry{Name: "p", Mode: fs.ModeNamedPipe}, FactExtras{}, "type=OS.unix=fifo; p"},
		{"socket", only, Entry{Name: "s", Mode: fs.ModeSocket}, FactExtras{}, "type=OS.unix=socket; s"},
		{"character device", only, Entry{Name: "c", Mode: fs.ModeDevice | fs.ModeCharDevice}, FactExtras{}, "type=OS.unix=chr; c"},
		{"block device", only, Entry{Name: "b", Mode: fs.ModeDevice}, FactExtras{}, "type=OS.unix=blk; b"},
		{"strange ID", ftp.FactSetOf(ftp.FactUnique), Entry{Name: "x", ID: "a b;%\xff"}, FactExtras{}, "unique=a%20b%3B%25%FF; x"},
	}
	for _, tt := range tests {
		if got := string(AppendFacts(nil, tt.set, &tt.entry, tt.extras)); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestParseFacts(t *testing.T) {
	tests := []struct {
		line string
		want Entry
	}{
		{"type=file;size=5;modify=20261121035512;UNIX.mode=4755;UNIX.uid=7;UNIX.owner=ann; a", Entry{
			Name: "a", Mode: fs.ModeSetuid | 0o755, Size: 5, UID: 7, Owner: "ann",
			ModTime: time.Date(2026, 11, 21, 3, 55, 12, 0, time.UTC), Precision: time.Second,
		}},
		{"modify=20261121035512.5;UNIX.owner=7;UNIX.ownername=ann;UNIX.group=8; a", Entry{
			Name: "a", Mode: 0o666, Size: -1, UID: 7, Owner: "ann", GID: 8,
			ModTime: time.Date(2026, 11, 21, 3, 55, 12, 500_000_000, time.UTC),
		}},
		{"type=dir;sizd=4096;unique=1U2; d", Entry{Name: "d", Mode: fs.ModeDir | 0o777, Size: 4096, ID: "1U2"}},
		{"type=cdir; /pub", Entry{Name: ".", Mode: fs.ModeDir | 0o777, Size: -1}},
		{"type=pdir; /", Entry{Name: "..", Mode: fs.ModeDir | 0o777, Size: -1}},
		{"type=OS.unix=slink:/x; l", Entry{Name: "l", Mode: fs.ModeSymlink | 0o777, Size: -1, Target: "/x"}},
		{"type=OS.unix=chr-1/3; null", Entry{Name: "null", Mode: 0o666, Size: -1}},
		{"type=OS.unix=chr; null", Entry{Name: "null", Mode: fs.ModeDevice | fs.ModeCharDevice | 0o666, Size: -1}},
	}
	for _, tt := range tests {
		got, _, err := ParseFacts(tt.line)
		if err != nil || !sameEntry(got, tt.want) {
			t.Errorf("ParseFacts(%q)\n got %+v, %v\nwant %+v", tt.line, got, err, tt.want)
		}
		if got, err := Parse(tt.line, now, nil); err != nil || !sameEntry(got, tt.want) {
			t.Errorf("Parse(%q)\n got %+v, %v\nwant %+v", tt.line, got, err, tt.want)
		}
	}
	_, f, err := ParseFacts("type=file;perm=rw; x")
	if err != nil || f.Perm != "rw" {
		t.Errorf("the facts are %+v, %v", f, err)
	}
}

// sameEntry compares entries, the times by the moment.
func sameEntry(a, b Entry) bool {
	same := a.ModTime.Equal(b.ModTime)
	a.ModTime, b.ModTime = time.Time{}, time.Time{}
	return same && a == b
}
