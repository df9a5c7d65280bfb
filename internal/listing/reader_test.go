package listing

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"
)

// TestParseNearly has lines that are nearly of a dialect, or of another than they
// seem.
func TestParseNearly(t *testing.T) {
	unknown := []string{
		"DATA.TXT;1", "DATA.TXT;x  1 19-NOV-2021 21:41", "a b.txt;1  1 19-NOV-2021 21:41", "DATA.TXT;1  1 32-NOV-2021 21:41", "DATA.TXT;1  1 [A]", ";1  1 19-NOV-2021 21:41",
		"WYOSPT 3420 2023/05/21 1 200 FB x 8053 PS A.FILE", "wyospt 3420 2023/05/21 1 200 FB 80 8053 PS A.FILE", "WYOSPT 3420 2023/05/21 1 200 FB 80 8053 P1 A.FILE", "Migrated a b", "VOLUME12 Tape A",
		"MEMBER1", "MEMBER1 01.01 2024/13/22 2024/06/22 16:32", "MEMBER1 01.01 2024/06/22 2024/06/22 25:32 1 1 0 X", "LOADMOD 00B30X 000411 00 FO", "LOADMOD 00B308 000411 x.y FO",
		"USER1A JOB00083 USER1 GONE A", "USER1A JOX00083 USER1 OUTPUT A", "USER1A JOB83 OUTPUT",
		"PROFILE TRACE X 65 107 2 2025-10-04 15:28:42 060191", "PROFILE TRACE V 65 107 2 2025-10-04 15:78 060191", "10/14/2025 15:28:42 Q 1 12 'x'", "10/14/2025 15:28:42 F 1 12 x'y'", "10/14/2025 15:28:42 F 1 x 'y'",
		"d [R----F-X] supervisor 512 Jan 16 18:53 login", "d [R----F--] supervisor 512 Jan 16 18:53", "x [R----F--] supervisor 512 Jan 16 18:53 a", "d R----F--] supervisor 512 Jan 16 18:53 a", "d [R----F--] supervisor x Jan 16 18:53 a",
		`ALPHA 101 528 6-Apr-17 14:21:18 255,0 "ooo"`, `ALPHA 101 528 6-Apr-17 14:21:18 255 "oooo"`, `ALPHA x 528 6-Apr-17 14:21:18 255,0 "oooo"`, `ALPHA 101 528 31-Apr-17 14:21:18 255,0 "oooo"`,
		"QSYS 77824 02/23/20 15:09:55 *dir a/", "QSYS 77824 02/32/20 15:09:55 *DIR a/", "QSYS x 02/23/20 15:09:55 *DIR a/", "QSYS 77824 02/23/20 15:09:55 *DIR", "QSYS 1 02/23/20 15:09:55 *DIR /",
		"36611 A 04-23-103 10:57", "36611 X 04-23-103 10:57 a", "36611 A 13-33-103 10:57 a", "x A 04-23-103 10:57 a",
		"2048 Feb-30-2018 05:23:30 a", "2048 Feb-28-2018 05:23:30", "x Feb-28-2018 05:23:30 a",
		"config 1 06/03/04 Thur 10:20:03", "config x 06/03/04 Thur. 10:20:03", "config 1 06/03/04 Thur. 10:20:03 more",
		"20.20 07/03/29 1026 x-ewrewr 2650 85920 a", "20.20 07/03/29 1066 d-ewrewr 2650 85920 a", "2020 07/03/29 1026 d-ewrewr 2650 85920 a",
		"1 Apr 04 2020 21:06 a", "1 Apr 04, 2020 a b c", "0100648 1 1 1 1 a", "0190644 1 1 1 1 a", "0030644 1 1 1 1 a", "0100644 1 1 1 x a",
		"-rw-r--r-- 1 o g 5 Xyz 20 2025 a", "-rw-r--r-- 1 o g 5 20 Xyz 2025 a", "-rw-r--r-- 1 o g 5 Xyz 20 10:30 a", "-rw-r--r-- 1 o g 5 Nov 32 2025 a",
		"-C--E-----FTP B BCC3I1 7670 x Jan 13 07:42 a", "-c--E-----FTP B BCC3I1 7670 1 Jan 13 07:42 a",
		"-rw-r--r-- 1 o g 5 13-13 10:30 a", "-rw-r--r-- 1 o g 5 13月 1日 10:30 a", "-rw-r--r-- 1 o g 5 3月 32日 10:30 a", "-rw-r--r-- 1 o g 5 3月", "-rw-r--r-- 1 o g 5 2023年", "-rw-r--r-- 1 o g 5 3月 1日",
	}
	for _, line := range unknown {
		if e, err := Parse(line, now, nil); !errors.Is(err, ErrUnknownFormat) {
			t.Errorf("Parse(%q) = %+v, %v, want ErrUnknownFormat", line, e, err)
		}
	}
	nothing := []string{
		"合計 12", "total: 4.0K", "Directory DISK$1:[ANNA.SUB]", "Total of 1 file, 3/4 blocks.", "Grand total of 2 directories, 5 files.",
		" Name     VV.MM   Created       Changed      Size  Init   Mod   Id", "Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname",
		"JOBNAME  JOBID    OWNER    STATUS CLASS", "File         Code             EOF  Last Modification    Owner  RWEP", "--------  ------",
	}
	for _, line := range nothing {
		if e, err := Parse(line, now, nil); !errors.Is(err, ErrNoEntry) {
			t.Errorf("Parse(%q) = %+v, %v, want ErrNoEntry", line, e, err)
		}
	}
}

// TestMonthsAreUnique has no name for two months, in any charset.
func TestMonthsAreUnique(t *testing.T) {
	count := make(map[string]int)
	for i, month := range months {
		for name := range strings.FieldsSeq(month) {
			if other, ok := count[name]; ok {
				t.Errorf("%q is month %d and month %d", name, other, i+1)
			}
			count[name] = i + 1
			if len(name) > longestMonth || len(name) < 3 {
				t.Errorf("%q is %d bytes long", name, len(name))
			}
			for _, s := range []string{name, strings.ToUpper(name), name + ".", name + ","} {
				if got, ok := parseMonth(s); !ok || got != i+1 {
					t.Errorf("parseMonth(%q) = %d, %v, want %d", s, got, ok, i+1)
				}
			}
			for _, encode := range [...]func(rune) (byte, bool){latin1, latin2, windows1251, koi8r} {
				if bytes, ok := oneByteEach(name, encode); ok && monthByName()[bytes] != i+1 {
					t.Errorf("%q, as %q, is month %d, want %d", name, bytes, monthByName()[bytes], i+1)
				}
			}
		}
	}
}

func TestParseMonthCase(t *testing.T) {
	for s, want := range map[string]int{"F\xe9V": 2, "d\xe9C.": 12, "JAN": 1, "Ağu": 8, "AĞU": 8, "МаЙ": 5, "ma": 0, "x\xff\xffx": 0, "januaryjanuaryjanuary": 0, "": 0} {
		if got, _ := parseMonth(s); got != want {
			t.Errorf("parseMonth(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestNumericDate(t *testing.T) {
	tests := []struct {
		text   string
		orders dateOrders
		want   string
		seen   dateOrders
	}{
		{"11-20-26", 0, "2026-11-20", monthFirst},
		{"20-11-26", 0, "2026-11-20", dayFirst | yearFirst},
		{"20-11-26", yearFirst, "2020-11-26", dayFirst | yearFirst},
		{"03/04/05", 0, "2005-03-04", everyOrder},
		{"03/04/05", dayFirst, "2005-04-03", everyOrder},
		{"03/04/05", dayFirst | yearFirst, "2005-04-03", everyOrder},
		{"03.04.05", 0, "2005-04-03", everyOrder},
		{"03.04.2005", 0, "2005-04-03", monthFirst | dayFirst},
		{"3.4.05", 0, "2005-04-03", monthFirst | dayFirst},
		{"26/02/30", 0, "2030-02-26", dayFirst},
		{"11-20-126", 0, "2026-11-20", monthFirst},
		{"11-20-69", 0, "2069-11-20", monthFirst},
		{"11-20-70", 0, "1970-11-20", monthFirst},
		{"2026-02-30", 0, "", 0},
		{"2026.02.28", 0, "2026-02-28", 0},
		{"30/30/20", 0, "", 0},
		{"1/2/3", 0, "", 0},
		{"1/2-03", 0, "", 0},
		{"120/2/03", 0, "", 0},
		{"12", 0, "", 0},
		{"", 0, "", 0},
	}
	for _, tt := range tests {
		var seen dateOrders
		c := clock{orders: tt.orders, seen: &seen}
		y, m, d, ok := c.numericDate(tt.text, usualOrder(tt.text), false)
		got := ""
		if ok {
			got = fmt.Sprintf("%04d-%02d-%02d", y, m, d)
		}
		if got != tt.want || seen != tt.seen {
			t.Errorf("%s with %b: %q, seen %b, want %q, %b", tt.text, tt.orders, got, seen, tt.want, tt.seen)
		}
	}
}

// dates reads a listing and gives the days.
func dates(text string) string {
	var list []string
	for e, err := range Read(strings.NewReader(text), now, nil) {
		if err != nil {
			list = append(list, "?")
			continue
		}
		list = append(list, e.ModTime.Format("060102"))
	}
	return strings.Join(list, " ")
}

func TestReadDateOrder(t *testing.T) {
	line := func(date string) string { return date + "  10:30  5 name\n" }
	tests := []struct{ name, text, want string }{
		{"nothing settles it", line("01/02/2025") + line("03/04/2025"), "250102 250304"},
		{"settled late", line("01/02/2025") + "nonsense\n" + line("13/04/2025") + line("05/06/2025"), "250201 ? 250413 250605"},
		{"settled early", line("04/13/2025") + line("01/02/2025"), "250413 250102"},
		{"contradiction", line("01/02/2025") + line("13/04/2025") + line("04/13/2025") + line("05/06/2025"), "250201 250413 250413 250506"},
		{"future", line("01/12/2026") + line("02/03/2026"), "260112 260203"},
		{"as many futures", line("01/12/2026") + line("12/01/2026"), "260112 261201"},
		{"other dialects between", line("01/02/2025") + "type=file;modify=20250102000000; x\n" + line("13/04/2025"), "250201 250102 250413"},
		{"Unix", "-rw-r--r-- 1 o g 5 01-02 2025 a\n-rw-r--r-- 1 o g 5 13-02 2025 b\n", "250201 250213"},
		{"American halves of a day", "01-02-25  10:30AM 5 a\n01-02-25  10:30 5 b\n", "250102 250102"},
	}
	for _, tt := range tests {
		if got := dates(tt.text); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestReadStreams checks that a listing of which the dates are clear, or too
// many are not, comes out before it ends.
func TestReadStreams(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		before     int
	}{
		{"Unix", "-rw-r--r-- 1 o g 5 Nov 20 10:30 a\n", 0},
		{"American", "01-02-25  10:30AM 5 a\n", 0},
		{"settled", "13/02/2025  10:30 5 a\n", 0},
		{"open", "01/02/2025  10:30 5 a\n", maxHeld - 1},
		{"open and long", "01/02/2025  10:30 5 " + strings.Repeat("x", 60_000) + "\n", maxHeldBytes / 60_000},
	} {
		src, lines := io.Pipe()
		sent := make(chan int)
		go func() {
			n := 0
			for ; n < 3*maxHeld; n++ {
				if _, err := io.WriteString(lines, tt.line); err != nil {
					break
				}
			}
			sent <- n
		}()
		for _, err := range Read(src, now, nil) {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			break
		}
		src.Close()
		// What the scanner has read ahead is at most some buffers.
		if n, limit := <-sent, tt.before+2+64<<10/len(tt.line); n > limit {
			t.Errorf("%s: the first entry came after %d lines, want at most %d", tt.name, n, limit)
		}
	}
}

func TestReadVMSName(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"not VMS", "-rw-r--r-- 1 o g 5 Nov 20 10:30 a\nfoo;1\n-rw-r--r-- 1 o g 5 Nov 20 10:30 b\n", "a ? b"},
		{"at the end", "A.TXT;1 1 2-AUG-2026 13:05\nB.DIR;1\n", "A.TXT;1 B"},
		{"alone", "B.TXT;1\n", "?"},
		{"two names", "A.TXT;1 1 2-AUG-2026 13:05\nB.TXT;1\nC.TXT;1\n  1 2-AUG-2026 13:05\n", "A.TXT;1 B.TXT;1 C.TXT;1"},
		{"then an end", "A.TXT;1 1 2-AUG-2026 13:05\nB.TXT;1\n\nTotal of 2 files, 1 blocks\n", "A.TXT;1 B.TXT;1"},
	}
	for _, tt := range tests {
		var got []string
		for e, err := range Read(strings.NewReader(tt.text), now, nil) {
			if err != nil {
				e.Name = "?"
			}
			got = append(got, e.Name)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestParseScaled(t *testing.T) {
	for text, want := range map[string]int64{
		"33.5k": 34304, "2KB": 2048, "1.25MiB": 1310720, "0K": 0, "3G": 3 << 30, "1T": 1 << 40, "99999999999999999T": 1<<63 - 1, "9007199254740991.999K": 1<<63 - 1,
		"k": -1, "1.k": -1, "1.2345k": -1, "1x": -1, "12": -1, "1.2": -1, ".5k": -1, "": -1,
	} {
		got, ok := parseScaled(text)
		if !ok {
			got = -1
		}
		if got != want && (want < 1<<60 || got < 1<<60) {
			t.Errorf("parseScaled(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestZoneOffset(t *testing.T) {
	exact := time.Date(2026, 7, 14, 10, 30, 45, 0, time.UTC)
	at := func(offset time.Duration) time.Time { return exact.Add(offset).Truncate(time.Minute) }
	tests := []struct {
		name      string
		listed    time.Time
		precision time.Duration
		want      time.Duration
		ok        bool
	}{
		{"UTC", at(0), time.Minute, 0, true},
		{"Berlin in summer", at(2 * time.Hour), time.Minute, 2 * time.Hour, true},
		{"New York in winter", at(-5 * time.Hour), time.Minute, -5 * time.Hour, true},
		{"India", at(5*time.Hour + 30*time.Minute), time.Minute, 5*time.Hour + 30*time.Minute, true},
		{"Nepal", at(5*time.Hour + 45*time.Minute), time.Minute, 5*time.Hour + 45*time.Minute, true},
		{"Kiribati", at(14 * time.Hour), time.Minute, 14 * time.Hour, true},
		{"Baker Island", at(-12 * time.Hour), time.Minute, -12 * time.Hour, true},
		{"rounded up", exact.Add(time.Hour).Round(time.Minute), time.Minute, time.Hour, true},
		{"with seconds", exact.Add(time.Hour), time.Second, time.Hour, true},
		{"a day only", exact.Truncate(24 * time.Hour), 24 * time.Hour, 0, false},
		{"changed between", at(2*time.Hour + 7*time.Minute), time.Minute, 0, false},
		{"no zone", at(15 * time.Hour), time.Minute, 0, false},
		{"another year", at(365 * 24 * time.Hour), time.Minute, 0, false},
		{"unknown", time.Time{}, time.Minute, 0, false},
	}
	for _, tt := range tests {
		got, ok := ZoneOffset(tt.listed, tt.precision, exact)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: %v, %v, want %v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
	if _, ok := ZoneOffset(exact, time.Minute, time.Time{}); ok {
		t.Error("an unknown exact time gave a zone")
	}
}

// FuzzRead reads any text as a listing: it ends, gives no more than the text
// holds, and no entry that is none.
func FuzzRead(f *testing.F) {
	for _, text := range listings(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		for e, err := range Read(strings.NewReader(text), now, time.UTC) {
			n++
			switch {
			case errors.Is(err, ErrUnknownFormat):
			case err != nil:
				if len(text) <= MaxLine {
					t.Fatal(err)
				}
			case e.Name == "" || e.Size < -1 || e.Rough < 0 || strings.ContainsAny(e.Name+e.Target, "\n\x00"):
				t.Fatalf("%+v", e)
			case e.Mode&fs.ModeIrregular != 0:
				t.Fatalf("mode %v", e.Mode)
			}
		}
		if n > strings.Count(text, "\n")+2 {
			t.Fatalf("%d entries of %d lines", n, strings.Count(text, "\n")+1)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat("-rw-r--r--    1 owner    group        1234 Nov 20 10:30 name\r\n", 10_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range Read(strings.NewReader(text), now, nil) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != 10_000 {
			b.Fatal(n)
		}
	}
}
