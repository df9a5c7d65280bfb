package listing

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestParseNoEntry(t *testing.T) {
	for _, line := range []string{"", "\r\n", "  ", "total 0", "total 1234\r\n", "Total 5", "insgesamt 8"} {
		if e, err := Parse(line, now, nil); !errors.Is(err, ErrNoEntry) {
			t.Errorf("Parse(%q) = %+v, %v, want ErrNoEntry", line, e, err)
		}
	}
}

func TestParseUnknown(t *testing.T) {
	lines := []string{
		"total", "total x", "hello", "./sub:", "ls: cannot access 'x': No such file or directory", "error=no such file",
		"-rw-r--r--", "-rw-r--r-- 1 0 0 5 Nov 20 10:30", "-rw-r--r-- 1 0 0 5 Nov 20 10:30 ", "-rw-r--r-- 1 0 0 x Nov 20 10:30 a",
		"-rw-r--r-- 1 0 0 5 Nov 32 10:30 a", "-rw-r--r-- 1 0 0 5 Nov 20 24:30 a", "-rw-r--r-- 1 0 0 5 Xyz 20 10:30 a",
		"-rw-r--q-- 1 0 0 5 Nov 20 10:30 a", "xrw-r--r-- 1 0 0 5 Nov 20 10:30 a", "-rw-r--r--x 1 0 0 5 Nov 20 10:30 a",
		"11-20-26  10:30AM 5", "13-40-26  10:30AM 5 a", "11-20-26  13:30PM 5 a", "11-20-26  10:30AM <FOO> a", "11-20-26 10:30 AM 5", "11-20-26  10:30AM <DIR>",
		"+i1,m2,r,s3", "+\t", "a\rb", "-rw-r--r-- 1 0 0 5 Nov 20 10:30 a\nb", "type=file; a\x00",
	}
	for _, line := range lines {
		if e, err := Parse(line, now, nil); !errors.Is(err, ErrUnknownFormat) {
			t.Errorf("Parse(%q) = %+v, %v, want ErrUnknownFormat", line, e, err)
		}
	}
	if _, err := Parse(strings.Repeat("x", 10_000), now, nil); err == nil || len(err.Error()) > 300 {
		t.Error("the error repeats all of a long line")
	}
}

// unixEntry makes the entry of the usual test line, and changes it.
func unixEntry(change func(e *Entry)) Entry {
	e := Entry{
		Name: "name", Mode: 0o644, Size: 1234, Nlink: 1, Owner: "owner", Group: "group",
		ModTime: time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC), Precision: time.Minute,
	}
	change(&e)
	return e
}

func TestParseUnix(t *testing.T) {
	same := func(*Entry) {}
	year := func(e *Entry) { e.ModTime, e.Precision = time.Date(2025, 11, 20, 0, 0, 0, 0, time.UTC), 24*time.Hour }
	tests := []struct {
		line   string
		change func(e *Entry)
	}{
		{"-rw-r--r--    1 owner    group        1234 Nov 20 10:30 name", same},
		{"-rw-r--r--    1 owner    group        1234 Nov 20 10:30 name\r\n", same},
		{"-rw-r--r-- 1 owner group 1234 20 Nov 10:30 name", same},
		{"-rw-r--r-- 1 owner group 1234 20. Nov. 10:30 name", same},
		{"-rw-r--r-- 1 owner group 1234 NOV 20 10:30 name", same},
		{"-rw-r--r-- 1 owner group 1234 Nov 20  2025 name", year},
		{"-rw-r--r-- 1 owner group 1234 20 Nov 2025 name", year},
		{"-rw-r--r-- 1 owner group 1234 2026-11-20 10:30 name", same},
		{"-rw-r--r-- 1 owner group 1234 2025-11-20 name", year},
		{"-rw-r--r-- 1 owner group 1234 2025/11/20 name", year},
		{"-rw-r--r-- 1 owner group 1234 Nov 20 10:30:05 2025 name", func(e *Entry) {
			e.ModTime, e.Precision = time.Date(2025, 11, 20, 10, 30, 5, 0, time.UTC), time.Second
		}},
		{"-rw-r--r-- 1 owner group 1234 Nov 20 10:30 2025 name", func(e *Entry) { e.Name = "2025 name" }},
		{"-rw-r--r-- 1 owner group 1234 2026-11-20 10:30:05.123456789 +0130 name", func(e *Entry) {
			e.ModTime, e.Precision = time.Date(2026, 11, 20, 9, 0, 5, 123456789, time.UTC), 1
		}},
		{"-rw-r--r-- 1 owner group 1234 2026-11-20 10:30:05 +0000 name", func(e *Entry) {
			e.ModTime, e.Precision = time.Date(2026, 11, 20, 10, 30, 5, 0, time.UTC), time.Second
		}},
		{"-rw-r--r--+ 1 owner group 1234 Nov 20 10:30 name", same},
		{"-rw-r--r--. 1 owner group 1234 Nov 20 10:30 name", same},
		{"-rw-r--r--@ 1 owner group 1234 Nov 20 10:30 name", same},
		{"-rw-r--r-- 1 owner Domain Users 1234 Nov 20 10:30 name", func(e *Entry) { e.Group = "Domain Users" }},
		{"-rw-r--r-- 1 owner 1234 Nov 20 10:30 name", func(e *Entry) { e.Group = "" }},
		{"-rw-r--r-- owner group 1234 Nov 20 10:30 name", func(e *Entry) { e.Nlink = 0 }},
		{"-rw-r--r-- owner 1234 Nov 20 10:30 name", func(e *Entry) { e.Nlink, e.Group = 0, "" }},
		{"-rw-r--r-- 1234 Nov 20 10:30 name", func(e *Entry) { e.Nlink, e.Owner, e.Group = 0, "", "" }},
		{"-rw-r--r-- 12 1000 100 1234 Nov 20 10:30 name", func(e *Entry) { e.Nlink, e.Owner, e.Group, e.UID, e.GID = 12, "", "", 1000, 100 }},
		{"-rw-r--r-- 1 owner group 1234 Nov 20 10:30  two  spaces ", func(e *Entry) { e.Name = " two  spaces " }},
		{"-rw-r--r-- 1 owner group 1234 Nov 20 10:30 a -> b", func(e *Entry) { e.Name = "a -> b" }},
		{"-rw-r--r-- 1 owner group 1234 Nov 20 10:30 5 Feb 2 2020", func(e *Entry) { e.Name = "5 Feb 2 2020" }},
		{"-rw-r--r-- 1 jan 20 2026 Nov 20 10:30 name", func(e *Entry) { e.Owner, e.Group, e.GID, e.Size = "jan", "", 20, 2026 }},
		{"-rw-r--r-- 1 owner group 1234 Feb 29 10:30 name", func(e *Entry) { e.ModTime = time.Date(2024, 2, 29, 10, 30, 0, 0, time.UTC) }},
		{"-rw-r--r-- 1 owner group 1234 Nov 22 03:59 name", func(e *Entry) { e.ModTime = time.Date(2026, 11, 22, 3, 59, 0, 0, time.UTC) }},
		{"-rw-r--r-- 1 owner group 1234 Nov 22 04:01 name", func(e *Entry) { e.ModTime = time.Date(2025, 11, 22, 4, 1, 0, 0, time.UTC) }},
		{"-rw-r--r-- 1 owner group 1234 Dec 20 10:30 name", func(e *Entry) { e.ModTime = time.Date(2025, 12, 20, 10, 30, 0, 0, time.UTC) }},
		{"-rw-r--r-- 1 owner group 1234 20 Okt 10:30 name", func(e *Entry) { e.ModTime = time.Date(2026, 10, 20, 10, 30, 0, 0, time.UTC) }},
		{"-rw-r--r-- 1 owner group 1234 août 20 10:30 name", func(e *Entry) { e.ModTime = time.Date(2026, 8, 20, 10, 30, 0, 0, time.UTC) }},
		{"-rw-r--r-- 1 owner group 123456789012345 Nov 20 10:30 name", func(e *Entry) { e.Size = 123456789012345 }},
		{"drwxr-sr-x 2 owner group 1234 Nov 20 10:30 name", func(e *Entry) { e.Mode, e.Nlink = fs.ModeDir|fs.ModeSetgid|0o755, 2 }},
		{"drwxrwxrwt 1 owner group 1234 Nov 20 10:30 name/", func(e *Entry) { e.Mode = fs.ModeDir | fs.ModeSticky | 0o777 }},
		{"drwxrwxrwx 1 owner group 1234 Nov 20 10:30 .", func(e *Entry) { e.Mode, e.Name = fs.ModeDir|0o777, "." }},
		{"-rwsr-lr-T 1 owner group 1234 Nov 20 10:30 name", func(e *Entry) { e.Mode = fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky | 0o744 }},
		{"lrwxrwxrwx 1 owner group 1234 Nov 20 10:30 name -> ../b c", func(e *Entry) { e.Mode, e.Target = fs.ModeSymlink|0o777, "../b c" }},
		{"lrwxrwxrwx 1 owner group 1234 Nov 20 10:30 name", func(e *Entry) { e.Mode = fs.ModeSymlink | 0o777 }},
		{"crw-rw-rw- 1 owner group 1, 3 Nov 20 10:30 name", func(e *Entry) { e.Mode, e.Size = fs.ModeDevice|fs.ModeCharDevice|0o666, 0 }},
		{"brw-rw-rw- 1 owner group 253,0 Nov 20 10:30 name", func(e *Entry) { e.Mode, e.Size = fs.ModeDevice|0o666, 0 }},
		{"prw-r--r-- 1 owner group 1234 Nov 20 10:30 name", func(e *Entry) { e.Mode = fs.ModeNamedPipe | 0o644 }},
		{"srw-r--r-- 1 owner group 1234 Nov 20 10:30 name", func(e *Entry) { e.Mode = fs.ModeSocket | 0o644 }},
		{"-rw-r--r-- 1 owner group 1234 Nov 20 10:30 \xff\xfe", func(e *Entry) { e.Name = "\xff\xfe" }},
	}
	for _, tt := range tests {
		got, err := Parse(tt.line, now, nil)
		if want := unixEntry(tt.change); err != nil || !sameEntry(got, want) {
			t.Errorf("Parse(%q)\n got %+v, %v\nwant %+v", tt.line, got, err, want)
		}
	}
}

func TestParseUnixZone(t *testing.T) {
	east := time.FixedZone("", 2*3600)
	got, err := Parse("-rw-r--r-- 1 owner group 1234 Nov 20 10:30 name", now, east)
	if want := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC); err != nil || !got.ModTime.Equal(want) {
		t.Errorf("time %v, %v, want %v", got.ModTime, err, want)
	}
}

// TestParseNewYear has times without a year on both sides of the turn of the
// year, for clocks that differ by some minutes.
func TestParseNewYear(t *testing.T) {
	tests := []struct {
		now  time.Time
		date string
		want time.Time
	}{
		{time.Date(2026, 12, 31, 23, 58, 0, 0, time.UTC), "Jan 01 00:03", time.Date(2027, 1, 1, 0, 3, 0, 0, time.UTC)},
		{time.Date(2027, 1, 1, 0, 3, 0, 0, time.UTC), "Dec 31 23:58", time.Date(2026, 12, 31, 23, 58, 0, 0, time.UTC)},
		{time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC), "Jan 01 00:03", time.Date(2027, 1, 1, 0, 3, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		got, err := Parse("-rw-r--r-- 1 0 0 5 "+tt.date+" x", tt.now, nil)
		if err != nil || !got.ModTime.Equal(tt.want) {
			t.Errorf("%s, read at %v, is %v, %v", tt.date, tt.now, got.ModTime, err)
		}
	}
}

func TestParseDOS(t *testing.T) {
	morning := time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC)
	night := time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC)
	dir := fs.ModeDir | 0o777
	tests := []struct {
		line string
		want Entry
	}{
		{"11-20-26  10:30AM       <DIR>          name", Entry{Name: "name", Mode: dir, Size: -1, ModTime: morning}},
		{"11-20-26  10:30AM       <DIR>            two first", Entry{Name: "  two first", Mode: dir, Size: -1, ModTime: morning}},
		{"11-20-26  10:30AM <DIR> name", Entry{Name: "name", Mode: dir, Size: -1, ModTime: morning}},
		{"11-20-26  10:30PM                 1234 a b", Entry{Name: "a b", Mode: 0o666, Size: 1234, ModTime: night}},
		{"11-20-2026  10:30PM            1,234,567  lead", Entry{Name: " lead", Mode: 0o666, Size: 1234567, ModTime: night}},
		{"11-20-26 10:30 pm 1234 name", Entry{Name: "name", Mode: 0o666, Size: 1234, ModTime: night}},
		{"11/20/2026  22:30 1234 name", Entry{Name: "name", Mode: 0o666, Size: 1234, ModTime: night}},
		{"20/11/2026  22:30 1234 name", Entry{Name: "name", Mode: 0o666, Size: 1234, ModTime: night}},
		{"20.11.2026  22:30 1234 name", Entry{Name: "name", Mode: 0o666, Size: 1234, ModTime: night}},
		{"2026-11-20  22:30 1234 name", Entry{Name: "name", Mode: 0o666, Size: 1234, ModTime: night}},
		{"11-20-26  12:05AM 1 n", Entry{Name: "n", Mode: 0o666, Size: 1, ModTime: time.Date(2026, 11, 20, 0, 5, 0, 0, time.UTC)}},
		{"11-20-26  12:05PM 1 n", Entry{Name: "n", Mode: 0o666, Size: 1, ModTime: time.Date(2026, 11, 20, 12, 5, 0, 0, time.UTC)}},
		{"11-20-99  09:05A 1 n", Entry{Name: "n", Mode: 0o666, Size: 1, ModTime: time.Date(1999, 11, 20, 9, 5, 0, 0, time.UTC)}},
		{"11-20-26  10:30AM    <JUNCTION>     name [C:\\a b]", Entry{Name: "name", Mode: fs.ModeSymlink | 0o777, Size: -1, ModTime: morning, Target: `C:\a b`}},
		{"11-20-26  10:30AM    <SYMLINKD>     name", Entry{Name: "name", Mode: fs.ModeSymlink | 0o777, Size: -1, ModTime: morning}},
	}
	for _, tt := range tests {
		tt.want.Precision = time.Minute
		if got, err := Parse(tt.line, now, nil); err != nil || !sameEntry(got, tt.want) {
			t.Errorf("Parse(%q)\n got %+v, %v\nwant %+v", tt.line, got, err, tt.want)
		}
	}
}

func TestParseEPLF(t *testing.T) {
	tests := []struct {
		line string
		want Entry
	}{
		{"+i8388621.29609,m824255902,/,\tdir", Entry{Name: "dir", Mode: fs.ModeDir | 0o777, Size: -1, ModTime: time.Unix(824255902, 0), Precision: time.Second, ID: "8388621.29609"}},
		{"+i8388621.44468,m839956783,r,s10376,\tRFC EPLF", Entry{Name: "RFC EPLF", Mode: 0o666, Size: 10376, ModTime: time.Unix(839956783, 0), Precision: time.Second, ID: "8388621.44468"}},
		{"+up755,/\tx\ty", Entry{Name: "x\ty", Mode: fs.ModeDir | 0o755, Size: -1}},
		{"+sx,m-1,up9,q\tx", Entry{Name: "x", Mode: 0o666, Size: -1}},
		{"+\tx", Entry{Name: "x", Mode: 0o666, Size: -1}},
	}
	for _, tt := range tests {
		if got, err := Parse(tt.line, now, nil); err != nil || !sameEntry(got, tt.want) {
			t.Errorf("Parse(%q)\n got %+v, %v\nwant %+v", tt.line, got, err, tt.want)
		}
	}
}

func TestRead(t *testing.T) {
	text := "total 3\r\n-rw-r--r-- 1 0 0 5 Nov 20 10:30 a\r\n\r\nnonsense\r\n11-20-26  10:30AM 5 b\ntype=file; c"
	var names []string
	unknown := 0
	for e, err := range Read(strings.NewReader(text), now, nil) {
		switch {
		case errors.Is(err, ErrUnknownFormat):
			unknown++
		case err != nil:
			t.Fatal(err)
		default:
			names = append(names, e.Name)
		}
	}
	if got := strings.Join(names, " "); got != "a b c" || unknown != 1 {
		t.Errorf("names %q, %d unknown lines", got, unknown)
	}
	for e, err := range Read(strings.NewReader(text), now, nil) {
		if err != nil || e.Name != "a" {
			t.Errorf("the first entry is %+v, %v", e, err)
		}
		break
	}
}

func TestReadErrors(t *testing.T) {
	broken := io.MultiReader(strings.NewReader("type=file; a\n"), iotest.ErrReader(errBroken))
	if names, err := collect(Read(broken, now, nil)); !errors.Is(err, errBroken) || len(names) != 1 {
		t.Errorf("names %q, %v", names, err)
	}
	if names, err := collect(Read(strings.NewReader(strings.Repeat("x", MaxLine+1)), now, nil)); err == nil {
		t.Errorf("a line without end gave %q", names)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"-rw-r--r--    1 owner    group        1234 Nov 20 10:30 name", "lrwxrwxrwx 1 o g 5 Nov 20  2025 a -> b",
		"crw-rw-rw- 1 o g 1, 3 2026-11-20 10:30:05.123 +0100 n", "11-20-26  10:30AM       <DIR>          name",
		"20.11.2026 22:30 1,234 n", "+i1.2,m824255902,s5,up644,\tx", "type=OS.unix=slink:/x;size=5;modify=20261120103005; l", "total 5",
		"drwxr-xr-x 2 jan Domain Users 5 20 Feb 10:30 x/",
	} {
		f.Add(s)
	}
	for _, text := range listings(f) {
		for line := range strings.Lines(text) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, line string) {
		e, err := Parse(line, now, time.UTC)
		if err != nil {
			if !errors.Is(err, ErrNoEntry) && !errors.Is(err, ErrUnknownFormat) || !sameEntry(e, Entry{}) {
				t.Fatalf("%+v, %v", e, err)
			}
			return
		}
		if e.Name == "" || e.Size < -1 || strings.ContainsAny(e.Name+e.Target, "\r\n\x00") {
			t.Fatalf("%q gave %+v", line, e)
		}
	})
}

// FuzzListRoundTrip writes an entry as LIST and as MLSD and reads it back.
func FuzzListRoundTrip(f *testing.F) {
	f.Add("name", "target", uint32(0o644), uint8(0), int64(1234), int64(-100), uint32(0), uint32(1000), uint64(1), uint8(0))
	f.Add(" a  b ", "../x -> y", uint32(0o7777), uint8(2), int64(0), int64(-200*24*3600), uint32(1), uint32(2), uint64(9), uint8(1))
	f.Add("\xff\r", "", uint32(0o1777), uint8(1), int64(1)<<60, int64(5000), uint32(1<<31), uint32(7), uint64(1)<<60, uint8(2))
	f.Fuzz(func(t *testing.T, name, target string, perm uint32, kind uint8, size, age int64, uid, gid uint32, nlink uint64, owners uint8) {
		types := [...]fs.FileMode{0, fs.ModeDir, fs.ModeSymlink, fs.ModeNamedPipe, fs.ModeSocket, fs.ModeDevice, fs.ModeDevice | fs.ModeCharDevice}
		e := Entry{
			Name: strings.ReplaceAll(name, "/", "_"), Mode: types[int(kind)%len(types)] | fileMode(uint16(perm&0o7777)), Size: max(size, 0),
			ModTime: now.Add(time.Duration(age%(300*365*24*3600)) * time.Second), UID: uid, GID: gid, Nlink: max(nlink, 1),
		}
		if e.Name == "" {
			return
		}
		want := e
		want.Name = string(appendClean(nil, e.Name))
		if e.IsSymlink() {
			if strings.Contains(e.Name, " -> ") {
				return // nobody can tell where such a name ends
			}
			e.Target = target
			want.Target = string(appendClean(nil, target))
		}
		long := Long{Now: now, Owners: Owners(owners % 3)}
		roundTripLong(t, &long, e, want)
		roundTripFacts(t, e, want)
	})
}

func roundTripLong(t *testing.T, long *Long, e, want Entry) {
	t.Helper()
	switch long.Owners {
	case OwnersNumeric:
	case OwnersHidden:
		want.Owner, want.Group, want.UID, want.GID = "ftp", "ftp", 0, 0
	case OwnersNames:
		e.Owner, e.Group = "jan", "Domain Users"
		want.Owner, want.Group, want.UID, want.GID = "jan", "Domain_Users", 0, 0
	}
	if age := now.Sub(e.ModTime); age < 0 || age > recentAge {
		want.Precision = 24 * time.Hour
	} else {
		want.Precision = time.Minute
	}
	want.ModTime = want.ModTime.Truncate(want.Precision)
	line := string(long.Append(nil, &e))
	if got, err := Parse(line, now, nil); err != nil || !sameEntry(got, want) {
		t.Fatalf("%q\n got %+v, %v\nwant %+v", line, got, err, want)
	}
}

func roundTripFacts(t *testing.T, e, want Entry) {
	t.Helper()
	e.ID = want.Name
	want.ID, want.Precision, want.Nlink = uniqueValue(e.ID), time.Second, 0
	if strings.ContainsFunc(want.Target, func(r rune) bool { return r <= ' ' || r == ';' || r == 0x7f }) {
		want.Target = "" // a fact cannot hold it
	}
	line := string(AppendFacts(nil, OfferedFacts, &e, FactExtras{}))
	if strings.ContainsAny(e.Target, "\r\n\x00") {
		want.Target = ""
	}
	if got, err := Parse(line, now, nil); err != nil || !sameEntry(got, want) {
		t.Fatalf("%q\n got %+v, %v\nwant %+v", line, got, err, want)
	}
}

// collect is the names in the order they come, and the error that ends them.
func collect(entries iter.Seq2[Entry, error]) (names []string, err error) {
	for e, err := range entries {
		if err != nil {
			return names, err
		}
		names = append(names, e.Name)
	}
	return names, nil
}
