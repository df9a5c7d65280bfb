package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"ferry/ftpclient"
)

const mlst = " MLST type*;size*;\r\n"

// runLs lists a path of a server.
func runLs(t *testing.T, s *listServer, f lsFlags, path string) (stdout, stderr string, err error) {
	t.Helper()
	if s.addr == "" {
		s.start(t)
	}
	conn, err := ftpclient.Dial(t.Context(), s.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Login(t.Context(), "", "", ""); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	c := &client{program: &program{stdout: &out, stderr: &errs}}
	l := &lister{lsFlags: f, client: c, conn: conn, printer: newPrinter(c, &f), limits: listLimits{entries: 5000, bytes: 1 << 20, depth: 20}}
	err = l.list(t.Context(), path)
	return out.String(), errs.String(), err
}

// TestLsEndlessTree lists trees that a server makes up as it goes.
func TestLsEndlessTree(t *testing.T) {
	s := &listServer{feat: mlst, list: func(_, arg string, w io.Writer) bool {
		fmt.Fprint(w, "type=dir; d\r\n")
		return true
	}}
	_, _, err := runLs(t, s, lsFlags{recursive: true, names: true}, "")
	if !errors.Is(err, errTooLong) {
		t.Errorf("an endless tree ends with %v", err)
	}
	for _, unsorted := range []bool{false, true} {
		wide := &listServer{feat: mlst, list: func(_, arg string, w io.Writer) bool {
			for i := range 2000 {
				fmt.Fprintf(w, "type=file; %d\r\n", i)
			}
			fmt.Fprint(w, "type=dir; d\r\n")
			return true
		}}
		_, _, err = runLs(t, wide, lsFlags{recursive: true, names: true, unsorted: unsorted}, "")
		if !errors.Is(err, errTooLong) {
			t.Errorf("unsorted %v: an endless number of files ends with %v", unsorted, err)
		}
	}
}

// TestLsLongNames lists a directory of which the names alone would fill the memory.
func TestLsLongNames(t *testing.T) {
	name := strings.Repeat("x", 4000)
	s := &listServer{feat: mlst, list: func(_, arg string, w io.Writer) bool {
		for range 300 {
			fmt.Fprintf(w, "type=file; %s\r\n", name)
		}
		return true
	}}
	if _, _, err := runLs(t, s, lsFlags{names: true}, ""); !errors.Is(err, errTooLong) {
		t.Errorf("it ends with %v", err)
	}
	out, _, err := runLs(t, s, lsFlags{names: true, unsorted: true}, "")
	if err != nil || strings.Count(out, "\n") != 300 {
		t.Errorf("unsorted: %d lines, %v", strings.Count(out, "\n"), err)
	}
}

// TestLsRefused goes on behind a directory that may not be listed, and tells of it
// in the end.
func TestLsRefused(t *testing.T) {
	s := &listServer{feat: mlst, list: func(_, arg string, w io.Writer) bool {
		if arg == "" {
			fmt.Fprint(w, "type=dir; a\r\ntype=dir; b\r\ntype=dir; c\r\n")
		}
		fmt.Fprint(w, "type=file; file\x1b[2J\r\ntype=file; ../up\r\n")
		return arg != "a" && arg != "c"
	}}
	out, errs, err := runLs(t, s, lsFlags{recursive: true, names: true}, "")
	if want := "a\nb\nc\nfile\\x1b[2J\nb/file\\x1b[2J\n"; out != want {
		t.Errorf("got %q, want %q", out, want)
	}
	if ftpclient.Code(err) != 550 || !strings.HasPrefix(err.Error(), "c: ") {
		t.Errorf("it ends with %v", err)
	}
	if !strings.Contains(errs, "MLSD a: the server says: 550") || strings.Contains(errs, "\x1b") {
		t.Errorf("it says %q", errs)
	}
}

// TestLsAll asks a server without MLSD for hidden names, and one that does not know
// the option as always.
func TestLsAll(t *testing.T) {
	line := func(w io.Writer, name string) {
		fmt.Fprintf(w, "-rw-r--r-- 1 me us 5 Jan  1  2020 %s\r\n", name)
	}
	for _, knows := range []bool{true, false} {
		s := &listServer{list: func(_, arg string, w io.Writer) bool {
			arg, all := strings.CutPrefix(arg, "-a")
			if arg = strings.TrimPrefix(arg, " "); arg != "my dir" && arg != "./-dir" || all && !knows {
				return false
			}
			line(w, "seen")
			if all {
				line(w, ".hidden")
			}
			return true
		}}
		for _, dir := range []string{"my dir", "-dir"} {
			out, _, err := runLs(t, s, lsFlags{all: true, names: true}, dir)
			want := "seen\n"
			if knows {
				want = ".hidden\nseen\n"
			}
			if out != want || err != nil {
				t.Errorf("knows %v: %q: got %q, %v, want %q", knows, dir, out, err, want)
			}
			if out, _, err := runLs(t, s, lsFlags{names: true}, dir); out != "seen\n" || err != nil {
				t.Errorf("knows %v: %q without -a: got %q, %v", knows, dir, out, err)
			}
		}
	}
}

// TestLsOldServer names a file, an empty directory and nothing to a server without
// MLSD, which lists the first by its path and the other two alike.
func TestLsOldServer(t *testing.T) {
	s := &listServer{
		answers: map[string]string{
			"MLST docs/file": "500 what", "MLST docs/empty": "500 what", "MLST docs/none": "500 what",
			"CWD docs/empty": "250 there", "CWD /": "250 back", "PWD": "257 \"/\"", "SIZE docs/file": "213 5", "MDTM docs/file": "213 20200101000000",
		},
		list: func(_, arg string, w io.Writer) bool {
			if arg == "docs/file" {
				fmt.Fprintf(w, "-rw-r--r-- 1 me us 5 Jan  1  2020 docs/file\r\n")
			}
			return true
		},
	}
	if out, errs, err := runLs(t, s, lsFlags{names: true}, "docs/file"); out != "file\n" || errs != "" || err != nil {
		t.Errorf("a file: got %q, %q, %v", out, errs, err)
	}
	if out, errs, err := runLs(t, s, lsFlags{names: true}, "docs/empty"); out != "" || errs != "" || err != nil {
		t.Errorf("an empty directory: got %q, %q, %v", out, errs, err)
	}
	if out, _, err := runLs(t, s, lsFlags{names: true}, "docs/none"); out != "" || ftpclient.Code(err) != 550 || statusOf(err) != exitMissing {
		t.Errorf("nothing: got %q, %v", out, err)
	}
}

// TestLsHardPattern matches a pattern that would take for ever.
func TestLsHardPattern(t *testing.T) {
	s := &listServer{feat: mlst, list: func(_, arg string, w io.Writer) bool {
		fmt.Fprintf(w, "type=file; %s\r\n", strings.Repeat("a", 2000))
		return true
	}}
	for _, pattern := range []string{strings.Repeat("{a,b}", 30), strings.Repeat("*a", 500) + "b"} {
		if _, _, err := runLs(t, s, lsFlags{names: true}, "dir/"+pattern); err == nil {
			t.Errorf("%.20s: no error", pattern)
		}
	}
}

func TestInColumns(t *testing.T) {
	names := strings.Fields
	tests := []struct {
		width int
		names []string
		want  string
	}{
		{80, names("a"), "a\n"},
		{80, names("a b c"), "a  b  c\n"},
		{7, names("a b c"), "a  b  c\n"},
		{6, names("a b c"), "a  c\nb\n"},
		{3, names("a b c"), "a\nb\nc\n"},
		{1, names("long b"), "long\nb\n"},
		{12, names("日本語 b c d"), "日本語  c\nb       d\n"},
		{10, names("a bb ccc dddd e"), "a    dddd\nbb   e\nccc\n"},
	}
	for _, test := range tests {
		p := &printer{width: test.width, names: test.names, kinds: make([]fs.FileMode, len(test.names))}
		if got := p.inColumns(); got != test.want {
			t.Errorf("%q in %d:\n%swant\n%s", test.names, test.width, got, test.want)
		}
	}
}

func TestPaint(t *testing.T) {
	var out bytes.Buffer
	p := &printer{w: &out, flags: &lsFlags{names: true}, colour: true}
	for _, mode := range []fs.FileMode{0o644, 0o755, fs.ModeDir | 0o755, fs.ModeSymlink, fs.ModeDevice} {
		if err := p.entry(&ftpclient.Entry{Name: "n", Mode: mode}, ""); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"n", "\x1b[1;32mn\x1b[0m", "\x1b[1;34mn\x1b[0m", "\x1b[1;36mn\x1b[0m", "\x1b[33mn\x1b[0m", ""}
	if got := strings.Split(out.String(), "\n"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.w = brokenWriter{}
	if err := p.entry(&ftpclient.Entry{Name: "n"}, ""); err == nil || p.end() == nil {
		t.Error("nobody is told that the list was not printed")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, context.Canceled }
