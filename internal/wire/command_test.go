package wire_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/internal/wire"
)

func TestReadCommand(t *testing.T) {
	tests := []struct {
		in   string
		want ftp.Command
		err  error
	}{
		{"NOOP\r\n", ftp.Command{Verb: "NOOP"}, nil},
		{"noop\r\n", ftp.Command{Verb: "NOOP"}, nil},
		{"Retr  a b \r\n", ftp.Command{Verb: "RETR", Arg: " a b "}, nil},
		{"site chmod 644 a\r\n", ftp.Command{Verb: "SITE", Arg: "chmod 644 a"}, nil},
		{"unheard of\r\n", ftp.Command{Verb: "UNHEARD", Arg: "of"}, nil},
		{"averylongverbindeed x\r\n", ftp.Command{Verb: "AVERYLONGVERBINDEED", Arg: "x"}, nil},
		{"\r\n", ftp.Command{}, nil},
		{" NOOP\r\n", ftp.Command{Arg: "NOOP"}, nil},
		{"PASS a\x00b\r\n", ftp.Command{Verb: "PASS"}, wire.ErrNUL},
		{"cwd a\rb\r\n", ftp.Command{Verb: "CWD"}, wire.ErrBareCR},
		{"un\x00known a\r\n", ftp.Command{}, wire.ErrNUL},
		{"RETR " + strings.Repeat("x", wire.MaxLine) + "\r\n", ftp.Command{Verb: "RETR"}, wire.ErrLineTooLong},
	}
	for _, tt := range tests {
		c, _ := play(tt.in)
		cmd, err := c.ReadCommand()
		if cmd != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%.20q: %+v, %v; want %+v, %v", tt.in, cmd, err, tt.want, tt.err)
		}
	}
}

func TestReadCommandResumes(t *testing.T) {
	c, _ := play("ST", os.ErrDeadlineExceeded, "OR a", os.ErrDeadlineExceeded, "b\r", os.ErrDeadlineExceeded, "\n")
	for range 3 {
		cmd, err := c.ReadCommand()
		wantErr(t, err, os.ErrDeadlineExceeded)
		if cmd != (ftp.Command{}) {
			t.Errorf("with a deadline: %+v", cmd)
		}
	}
	want := ftp.Command{Verb: "STOR", Arg: "ab"}
	if cmd, err := c.ReadCommand(); cmd != want || err != nil {
		t.Errorf("%+v, %v; want %+v", cmd, err, want)
	}
}

// FuzzReadCommand wants the shortcut for known verbs to change nothing, and
// what is written to be read again.
func FuzzReadCommand(f *testing.F) {
	for _, s := range []string{"NOOP", "retr a b", " x", "STOR \xff", "USER \xc3\xbf", "a\rb", "averylongverbindeed "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		c, _ := play(line + "\n")
		text, terr := c.ReadLine()
		c, _ = play(line + "\n")
		cmd, err := c.ReadCommand()
		if !errors.Is(err, terr) || (terr == nil) != (err == nil) {
			t.Fatalf("ReadLine %v, ReadCommand %v", terr, err)
		}
		if err == nil && cmd != ftp.ParseCommand(text) {
			t.Errorf("%q: %+v, want %+v", line, cmd, ftp.ParseCommand(text))
		}

		cmd = ftp.ParseCommand(line)
		c, s := play()
		err = c.WriteCommand(cmd)
		if bad := cmd.Verb == "" || strings.ContainsAny(line, "\r\n\x00"); bad != (err != nil) {
			t.Fatalf("write %q: %v", line, err)
		}
		if err != nil || len(line) > wire.MaxLine {
			return
		}
		c, _ = play(string(s.out))
		if again, err := c.ReadCommand(); again != cmd || err != nil {
			t.Errorf("wrote %+v, read %+v, %v", cmd, again, err)
		}
	})
}

func TestWriteCommand(t *testing.T) {
	tests := []struct {
		cmd  ftp.Command
		want string // empty: unsendable
	}{
		{ftp.Command{Verb: "NOOP"}, "NOOP\r\n"},
		{ftp.Command{Verb: "SITE CHMOD", Arg: "644 a"}, "SITE CHMOD 644 a\r\n"},
		{ftp.Command{Verb: "RETR", Arg: "\xff\xffa"}, "RETR \xff\xff\xff\xffa\r\n"},
		{ftp.Command{Verb: "CWD", Arg: "a\r\nDELE b"}, ""},
		{ftp.Command{Verb: "CWD", Arg: "a\nb"}, ""},
		{ftp.Command{Verb: "CWD", Arg: "a\rb"}, ""},
		{ftp.Command{Verb: "CWD", Arg: "a\x00b"}, ""},
		{ftp.Command{Verb: "NO\nOP"}, ""},
		{ftp.Command{Arg: "x"}, ""},
	}
	for _, tt := range tests {
		c, s := play()
		err := c.WriteCommand(tt.cmd)
		if (tt.want == "") != errors.Is(err, wire.ErrUnsendable) || string(s.out) != tt.want || s.writes > 1 {
			t.Errorf("%+v: wrote %q in %d, %v; want %q", tt.cmd, s.out, s.writes, err, tt.want)
		}
	}
}
