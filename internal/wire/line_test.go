package wire_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"ferry/internal/wire"
)

// lines makes results without an error, and then the end.
func lines(ss ...string) (all []got) {
	for _, s := range ss {
		all = append(all, got{line: s})
	}
	return append(all, got{err: io.EOF})
}

func TestReadLine(t *testing.T) {
	sub := "\xff\xfa\x18\x01%\xff\xff\xff\xf0"
	tests := []struct {
		name, in string
		want     []got
		answers  string
	}{
		{"nothing", "", lines(), ""},
		{"CRLF", "USER a\r\nPASS b\r\n", lines("USER a", "PASS b"), ""},
		{"LF", "USER a\nPASS b\n", lines("USER a", "PASS b"), ""},
		{"empty lines", "\r\n\n\r\n", lines("", "", ""), ""},
		{"spaces stay", " a  \r\n", lines(" a  "), ""},
		{"CR NUL", "a\r\x00b\r\x00\r\n", lines("a\rb\r"), ""},
		{"CR NUL LF", "a\r\x00\n", lines("a\r"), ""},
		{"bare CR", "a\rb\r\nnext\r\n", []got{{"", wire.ErrBareCR}, {"next", nil}, {"", io.EOF}}, ""},
		{"two CR", "a\r\r\nnext\r\n", []got{{"", wire.ErrBareCR}, {"next", nil}, {"", io.EOF}}, ""},
		{"NUL", "a\x00b\r\nnext\r\n", []got{{"", wire.ErrNUL}, {"next", nil}, {"", io.EOF}}, ""},
		{"NUL first", "\x00\nnext\n", []got{{"", wire.ErrNUL}, {"next", nil}, {"", io.EOF}}, ""},
		{"CR NUL NUL", "\r\x00\x00\nnext\n", []got{{"", wire.ErrNUL}, {"next", nil}, {"", io.EOF}}, ""},
		{"bare CR and NUL", "\ra\x00\nnext\n", []got{{"", wire.ErrBareCR}, {"next", nil}, {"", io.EOF}}, ""},
		{"control characters", "a\x01\t\x7f\x1b\r\n", lines("a\x01\t\x7f\x1b"), ""},
		{"ends within a line", "a\r\nb", []got{{"a", nil}, {"", io.ErrUnexpectedEOF}}, ""},
		{"ends after CR", "\r", []got{{"", io.ErrUnexpectedEOF}}, ""},

		{"IAC IAC", "a\xff\xffb\r\n", lines("a\xffb"), ""},
		{"IAC IAC at the end", "a\xff\xff\r\n", lines("a\xff"), ""},
		{"IAC not doubled", "a\xffb\xff \xff\xef\r\n", lines("a\xffb\xff \xff\xef"), ""},
		{"CR and IAC not doubled", "a\r\xffb\nnext\n", []got{{"", wire.ErrBareCR}, {"next", nil}, {"", io.EOF}}, ""},
		{"IAC before CRLF", "a\xff\r\n", lines("a\xff"), ""},
		{"IAC before LF", "a\xff\n", lines("a\xff"), ""},
		{"IAC before CR NUL", "a\xff\r\x00\r\n", lines("a\xff\r"), ""},
		{"synch", "\xff\xf4\xff\xf2ABOR\r\n", lines("ABOR"), ""},
		{"synch without its urgent byte", "\xff\xf4\xf2ABOR\r\n", lines("\xf2ABOR"), ""},
		{"all commands", "a\xff\xf0\xff\xf1\xff\xf2\xff\xf3\xff\xf4\xff\xf5\xff\xf6\xff\xf7\xff\xf8\xff\xf9b\n", lines("ab"), ""},
		{"between CR and LF", "a\r\xff\xf1\nb\r\xff\xf1\x00\n", lines("a", "b\r"), ""},
		{"WILL", "\xff\xfb\x01a\n", lines("a"), "\xff\xfe\x01"},
		{"WONT", "\xff\xfc\x01a\n", lines("a"), ""},
		{"DO", "a\xff\xfd\x03b\n", lines("ab"), "\xff\xfc\x03"},
		{"DONT", "a\xff\xfe\x03b\n", lines("ab"), ""},
		{"options that look like ends", "a\xff\xfb\n\xff\xfd\r\xff\xfd\xffb\n", lines("ab"), "\xff\xfe\n\xff\xfc\r\xff\xfc\xff"},
		{"subnegotiation", "a" + sub + "b\n", lines("ab"), ""},
		{"subnegotiation with commands", "a\xff\xfa\x01\xff\xf1\xff\xff\xf0\xff\xf0b\n", lines("ab"), ""},
		{"subnegotiation without end", "STOR \xff\xfax\r\nNOOP\r\n", []got{{"", wire.ErrTelnet}, {"NOOP", nil}, {"", io.EOF}}, ""},
		{
			"subnegotiation too long", "a\xff\xfa" + strings.Repeat("x", 1000) + "\xff\xf0b\nNOOP\n",
			[]got{{"", wire.ErrTelnet}, {"NOOP", nil}, {"", io.EOF}},
			"",
		},
		{"many options", strings.Repeat("\xff\xfb\x05", 1000) + "a\n", lines("a"), strings.Repeat("\xff\xfe\x05", 16)},
		{"only Telnet", "\xff\xf1", []got{{"", io.ErrUnexpectedEOF}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 7, 1 << 20} {
				for _, deadlines := range []bool{false, true} {
					c, s := play(pieces(tt.in, n, deadlines)...)
					all := readLines(c)
					if !slices.EqualFunc(all, tt.want, func(g, w got) bool { return g.line == w.line && errors.Is(g.err, w.err) }) {
						t.Errorf("in pieces of %d: %v, want %v", n, all, tt.want)
					}
					if string(s.out) != tt.answers {
						t.Errorf("in pieces of %d: answered %q, want %q", n, s.out, tt.answers)
					}
				}
			}
		})
	}
}

func TestLineLengths(t *testing.T) {
	for _, n := range []int{1, 510, 511, 512, 513, 514, 1023, 1024, 4094, 4095, 4096, 4097, 4098, 4607, 4608, 4609, 10000} {
		for _, unit := range []string{"x", "\xff\xff"} {
			for _, end := range []string{"\n", "\r\n"} {
				// The line before and the one after meet the edges of the buffers otherwise.
				in := "before" + end + strings.Repeat(unit, n) + end + "after" + end
				want := []got{{"before", nil}, {strings.Repeat(unit[:1], n), nil}, {"after", nil}, {"", io.EOF}}
				if n > wire.MaxLine {
					want[1] = got{"", wire.ErrLineTooLong}
				}
				for _, piece := range []int{1, 511, 512, 513, 1 << 20} {
					c, s := play(in)
					s.piece = piece
					all := readLines(c)
					if !slices.EqualFunc(all, want, func(g, w got) bool { return g.line == w.line && errors.Is(g.err, w.err) }) {
						t.Errorf("%d times %q in pieces of %d: %d results, last %v", n, unit, piece, len(all), all[len(all)-1].err)
					}
				}
			}
		}
	}
}

func TestFlood(t *testing.T) {
	inputs := map[string]string{
		"text":     strings.Repeat("x", 5<<18),
		"NOP":      strings.Repeat("\xff\xf1", 5<<17),
		"sub":      "\xff\xfa" + strings.Repeat("x", 5<<18),
		"bare CR":  strings.Repeat("\r", 5<<18),
		"0xFF":     strings.Repeat("\xff", 5<<18),
		"options":  strings.Repeat("\xff\xfd\n", 5<<17),
		"with end": strings.Repeat("x", 5<<18) + "\r\nNOOP\r\n",
	}
	for name, in := range inputs {
		t.Run(name, func(t *testing.T) {
			c, s := play(in)
			for range 2 {
				_, err := c.ReadLine()
				wantErr(t, err, wire.ErrFlood)
				if bad := (*wire.LineError)(nil); errors.As(err, &bad) {
					t.Error("a flood is not about one line")
				}
			}
			if rest := len(s.steps[0].(string)); rest < len(in)-1<<20-8192 {
				t.Errorf("read %d bytes of it", len(in)-rest)
			}
			if len(s.out) > 16*3 {
				t.Errorf("answered with %d bytes", len(s.out))
			}
		})
	}
	t.Run("just not", func(t *testing.T) {
		c, _ := play(strings.Repeat("x", 1<<20-2) + "\nNOOP\n")
		_, err := c.ReadLine()
		wantErr(t, err, wire.ErrLineTooLong)
		if line, err := c.ReadLine(); line != "NOOP" || err != nil {
			t.Errorf("read %q, %v", line, err)
		}
	})
}

func TestReadErrorsPass(t *testing.T) {
	broken := errors.New("broken")
	c, _ := play("a\nb", broken, "c\n")
	if line, err := c.ReadLine(); line != "a" || err != nil {
		t.Errorf("read %q, %v", line, err)
	}
	_, err := c.ReadLine()
	wantErr(t, err, broken)
}

func TestReaderWithoutProgress(t *testing.T) {
	c, _ := play(slices.Repeat([]any{""}, 1000)...)
	_, err := c.ReadLine()
	wantErr(t, err, io.ErrNoProgress)
}

// FuzzReadLine cuts the input at arbitrary places, with deadlines between, and
// wants the same lines, errors and answers as from the whole.
func FuzzReadLine(f *testing.F) {
	f.Add([]byte("USER a\r\nPASS b\r\n"), []byte{1})
	f.Add([]byte("\xff\xf4\xff\xf2ABOR\r\n"), []byte{2, 1})
	f.Add([]byte("a\rb\x00\r\nRETR \xff\xff\xff\xfb\x01\r\x00\n"), []byte{3})
	f.Add([]byte("\xff\xfa\x18\x01\xff\xf0STOR \xff\xfa\nx"), []byte{1, 255})
	f.Add(bytes.Repeat([]byte("x\xff\xff"), 2000), []byte{255, 1, 200})
	f.Fuzz(func(t *testing.T, in, cuts []byte) {
		whole, wholeOut := play(string(in))
		want := readLines(whole)

		var steps []any
		rest := string(in)
		for i := 0; len(rest) > 0; i++ {
			n := len(rest)
			if len(cuts) > 0 {
				n = min(n, 1+int(cuts[i%len(cuts)]))
			}
			steps = append(steps, rest[:n], os.ErrDeadlineExceeded)
			rest = rest[n:]
		}
		cut, cutOut := play(steps...)
		all := readLines(cut)
		if !slices.EqualFunc(all, want, func(a, b got) bool { return a.line == b.line && errors.Is(a.err, b.err) }) {
			t.Errorf("cut %v, whole %v", all, want)
		}
		if !bytes.Equal(cutOut.out, wholeOut.out) {
			t.Errorf("answers cut %q, whole %q", cutOut.out, wholeOut.out)
		}
		if len(want) > bytes.Count(in, []byte("\n"))+1 {
			t.Errorf("%d results from %q", len(want), in)
		}
		for _, g := range want {
			if len(g.line) > wire.MaxLine || strings.ContainsAny(g.line, "\n\x00") || g.err != nil && g.line != "" {
				t.Errorf("line %q, %v", g.line, g.err)
			}
			if strings.Count(g.line, "\r") > bytes.Count(in, []byte("\r")) {
				t.Errorf("line %q has more CR than came", g.line)
			}
		}
		if !bytes.Contains(in, []byte{0}) && strings.Contains(joined(want), "\r") {
			t.Errorf("a CR without CR NUL in %v", want)
		}
	})
}

func joined(all []got) string {
	var b strings.Builder
	for _, g := range all {
		b.WriteString(g.line)
	}
	return b.String()
}

// A TLS handshake is told from a line as soon as its first bytes are there, be
// there an LF in it or not.
func TestTLSHandshakeIsNoLine(t *testing.T) {
	for name, steps := range map[string][]any{
		"no LF":        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", os.ErrDeadlineExceeded},
		"an LF":        {"\x16\x03\x01\x00\x0a\x01\x00\x00\x06\x03\x03\n"},
		"byte by byte": {"\x16", "\x03", os.ErrDeadlineExceeded},
	} {
		c := wire.New(&script{steps: append([]any{"NOOP\r\n"}, steps...)})
		if line, err := c.ReadLine(); line != "NOOP" {
			t.Errorf("%s: %q, %v", name, line, err)
		}
		for range 2 {
			if line, err := c.ReadLine(); !errors.Is(err, wire.ErrTLS) {
				t.Errorf("%s: %q, %v", name, line, err)
			}
		}
	}
	c := wire.New(&script{steps: []any{"a\x16\x03\n\x16\n"}})
	for _, want := range []string{"a\x16\x03", "\x16"} {
		if line, err := c.ReadLine(); line != want {
			t.Errorf("%q, %v", line, err)
		}
	}
}
