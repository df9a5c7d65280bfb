package ftp

import (
	"fmt"
	"strconv"
	"strings"
)

// Code is a reply code (RFC 959 §4.2). The constants in code.go are named by
// meaning, so that two of them may have one number.
type Code uint16

// Preliminary reports a 1yz reply: another reply follows.
func (c Code) Preliminary() bool { return c/100 == 1 }

// Completion reports a 2yz reply.
func (c Code) Completion() bool { return c/100 == 2 }

// Intermediate reports a 3yz reply: another command is expected.
func (c Code) Intermediate() bool { return c/100 == 3 }

// Transient reports a 4yz reply: the same command may succeed later.
func (c Code) Transient() bool { return c/100 == 4 }

// Permanent reports a 5yz reply: the same command will fail again.
func (c Code) Permanent() bool { return c/100 == 5 }

// Negative reports a 4yz or 5yz reply.
func (c Code) Negative() bool { return c.Transient() || c.Permanent() }

// String is the three digits.
func (c Code) String() string { return fmt.Sprintf("%03d", uint16(c)) }

// Reply is one reply of any number of lines (RFC 959 §4.2). Lines holds the
// texts without codes and ends of line, at least one.
type Reply struct {
	Code  Code
	Lines []string
}

// Replyf makes a reply of one line.
func Replyf(code Code, format string, args ...any) Reply {
	if len(args) == 0 {
		return Reply{code, []string{format}}
	}
	return Reply{code, []string{fmt.Sprintf(format, args...)}}
}

// Text is the last line, where a reply of one line has all of it.
func (r Reply) Text() string {
	if len(r.Lines) == 0 {
		return ""
	}
	return r.Lines[len(r.Lines)-1]
}

// String is the reply for a log: the code and the lines, joined by " / ".
func (r Reply) String() string {
	return r.Code.String() + " " + strings.Join(r.Lines, " / ")
}

// Append appends the reply as it goes over the wire, each line ended by CRLF.
// A reply of several lines is "code-first", the middle lines, "code last"; a
// middle line that begins with a digit gets a leading space, so that none of
// them can be taken for the last (RFC 959 §4.2). CR, LF and NUL inside a line become spaces: a name can
// never forge a reply.
func (r Reply) Append(b []byte) []byte {
	if len(r.Lines) == 0 {
		return append(appendCode(b, r.Code), ' ', '\r', '\n')
	}
	last := len(r.Lines) - 1
	for i, line := range r.Lines {
		switch {
		case i == last:
			b = append(appendCode(b, r.Code), ' ')
		case i == 0:
			b = append(appendCode(b, r.Code), '-')
		case startsWithDigit(line):
			b = append(b, ' ')
		}
		b = append(appendLine(b, line), '\r', '\n')
	}
	return b
}

func startsWithDigit(s string) bool { return s != "" && '0' <= s[0] && s[0] <= '9' }

func appendCode(b []byte, c Code) []byte {
	return append(b, '0'+byte(c/100%10), '0'+byte(c/10%10), '0'+byte(c%10))
}

func appendLine(b []byte, line string) []byte {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '\r', '\n', 0:
			b = append(b, ' ')
		default:
			b = append(b, c)
		}
	}
	return b
}

// ReplyParser puts a reply together from its lines, as a client reads them.
// The zero value is ready.
type ReplyParser struct {
	reply Reply
	open  bool
	size  int
}

// Limits of a reply that a parser accepts: a peer cannot make it grow without
// end.
const (
	MaxReplyLines = 1 << 16
	MaxReplySize  = 4 << 20 // bytes of text
)

// Line takes one line without its end of line, and reports whether the reply
// is whole. In a reply of several lines the code and "-" or " " are cut off the
// first and last line, a repeated "code-" off the middle ones, and the space
// that Append puts before a digit. An error leaves the parser ready for a new reply.
func (p *ReplyParser) Line(line string) (r Reply, done bool, err error) {
	code, sep, text, ok := splitReplyLine(line)
	if !p.open {
		if !ok {
			return Reply{}, false, fmt.Errorf("ftp: no reply: %s", strconv.Quote(shorten(line)))
		}
		if sep != '-' {
			return Reply{code, []string{text}}, true, nil
		}
		p.reply, p.open, p.size = Reply{code, []string{text}}, true, len(text)
		return Reply{}, false, nil
	}
	if ok && code == p.reply.Code && sep == ' ' {
		r = p.reply
		r.Lines = append(r.Lines, text)
		*p = ReplyParser{}
		return r, true, nil
	}
	if ok && code == p.reply.Code {
		line = text
	} else if rest, cut := strings.CutPrefix(line, " "); cut && startsWithDigit(rest) {
		line = rest
	}
	p.size += len(line)
	if len(p.reply.Lines) >= MaxReplyLines || p.size > MaxReplySize {
		*p = ReplyParser{}
		return Reply{}, false, fmt.Errorf("ftp: reply too long (more than %d lines or %d bytes)", MaxReplyLines, MaxReplySize)
	}
	p.reply.Lines = append(p.reply.Lines, line)
	return Reply{}, false, nil
}

// splitReplyLine takes "123 text", "123-text" and, as some servers send it, a
// bare "123".
func splitReplyLine(line string) (code Code, sep byte, text string, ok bool) {
	if len(line) < 3 {
		return 0, 0, "", false
	}
	for i := range 3 {
		if line[i] < '0' || line[i] > '9' {
			return 0, 0, "", false
		}
	}
	if line[0] < '1' || line[0] > '6' { // 6yz: RFC 2228 §5
		return 0, 0, "", false
	}
	code = Code(line[0]-'0')*100 + Code(line[1]-'0')*10 + Code(line[2]-'0')
	if len(line) == 3 {
		return code, ' ', "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, 0, "", false
	}
	return code, line[3], line[4:], true
}

func shorten(s string) string {
	if len(s) > 100 {
		return s[:100] + "..."
	}
	return s
}

// Error is a reply that says no, as an error: Reply goes to the peer, Cause
// (which may be nil) to the log.
type Error struct {
	Reply Reply
	Cause error
}

// Errorf makes an Error with a reply of one line and no cause.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Reply: Replyf(code, format, args...)}
}

// Error is the reply, and the cause if there is one.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Reply.String()
	}
	return e.Reply.String() + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }
