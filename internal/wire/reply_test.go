package wire_test

import (
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"ferry/ftp"
	"ferry/internal/wire"
)

func reply(code ftp.Code, lines ...string) ftp.Reply { return ftp.Reply{Code: code, Lines: lines} }

func TestReadReply(t *testing.T) {
	long := strings.Repeat("x", wire.MaxLine+1)
	type result struct {
		reply ftp.Reply
		err   error
	}
	end := result{err: io.EOF}
	tests := []struct {
		name, in string
		want     []result
	}{
		{"one line", "220 ready\r\n", []result{{reply(220, "ready"), nil}, end}},
		{"two at once", "150 now\r\n226 done\r\n", []result{{reply(150, "now"), nil}, {reply(226, "done"), nil}, end}},
		{"many lines", "211-a\r\n b\r\n211 c\r\n", []result{{reply(211, "a", " b", "c"), nil}, end}},
		{"0xFF", "257 \"\xff\xff\"\r\n", []result{{reply(257, "\"\xff\""), nil}, end}},
		{"CR CR LF", "220 ready\r\r\n", []result{{reply(220, "ready"), nil}, end}},
		{"stray CR and NUL", "220-a\rb\x00c\r\n220 d\x00\r\n", []result{{reply(220, "a b c", "d"), nil}, end}},
		{"CR NUL is a CR", "257 \"a\r\x00b\"\r\n", []result{{reply(257, "\"a\rb\""), nil}, end}},
		{
			"long line", "220-a\r\n" + long + "\r\n220 b\r\n221 c\r\n",
			[]result{{reply(220, "a", long[:wire.MaxLine], "b"), wire.ErrLineTooLong}, {reply(221, "c"), nil}, end},
		},
		{"no reply", "hello\r\n220 a\r\n", []result{{ftp.Reply{}, nil}}},
		{"ends between", "220-a\r\n", []result{{ftp.Reply{}, io.ErrUnexpectedEOF}}},
		{"ends within", "220 a", []result{{ftp.Reply{}, io.ErrUnexpectedEOF}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{1, 5, 1 << 20} {
				c, _ := play(pieces(tt.in, n, true)...)
				for _, want := range tt.want {
					r, err := c.ReadReply()
					for errors.Is(err, os.ErrDeadlineExceeded) {
						r, err = c.ReadReply()
					}
					if tt.name == "no reply" {
						if err == nil {
							t.Errorf("read %v", r)
						}
						continue
					}
					if !reflect.DeepEqual(r, want.reply) || !errors.Is(err, want.err) {
						t.Errorf("in pieces of %d: %.80q, %v; want %.80q, %v", n, r, err, want.reply, want.err)
					}
				}
			}
		})
	}
}

func TestReadReplyWithoutEnd(t *testing.T) {
	c, _ := play(strings.Repeat("220-a\r\n", 2*ftp.MaxReplyLines))
	if r, err := c.ReadReply(); err == nil {
		t.Errorf("read %d lines", len(r.Lines))
	}
}

func TestWriteReply(t *testing.T) {
	tests := []struct {
		replies []ftp.Reply
		want    string
	}{
		{[]ftp.Reply{reply(200, "ok")}, "200 ok\r\n"},
		{[]ftp.Reply{reply(211, "Features:", " UTF8", "End")}, "211-Features:\r\n UTF8\r\n211 End\r\n"},
		{[]ftp.Reply{reply(426, "aborted"), reply(226, "ABOR ok")}, "426 aborted\r\n226 ABOR ok\r\n"},
		{[]ftp.Reply{reply(257, "\"\xff\"")}, "257 \"\xff\xff\"\r\n"},
		{[]ftp.Reply{reply(257, "\xff\xffa", "\xff")}, "257-\xff\xff\xff\xffa\r\n257 \xff\xff\r\n"},
		{[]ftp.Reply{reply(550, "a\r\n226 forged")}, "550 a  226 forged\r\n"},
	}
	for _, tt := range tests {
		c, s := play()
		if err := c.WriteReplies(tt.replies...); err != nil {
			t.Error(err)
		}
		if string(s.out) != tt.want || s.writes != 1 {
			t.Errorf("%v: wrote %q in %d; want %q in one", tt.replies, s.out, s.writes, tt.want)
		}
		if len(tt.replies) == 1 {
			c, s = play()
			if err := c.WriteReply(tt.replies[0]); err != nil || string(s.out) != tt.want || s.writes != 1 {
				t.Errorf("%v: wrote %q in %d, %v; want %q in one", tt.replies, s.out, s.writes, err, tt.want)
			}
		}
	}
}

func TestLargeReply(t *testing.T) {
	r := reply(214)
	for range 2000 {
		r.Lines = append(r.Lines, strings.Repeat("\xff", 100))
	}
	c, s := play()
	if err := c.WriteReply(r); err != nil {
		t.Fatal(err)
	}
	c, _ = play(string(s.out))
	if again, err := c.ReadReply(); err != nil || !reflect.DeepEqual(again, r) {
		t.Errorf("read %d lines, %v", len(again.Lines), err)
	}
}

// TestBrokenWrite wants no bytes after a line that was cut short, and another
// try where nothing was written.
func TestBrokenWrite(t *testing.T) {
	c, s := play()
	s.fail = os.ErrDeadlineExceeded
	wantErr(t, c.WriteReply(reply(200, "ok")), os.ErrDeadlineExceeded)
	if err := c.WriteReply(reply(200, "ok")); err != nil {
		t.Errorf("after nothing was written: %v", err)
	}
	s.fail, s.room = os.ErrDeadlineExceeded, 3
	wantErr(t, c.WriteReply(reply(200, "ok")), os.ErrDeadlineExceeded)
	wantErr(t, c.WriteCommand(ftp.Command{Verb: "NOOP"}), os.ErrDeadlineExceeded)
	if want := "200 ok\r\n200"; string(s.out) != want {
		t.Errorf("wrote %q, want %q", s.out, want)
	}
}
