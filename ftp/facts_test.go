package ftp

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

// allFacts is every fact there is.
const allFacts = FactSet(1<<factCount - 1)

var modified = time.Date(2026, 11, 20, 10, 30, 5, 0, time.UTC)

func TestAppendEntry(t *testing.T) {
	full := Facts{
		Has: allFacts, Type: EntryFile, Size: 1234, Sizd: 4096, Modify: modified, Create: modified.Add(500 * time.Millisecond),
		Unique: "803g12", Perm: "adfrw", Lang: "en", MediaType: "text/plain", Charset: "utf-8", UnixMode: 0o4644,
		UnixUID: 1000, UnixGID: 100, UnixOwner: "1000", UnixGroup: "100", UnixOwnerName: "ann", UnixGroupName: "users",
	}
	tests := []struct {
		name  string
		set   FactSet
		facts Facts
		entry string
		want  string
	}{
		{"every fact", allFacts, full, "a", "type=file;size=1234;modify=20261120103005;create=20261120103005.5;unique=803g12;perm=adfrw;" +
			"lang=en;media-type=text/plain;charset=utf-8;sizd=4096;UNIX.mode=4644;UNIX.uid=1000;UNIX.gid=100;UNIX.owner=1000;" +
			"UNIX.group=100;UNIX.ownername=ann;UNIX.groupname=users; a"},
		{"selected", FactSetOf(FactSize, FactType), full, "a b", "type=file;size=1234; a b"},
		{"none selected", 0, full, " x ", "  x "},
		{"not known", allFacts, Facts{Has: FactSetOf(FactType), Type: EntryDir}, "d", "type=dir; d"},
		{"symbolic link", allFacts, Facts{Has: FactSetOf(FactType), Type: EntrySymlink, Target: "../a"}, "l", "type=OS.unix=slink:../a; l"},
		{"target that would forge", allFacts, Facts{Has: FactSetOf(FactType), Type: EntrySymlink, Target: "a;size=1; b"}, "l", "type=OS.unix=slink:; l"},
		{"name that would forge", allFacts, Facts{Has: FactSetOf(FactType), Type: EntryFile}, "a\r\ntype=dir; b\x00", "type=file; a??type=dir; b?"},
		{"value that would forge", allFacts, Facts{Has: FactSetOf(FactUnixOwnerName), UnixOwnerName: "a b;c=\n"}, "x", "UNIX.ownername=a?b?c=?; x"},
		{"other facts", 0, Facts{Other: []RawFact{{"Win32.ea", "0x20"}, {"a=b", "c=d"}}}, "x", "Win32.ea=0x20;a?b=c=d; x"},
		{"negative size", allFacts, Facts{Has: FactSetOf(FactSize), Size: -1}, "x", "size=0; x"},
	}
	for _, tt := range tests {
		if got := string(AppendEntry(nil, tt.set, &tt.facts, tt.entry)); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestAppendEntryAllocations(t *testing.T) {
	f := Facts{Has: allFacts, Type: EntrySymlink, Target: "x", Modify: modified, Create: modified, UnixMode: 0o644}
	b := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() { b = AppendEntry(b[:0], allFacts, &f, "name") }); n != 0 {
		t.Errorf("%v allocations per entry, want 0", n)
	}
}

func TestParseEntry(t *testing.T) {
	tests := []struct {
		name, line string
		want       Facts
		entry      string
	}{
		{"plain", "type=file;size=5;modify=20261120103005; a b", Facts{Has: FactSetOf(FactType, FactSize, FactModify), Type: EntryFile, Size: 5, Modify: modified}, "a b"},
		{"any case", "Type=DIR;unix.MODE=0755; d", Facts{Has: FactSetOf(FactType, FactUnixMode), Type: EntryDir, UnixMode: 0o755}, "d"},
		{"spaces around the name", "type=file;  x ", Facts{Has: FactSetOf(FactType), Type: EntryFile}, " x "},
		{"name like facts", "type=file; size=1; x", Facts{Has: FactSetOf(FactType), Type: EntryFile}, "size=1; x"},
		{"no facts", " size=1; x", Facts{}, "size=1; x"},
		{"cdir", "Type=cdir;Perm=el; /pub", Facts{Has: FactSetOf(FactType, FactPerm), Type: EntryCurrent, Perm: "el"}, "/pub"},
		{"link of ProFTPD", "type=OS.unix=symlink; l", Facts{Has: FactSetOf(FactType), Type: EntrySymlink}, "l"},
		{"link with target", "type=OS.UNIX=slink:/a/b; l", Facts{Has: FactSetOf(FactType), Type: EntrySymlink, Target: "/a/b"}, "l"},
		{"other type", "type=OS.unix=slinky; l", Facts{Has: FactSetOf(FactType), Type: "OS.unix=slinky"}, "l"},
		{"unknown fact", "win32.ea=0x20;size=0; x", Facts{Has: FactSetOf(FactSize), Other: []RawFact{{"win32.ea", "0x20"}}}, "x"},
		{"value that is none", "size=big;perm=; x", Facts{Has: FactSetOf(FactPerm), Other: []RawFact{{"size", "big"}}}, "x"},
		{"fact twice", "size=1;size=2; x", Facts{Has: FactSetOf(FactSize), Size: 1, Other: []RawFact{{"size", "2"}}}, "x"},
		{"mode of stat", "UNIX.mode=0100644; x", Facts{Has: FactSetOf(FactUnixMode), UnixMode: 0o644}, "x"},
		{"no last semicolon", "type=file;size=1 x", Facts{Has: FactSetOf(FactType, FactSize), Type: EntryFile, Size: 1}, "x"},
		{"space in a value", "UNIX.groupname=Domain Users;size=1; x y", Facts{Has: FactSetOf(FactUnixGroupName, FactSize), UnixGroupName: "Domain Users", Size: 1}, "x y"},
		{"space in the last value", "size=1;UNIX.groupname=Domain Users; x y", Facts{Has: FactSetOf(FactUnixGroupName, FactSize), UnixGroupName: "Domain Users", Size: 1}, "x y"},
		{"semicolon in the name", "type=file x;y", Facts{Has: FactSetOf(FactType), Type: EntryFile}, "x;y"},
		{"fact without a value", "type=file;strange; x", Facts{Has: FactSetOf(FactType), Type: EntryFile, Other: []RawFact{{"strange", ""}}}, "x"},
		{"empty fact", "type=file;;size=1; x", Facts{Has: FactSetOf(FactType, FactSize), Type: EntryFile, Size: 1}, "x"},
		{"bytes", "type=file; \xff\xfe", Facts{Has: FactSetOf(FactType), Type: EntryFile}, "\xff\xfe"},
	}
	for _, tt := range tests {
		got, entry, err := ParseEntry(tt.line)
		if err != nil || entry != tt.entry || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %q, %v\nwant %+v, %q", tt.name, got, entry, err, tt.want, tt.entry)
		}
	}
}

func TestParseEntryErrors(t *testing.T) {
	for _, line := range []string{
		"", " ", "x", "type=file;", "type=file; ", "type=file;size=5", "total 5", "-rw-r--r-- 1 0 0 5 Nov 20 10:30 x",
		"type=file; a\rb", "type=file; a\nb", "type=file; a\x00b",
	} {
		if f, name, err := ParseEntry(line); !errors.Is(err, ErrFacts) {
			t.Errorf("ParseEntry(%q) = %+v, %q, %v, want ErrFacts", line, f, name, err)
		}
	}
}

func TestFactSet(t *testing.T) {
	offered := FactSetOf(FactType, FactSize, FactModify, FactUnixMode)
	if got := offered.Features(FactSetOf(FactType, FactModify)); got != "MLST type*;size;modify*;UNIX.mode;" {
		t.Errorf("feature line %q", got)
	}
	if got := offered.Without(FactType).With(FactPerm).String(); got != "size;modify;perm;UNIX.mode;" {
		t.Errorf("set %q", got)
	}
	if offered.With(200) != offered || offered.Without(200) != offered || offered.Has(200) || Fact(200).String() != "fact-200" {
		t.Error("a fact that does not exist is in the set")
	}
	tests := []struct {
		arg, want string
		bad       bool
	}{
		{"type;size;", "MLST OPTS type;size;", false},
		{"SIZE;TYPE", "MLST OPTS type;size;", false},
		{"unix.mode;x.unknown;perm;", "MLST OPTS UNIX.mode;", false},
		{"", "MLST OPTS", false},
		{";", "MLST OPTS", false},
		{"type size", "", true},
		{"type=file;", "", true},
	}
	for _, tt := range tests {
		s, err := ParseFactSet(tt.arg, offered)
		if tt.bad {
			if !errors.Is(err, ErrFacts) {
				t.Errorf("ParseFactSet(%q) = %v, %v, want ErrFacts", tt.arg, s, err)
			}
			continue
		}
		if err != nil || s.OptsReply() != tt.want {
			t.Errorf("ParseFactSet(%q) = %q, %v, want %q", tt.arg, s.OptsReply(), err, tt.want)
		}
	}
}

func TestFactNames(t *testing.T) {
	for f := range factCount {
		got, ok := factByName(strings.ToUpper(f.String()))
		if !ok || got != f {
			t.Errorf("%v is found as %v, %v", f, got, ok)
		}
		if s, err := ParseFactSet(f.String(), allFacts); err != nil || s != FactSetOf(f) {
			t.Errorf("%v is selected as %v, %v", f, s, err)
		}
	}
}

func FuzzFacts(f *testing.F) {
	for _, s := range []string{
		"type=file;size=5;modify=20261120103005.25; a b", "Type=OS.unix=slink:/x;UNIX.mode=0755; l", " x", "size=x;size=1;; y",
		"type=dir;UNIX.groupname=Domain Users; z", "type=file x", "a=b;c; d",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		first, name, err := ParseEntry(line)
		if err != nil {
			if !errors.Is(err, ErrFacts) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		// One turn makes the values clean; from then on nothing may change.
		wire := string(AppendEntry(nil, allFacts, &first, name))
		second, again, err := ParseEntry(wire)
		if err != nil || again != name {
			t.Fatalf("%q, written as %q: name %q, %v", line, wire, again, err)
		}
		if second.Has != first.Has {
			t.Fatalf("%q, written as %q: facts %v became %v", line, wire, first.Has, second.Has)
		}
		if got := string(AppendEntry(nil, allFacts, &second, again)); got != wire {
			t.Fatalf("%q became %q", wire, got)
		}
	})
}

func BenchmarkAppendEntry(b *testing.B) {
	f := Facts{Has: allFacts, Type: EntryFile, Size: 1 << 20, Modify: modified, Unique: "803g1", Perm: "adfrw", UnixMode: 0o644}
	set := FactSetOf(FactType, FactSize, FactModify, FactUnique, FactPerm, FactUnixMode)
	buf := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendEntry(buf[:0], set, &f, "a-file-name.txt")
	}
}
