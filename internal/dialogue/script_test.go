package dialogue

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const wholeScript = `# what it shows
config: anon_root=${root}/x
config: ftpd_banner=a: b = c
user: alice se cret
only: ferry vsftpd
family: ip6
mode: 0700 sub
mtime: 2020-02-29T01:02:03Z a.txt

login: alice
C: RETR a b
R: \xff\xf4\r\n
S[vsftpd]: 500 no
S[ferry]: 501 no
S: 211-Features:
S[ferry]:  UTF8
S: 211 End
OPEN pasv
D> "up"\n
D= \x00
D= b
D< one*
D< two
FILE a b.txt = x = y\n
FILE empty =
GONE nothing here
EOF
-- a.txt --
hello
-- sub/ --
`

func TestParse(t *testing.T) {
	s, err := Parse("dir/whole.txtar", []byte(wholeScript))
	if err != nil {
		t.Fatal(err)
	}
	if s.Name() != "whole" || !s.IPv6 || !slices.Equal(s.Users, []User{{Name: "alice", Password: "se cret", UID: firstUID}}) {
		t.Errorf("got %+v", s)
	}
	if got, want := s.Config("/r"), []string{"anon_root=/r/x", "ftpd_banner=a: b = c"}; !slices.Equal(got, want) {
		t.Errorf("options %q", got)
	}
	if !s.For("ferry") || s.For("proftpd") {
		t.Error("wrong servers")
	}
	steps, err := s.stepsFor("ferry")
	if err != nil {
		t.Fatal(err)
	}
	type plain struct {
		op         op
		text, file string
	}
	want := []plain{
		{opLogin, "alice", ""},
		{opCommand, "RETR a b", ""},
		{opRaw, "\xff\xf4\r\n", ""},
		{opReply, "501 no", ""},
		{opReply, "211-Features:", ""},
		{opOpen, "pasv", ""},
		{opSend, "\"up\"\n", ""},
		{opBytes, "\x00b", ""},
		{opLines, "one*", ""},
		{opFile, "x = y\n", "a b.txt"},
		{opFile, "", "empty"},
		{opGone, "nothing here", ""},
		{opEOF, "", ""},
	}
	var got []plain
	for _, st := range steps {
		got = append(got, plain{st.op, st.text, st.file})
	}
	if !slices.Equal(got, want) {
		t.Errorf("steps\n%q, want\n%q", got, want)
	}
	if more := steps[4].more; !slices.Equal(more, []string{" UTF8", "211 End"}) {
		t.Errorf("the reply goes on with %q", more)
	}
	if more := steps[8].more; !slices.Equal(more, []string{"two"}) {
		t.Errorf("the lines go on with %q", more)
	}
	if steps[3].line != 14 {
		t.Errorf("line %d", steps[3].line)
	}
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "no conversation"},
		{"# only a comment\n", "no conversation"},
		{"C: A\nnonsense\n", "x:2: "},
		{"C: A\nNonsense\n", "no line of a dialogue"},
		{"C: A\nQUIT\n", "no line of a dialogue"},
		{"C: A\nT: x\n", "no line of a dialogue"},
		{"C: A\ncolour: red\n", "unknown directive"},
		{"C: A\nconfig: YES\n", "want name=value"},
		{"C: A\nuser: alice\n", "want a name and a password"},
		{"C: A\nfamily: ip5\n", "want ip4 or ip6"},
		{"C: A\nmode: 0788 a\n-- a --\n", "octal"},
		{"C: A\nmode: 0700 b\n-- a --\n", `no file "b"`},
		{"C: A\nmtime: yesterday a\n-- a --\n", "mtime"},
		{"C: A\nOPEN sesame\n", "want pasv"},
		{"C: A\nCLOSE it\n", "no argument"},
		{"C: A\nFILE a\n", "want name = content"},
		{"C: A\nGONE\n", "want a name"},
		{"C: A\nOWNER a = ann 0644\n", "want name = user group mode"},
		{"C: A\nREFUSED 421 /(/\n", "missing closing"},
		{"C: A\nFROM\n", "FROM: want a name or a number"},
		{"C: A\nCONNECT now\n", "no argument"},
		{"C: A\naccount: ann shell=/bin/sh\n", `no user: line for "ann"`},
		{"C: A\nuser: ann x\naccount: ann color=red\n", "want home=, shell="},
		{"C: A\nowner: ann a\n", `no file "a"`},
		{"C: A\nR: \\q\n", "bad escape"},
		{"C: A\nS: 220 /(/\n", "missing closing"},
		{"C: A\nD< /(/\n", "missing closing"},
		{"C: A\n-- ../a --\n", "bad file name"},
		{"C: A\n-- /a --\n", "bad file name"},
	} {
		_, err := Parse("x", []byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q", tt.text, err, tt.want)
		}
	}
}

// An expectation that is whole for one server may be broken for another.
func TestStepsForErrors(t *testing.T) {
	for _, text := range []string{
		"S: 211-a\n",
		"S: 211-a\nC: NOOP\n",
		"S: 211-a\nS[other]: 211 b\n",
		"S: hello\n",
	} {
		s, err := Parse("x", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if _, err := s.stepsFor("ferry"); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestPopulate(t *testing.T) {
	s, err := Parse("x", []byte("C: A\nmode: 0400 d/a\nmode: 0711 d\nmtime: 2020-02-29T01:02:03Z d\n-- d/ --\n-- d/a --\nhello\n-- e/f/g --\n"))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := s.Populate(root); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"d": 0o711, "d/a": 0o400, "e/f/g": 0o644} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o", name, info.Mode().Perm())
		}
		if want := time.Date(2020, 2, 29, 1, 2, 3, 0, time.UTC); name == "d" && !info.ModTime().Equal(want) {
			t.Errorf("%s is of %v", name, info.ModTime())
		}
	}
	for name, ok := range map[string]bool{"hello\n": true, "hello": false} {
		if err := checkFile(root, "d/a", name); (err == nil) != ok {
			t.Errorf("d/a holds %q: %v", name, err)
		}
	}
	if checkFile(root, "nosuch", "") == nil || checkGone(root, "d/a") == nil || checkGone(root, "nosuch") != nil {
		t.Error("FILE and GONE do not see what is there")
	}
}

// Every dialogue here can be read, for the servers it is for.
func TestLoadAll(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		s, err := Load(f)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, server := range []string{"ferry", "vsftpd"} {
			if _, err := s.stepsFor(server); s.For(server) && err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Load("testdata/dialog/nosuch.txtar"); err == nil {
		t.Error("a file that is not there is read")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(wholeScript)
	f.Add("S: 211-\nS: ...\nS: 211\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("x", []byte(text))
		if err != nil {
			return
		}
		steps, err := s.stepsFor("ferry")
		if err == nil && len(steps) > len(s.steps) {
			t.Errorf("%d steps of %d lines", len(steps), len(s.steps))
		}
	})
}
