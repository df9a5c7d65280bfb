package ftp

import (
	"strings"
	"testing"
)

func TestParseCommand(t *testing.T) {
	tests := []struct {
		line string
		want Command
	}{
		{"", Command{}},
		{"noop", Command{Verb: "NOOP"}},
		{"NOOP ", Command{Verb: "NOOP"}},
		{"retr file", Command{"RETR", "file"}},
		{"RETR  lead", Command{"RETR", " lead"}},
		{"RETR trail ", Command{"RETR", "trail "}},
		{"ReTr a b", Command{"RETR", "a b"}},
		{"STOR \xff\xfe", Command{"STOR", "\xff\xfe"}},
		{" NOOP", Command{"", "NOOP"}},
		{"site chmod 644 a b", Command{"SITE", "chmod 644 a b"}},
		{"a\tb c", Command{"A\tB", "c"}},
		{"r\xe9tr x", Command{"R\xe9TR", "x"}},
	}
	for _, tt := range tests {
		if got := ParseCommand(tt.line); got != tt.want {
			t.Errorf("ParseCommand(%q) = %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestCommandSub(t *testing.T) {
	tests := []struct {
		line string
		want Command
	}{
		{"SITE chmod 644 a b", Command{"SITE CHMOD", "644 a b"}},
		{"SITE help", Command{"SITE HELP", ""}},
		{"SITE", Command{"SITE", ""}},
		{"opts mlst type;size;", Command{"OPTS MLST", "type;size;"}},
		{"SITE UTIME  x", Command{"SITE UTIME", " x"}},
	}
	for _, tt := range tests {
		if got := ParseCommand(tt.line).Sub(); got != tt.want {
			t.Errorf("ParseCommand(%q).Sub() = %q, want %q", tt.line, got, tt.want)
		}
	}
}

func TestParseCommandAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { ParseCommand("RETR some/file") }); n != 0 {
		t.Errorf("a command in upper case costs %v allocations, want 0", n)
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"", "NOOP", "retr a b", "RETR  x ", "SITE chmod 644 x", " x", "\xff \xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c := ParseCommand(line)
		if strings.Contains(string(c.Verb), " ") {
			t.Errorf("verb %q holds a space", c.Verb)
		}
		if again := ParseCommand(c.String()); again != c {
			t.Errorf("ParseCommand(%q) = %q, and of its String %q", line, c, again)
		}
		if sub := c.Sub(); c.Arg != "" && !strings.HasSuffix(c.Arg, sub.Arg) {
			t.Errorf("Sub of %q changed the argument: %q", c, sub)
		}
	})
}
