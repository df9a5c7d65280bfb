package ftp

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestReplyAppend(t *testing.T) {
	tests := []struct {
		name  string
		reply Reply
		want  string
	}{
		{"one line", Replyf(CodeNoopOK, "NOOP ok."), "200 NOOP ok.\r\n"},
		{"formatted", Replyf(CodeDenied, "No %s.", "way"), "550 No way.\r\n"},
		{"no line", Reply{Code: CodeOK}, "200 \r\n"},
		{"empty line", Replyf(CodeOK, ""), "200 \r\n"},
		{"two lines", Reply{CodeFeatures, []string{"Features:", "End"}}, "211-Features:\r\n211 End\r\n"},
		{"middle lines", Reply{CodeFeatures, []string{"Features:", " UTF8", "", "x", "End"}}, "211-Features:\r\n UTF8\r\n\r\nx\r\n211 End\r\n"},
		{"middle line with a digit", Reply{CodeFileStatus, []string{"s", "213 forged", "e"}}, "213-s\r\n 213 forged\r\n213 e\r\n"},
		{"forged end of line", Replyf(CodePathname, "\"a\r\n230 in\x00\""), "257 \"a  230 in \"\r\n"},
	}
	for _, tt := range tests {
		if got := string(tt.reply.Append(nil)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCodeClasses(t *testing.T) {
	tests := []struct {
		code                                                  Code
		preliminary, completion, intermediate, temporary, bad bool
	}{
		{150, true, false, false, false, false},
		{226, false, true, false, false, false},
		{350, false, false, true, false, false},
		{425, false, false, false, true, false},
		{550, false, false, false, false, true},
	}
	for _, tt := range tests {
		got := [...]bool{tt.code.Preliminary(), tt.code.Completion(), tt.code.Intermediate(), tt.code.Transient(), tt.code.Permanent()}
		want := [...]bool{tt.preliminary, tt.completion, tt.intermediate, tt.temporary, tt.bad}
		if got != want {
			t.Errorf("classes of %v: %v, want %v", tt.code, got, want)
		}
		if tt.code.Negative() != (tt.temporary || tt.bad) {
			t.Errorf("Negative of %v is %v", tt.code, tt.code.Negative())
		}
	}
	if got := Code(7).String(); got != "007" {
		t.Errorf("String of code 7 is %q", got)
	}
}

// parseReplies feeds the lines of text to one parser.
func parseReplies(t *testing.T, text string) []Reply {
	t.Helper()
	var p ReplyParser
	var replies []Reply
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		r, done, err := p.Line(line)
		if err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if done {
			replies = append(replies, r)
		}
	}
	return replies
}

func TestReplyParser(t *testing.T) {
	tests := []struct {
		name, text string
		want       []Reply
	}{
		{"one line", "220 ready\r\n", []Reply{{220, []string{"ready"}}}},
		{"bare code", "200\r\n", []Reply{{200, []string{""}}}},
		{"two replies", "150 a\r\n226 b\r\n", []Reply{{150, []string{"a"}}, {226, []string{"b"}}}},
		{"many lines", "211-F\r\n UTF8\r\n211 End\r\n", []Reply{{211, []string{"F", " UTF8", "End"}}}},
		{"code on every line", "230-a\r\n230-b\r\n230 c\r\n", []Reply{{230, []string{"a", "b", "c"}}}},
		{"another code inside", "230-a\r\n220 b\r\n230 c\r\n", []Reply{{230, []string{"a", "220 b", "c"}}}},
		{"bare code ends", "230-a\r\n230\r\n", []Reply{{230, []string{"a", ""}}}},
		{"escaped digit", "213-a\r\n 213 b\r\n213 c\r\n", []Reply{{213, []string{"a", "213 b", "c"}}}},
		{"protected reply", "631 abc\r\n", []Reply{{631, []string{"abc"}}}},
	}
	for _, tt := range tests {
		got := parseReplies(t, tt.text)
		if !slices.EqualFunc(got, tt.want, sameReply) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func sameReply(a, b Reply) bool { return a.Code == b.Code && slices.Equal(a.Lines, b.Lines) }

func TestReplyParserErrors(t *testing.T) {
	for _, line := range []string{"", "22", "abc hello", "2x0 a", "220x", "020 a", "720 a", " 220 a"} {
		var p ReplyParser
		if _, _, err := p.Line(line); err == nil {
			t.Errorf("line %q is no reply, but no error came", line)
		}
	}
}

func TestReplyParserLimits(t *testing.T) {
	feed := func(line string) (lines int, err error) {
		var p ReplyParser
		if _, _, err := p.Line("211-x"); err != nil {
			t.Fatal(err)
		}
		for lines < 2*MaxReplyLines {
			if _, _, err := p.Line(line); err != nil {
				if r, done, err := p.Line("200 ok"); !done || err != nil || r.Code != 200 {
					t.Errorf("after an error the parser is not ready: %v %v %v", r, done, err)
				}
				return lines, err
			}
			lines++
		}
		return lines, nil
	}
	if lines, err := feed("short"); err == nil || lines >= MaxReplyLines {
		t.Errorf("%d lines were taken with error %v", lines, err)
	}
	if lines, err := feed(strings.Repeat("x", MaxReplySize/4)); err == nil || lines > 4 {
		t.Errorf("%d long lines were taken with error %v", lines, err)
	}
}

func TestError(t *testing.T) {
	e := Errorf(CodeDenied, "Failed to open %s.", "x")
	if got := e.Error(); got != "550 Failed to open x." {
		t.Errorf("Error() = %q", got)
	}
	if e.Unwrap() != nil {
		t.Error("an error without a cause unwraps to one")
	}
	e.Cause = fs.ErrNotExist
	if got := e.Error(); got != "550 Failed to open x.: file does not exist" {
		t.Errorf("Error() = %q", got)
	}
	if !errors.Is(e, fs.ErrNotExist) {
		t.Error("the cause is not found by errors.Is")
	}
}

func TestReplyText(t *testing.T) {
	r := Reply{CodeHelp, []string{"a", "b"}}
	if r.Text() != "b" || r.String() != "214 a / b" || (Reply{}).Text() != "" {
		t.Errorf("Text %q, String %q", r.Text(), r.String())
	}
}

func FuzzReply(f *testing.F) {
	f.Add(uint16(211), "Features:\n UTF8\nEnd")
	f.Add(uint16(200), "")
	f.Add(uint16(213), "a\n213 forged\n213-x\n 5\nz")
	f.Add(uint16(550), "a\r\x00b")
	f.Fuzz(func(t *testing.T, number uint16, text string) {
		want := Reply{100 + Code(number%560), strings.Split(text, "\n")}
		var p ReplyParser
		wire := string(want.Append(nil))
		lines := strings.Split(strings.TrimSuffix(wire, "\r\n"), "\r\n")
		if len(lines) != len(want.Lines) {
			t.Fatalf("%q became the lines %q", want.Lines, lines)
		}
		if len(lines) > MaxReplyLines || len(wire) > MaxReplySize {
			return
		}
		for i, line := range lines {
			got, done, err := p.Line(line)
			if err != nil {
				t.Fatalf("line %q of %q: %v", line, wire, err)
			}
			if done != (i == len(lines)-1) {
				t.Fatalf("line %d of %q: done is %v", i, wire, done)
			}
			if done && (got.Code != want.Code || !slices.Equal(got.Lines, onTheWire(want.Lines))) {
				t.Fatalf("%q came back as %q", want.Lines, got.Lines)
			}
		}
	})
}

// onTheWire is what a reply's lines are after Append and Line: control
// characters are spaces, and a middle line that begins with one space and a digit
// loses the space, as it looks like one that Append wrote.
func onTheWire(lines []string) []string {
	clean := slices.Clone(lines)
	for i, s := range clean {
		s = strings.NewReplacer("\r", " ", "\x00", " ").Replace(s)
		if rest, cut := strings.CutPrefix(s, " "); cut && 0 < i && i < len(lines)-1 && startsWithDigit(rest) {
			s = rest
		}
		clean[i] = s
	}
	return clean
}
