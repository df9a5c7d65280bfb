package listing

import (
	"io/fs"
	"strings"
	"testing"
	"time"
)

func TestNoLineIsForged(t *testing.T) {
	e := Entry{
		Name: "a\r\n-rw-r--r--\x00", Target: "b\nc", Owner: "o\r\nx", Group: "g\x00", ID: "1\r\n2;x=y",
		Mode: fs.ModeSymlink | 0o777, ModTime: today,
	}
	long := Long{Now: now, Owners: OwnersNames}
	short := Short{Prefix: "p\r\n/", Classify: true}
	lines := map[string][]byte{
		"LIST":    long.Append(nil, &e),
		"NLST":    short.Append(nil, &e),
		"MLSD":    AppendFactsLine(nil, OfferedFacts, &e, FactExtras{Perm: "r\r\n"}),
		"heading": AppendHeading(nil, "d\r\ne", true),
	}
	for name, line := range lines {
		body, ended := strings.CutSuffix(string(line), "\r\n")
		if !ended || strings.ContainsAny(body, "\r\n\x00") {
			t.Errorf("%s: %q is not one line", name, line)
		}
	}
	if got := string(short.Append(nil, &e)); got != "p??/a??-rw-r--r--?@\r\n" {
		t.Errorf("NLST: %q", got)
	}
}

func TestLineAllocations(t *testing.T) {
	e := Entry{
		Name: "a-file-name.txt", Mode: fs.ModeSymlink | 0o644, Size: 1 << 30, ModTime: today, UID: 1000, GID: 1000,
		Owner: "ann", Group: "users", Nlink: 1, Target: "../b", ID: "803:123456",
	}
	long := Long{Now: now, Owners: OwnersNames, Location: time.FixedZone("", 3600)}
	short := Short{Prefix: "sub/", Classify: true}
	b := make([]byte, 0, 4096)
	writers := map[string]func(){
		"LIST": func() { b = long.Append(b[:0], &e) },
		"NLST": func() { b = short.Append(b[:0], &e) },
		"MLSD": func() { b = AppendFactsLine(b[:0], OfferedFacts, &e, FactExtras{Perm: "adfrw"}) },
	}
	for name, write := range writers {
		if n := testing.AllocsPerRun(100, write); n != 0 {
			t.Errorf("%s: %v allocations per line, want 0", name, n)
		}
	}
}

func BenchmarkAppendLong(b *testing.B) {
	l := Long{Now: now}
	e := Entry{Name: "a-file-name.txt", Mode: 0o644, Size: 1 << 30, ModTime: today, UID: 1000, GID: 1000, Nlink: 1}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = l.Append(buf[:0], &e)
	}
}

func BenchmarkAppendFacts(b *testing.B) {
	e := Entry{Name: "a-file-name.txt", Mode: 0o644, Size: 1 << 30, ModTime: today, UID: 1000, GID: 1000, Nlink: 1, ID: "803:123456"}
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendFactsLine(buf[:0], OfferedFacts, &e, FactExtras{Perm: "adfrw"})
	}
}
